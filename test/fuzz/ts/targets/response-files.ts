// Response files: any words survive being written, and a text falls into the words that libiberty's rule gives.
import {
  expandLinkerArguments,
  quotedWord,
  splitWords,
} from '../../../../engine/build/response-file.ts';
import { holds, same } from '../target.ts';

export const words = [
  '@0',
  '@1',
  '-Wl,@0',
  '-Xlinker ',
  '\u00a0',
  '\u2028',
  '\\\\',
  '"',
  "'",
  '\0',
];

export const seeds = [
  "a b\\ c 'd e' \"f\\\"g\" h\\\\i ''\n-lx\t-Wl,--as-needed\r\n'un closed",
  'one\0two words\0"\0\\\0\0@three\0-Wl,@0,b',
  '@0 @1 -Wl,@0\0@1 -Xlinker @1\0x @nowhere',
  'a\u00a0b\u2028c\ufeff d\x0be\x0cf',
];

/** Words by one expression: libiberty's `buildargv`, whose white space is that of C. */
function wordsOf(text: string): string[] {
  const word =
    /(?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)|'(?:\\[\s\S]|[^'\\])*(?:'|\\?$)|[^ \t\n\v\f\r"'\\]|\\$)+/g;
  return (text.match(word) ?? []).map((found) => {
    let quote = '';
    return found.replace(/\\([\s\S])|\\$|["']/g, (part, escaped: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (part === '\\') return '';
      if (quote === '') quote = part;
      else if (quote === part) quote = '';
      else return part;
      return '';
    });
  });
}

export function read(data: Buffer): unknown {
  const text = data.toString();
  const left = { files: 1, characters: text.length };
  return [
    splitWords(text),
    expandLinkerArguments(['@0'], '/', () => Buffer.from(text), { depth: 0, left }),
  ];
}

export function fuzz(data: Buffer): void {
  const text = data.toString();
  same(splitWords(text), wordsOf(text), 'words');
  const words = text.split('\0');
  for (const between of [' ', '\n'])
    same(splitWords(words.map(quotedWord).join(between)), words, 'written and read');
  // Files that name each other: each word is one of theirs or of the command line.
  const files = words.map((content) => Buffer.from(content));
  const opened: string[] = [];
  const missing = (): never => {
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  };
  let expanded: string[];
  try {
    const read = (path: string): Buffer => {
      opened.push(path);
      return files[Number(/^\/(\d)$/.exec(path)?.[1])] ?? missing();
    };
    // Nearly at its limits: two words that name their own file are two thousand files.
    const nesting = { depth: 28, left: { files: 20, characters: 2000 } };
    expanded = expandLinkerArguments(['first', '@0', 'last'], '/', read, nesting);
  } catch (error) {
    holds(
      /^(?:response files (?:are nested|hold too much)|more than|\d has a byte 0)/.test(
        (error as Error).message,
      ),
      'an error',
      `${error}`,
    );
    return;
  }
  holds(expanded[0] === 'first' && expanded.at(-1) === 'last', 'the words around', expanded);
  holds(opened.includes('/0'), 'a file that is not read', opened);
  const known = new Set(['-Xlinker', ...files.flatMap((file) => wordsOf(file.toString()))]);
  for (const word of expanded.slice(1, -1))
    holds(
      known.has(word) ||
        [...known].some((k) => k.startsWith('-Wl,') && k.split(',').includes(word)),
      'a word that no file has',
      word,
    );
  const named = [...known].flatMap((word) => (word.startsWith('-Wl,') ? word.split(',') : [word]));
  for (const path of opened.slice(1))
    holds(
      named.some((word) => word.startsWith('@')),
      'opened',
      path,
    );
  // Without a name of another file all words stay, in their order.
  if (!text.includes('@'))
    same(expanded, ['first', ...wordsOf(words[0] ?? ''), 'last'], 'expanded');
}
