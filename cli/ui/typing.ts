import type { Key } from './keys.ts';
import type { Typing } from './model.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Returns a line for typing that begins with a text. */
export function typingOf(text: string): Typing {
  return { text, cursor: text.length };
}

/** Inserts text at the cursor; the result is one line, without characters that a terminal would act on. */
export function inserted({ text, cursor }: Typing, added: string): Typing {
  const clean = added.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  return {
    text: text.slice(0, cursor) + clean + text.slice(cursor),
    cursor: cursor + clean.length,
  };
}

/** Returns the line after a key, as in shells; undefined when the key has no effect. */
export function typed(typing: Typing, key: Key): Typing | undefined {
  const { text, cursor } = typing;
  const name = key.ctrl ? `ctrl-${key.name}` : key.name;
  switch (name) {
    case 'left':
    case 'ctrl-b':
      return { text, cursor: before(text, cursor) };
    case 'right':
    case 'ctrl-f':
      return { text, cursor: after(text, cursor) };
    case 'home':
    case 'ctrl-a':
      return { text, cursor: 0 };
    case 'end':
    case 'ctrl-e':
      return { text, cursor: text.length };
    case 'backspace':
    case 'ctrl-h':
      return cutOut(text, before(text, cursor), cursor);
    case 'delete':
      return cutOut(text, cursor, after(text, cursor));
    case 'ctrl-u':
      return cutOut(text, 0, cursor);
    case 'ctrl-k':
      return cutOut(text, cursor, text.length);
    case 'ctrl-w':
      return cutOut(text, text.slice(0, cursor).replace(/\S*\s*$/, '').length, cursor);
    default:
      return key.ctrl || key.text === '' ? undefined : inserted(typing, key.text);
  }
}

function cutOut(text: string, from: number, to: number): Typing {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

function before(text: string, cursor: number): number {
  return [...graphemes.segment(text.slice(0, cursor))].at(-1)?.index ?? 0;
}

function after(text: string, cursor: number): number {
  const [next] = graphemes.segment(text.slice(cursor));
  return cursor + (next?.segment.length ?? 0);
}
