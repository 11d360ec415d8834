import stringWidth from 'string-width';

/** Characters of the frames; a terminal that is not UTF-8 gets the plain ones. */
export interface Glyphs {
  readonly rule: string;
  readonly more: string;
  readonly dot: string;
  readonly pointer: string;
  readonly error: string;
  readonly warning: string;
  readonly held: string;
  readonly arrow: string;
  readonly up: string;
  readonly full: string;
  readonly empty: string;
  readonly caret: string;
}

/** Glyphs for terminals with UTF-8. */
export const unicodeGlyphs: Glyphs = {
  rule: '─',
  more: '…',
  dot: ' · ',
  pointer: '▶',
  error: '●',
  warning: '▲',
  held: '‖',
  arrow: '→',
  up: '↑↓',
  full: '█',
  empty: '░',
  caret: '▲',
};

/** Glyphs for other terminals. */
export const asciiGlyphs: Glyphs = {
  rule: '-',
  more: '~',
  dot: ' | ',
  pointer: '>',
  error: 'E',
  warning: 'W',
  held: '=',
  arrow: '->',
  up: 'up/down',
  full: '#',
  empty: '.',
  caret: '^',
};

/** Is the locale's encoding UTF-8? The first of the variables that is set decides (locale(7)). */
export function isUtf8Locale(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
}

const plain = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Returns the columns that a printable text takes. */
export function width(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Returns as much of the beginning of a text as fits into `columns`; never half a wide letter. */
export function head(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (plain.test(text)) return text.slice(0, columns);
  let taken = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    const next = taken + width(segment);
    if (next > columns) break;
    taken = next;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** Returns a text without its first columns; a wide letter that is cut in two becomes a space. */
export function behind(text: string, columns: number): string {
  if (columns <= 0) return text;
  if (plain.test(text)) return text.slice(columns);
  let taken = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    if (taken >= columns) return ' '.repeat(taken - columns) + text.slice(index);
    taken += width(segment);
  }
  return '';
}

/** Cuts a text to a width, with a mark where text is missing. */
export function clip(text: string, columns: number, { more }: Glyphs): string {
  if (width(text) <= columns) return text;
  return columns <= width(more) ? head(text, columns) : head(text, columns - width(more)) + more;
}

/** Pads or cuts a text to this width. */
export function padded(text: string, columns: number, glyphs: Glyphs): string {
  const clipped = clip(text, columns, glyphs);
  return clipped + ' '.repeat(Math.max(0, columns - width(clipped)));
}

/** Breaks a text into lines of at most a width, at spaces if there are any. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  const limit = Math.max(1, columns);
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (width(joined) <= limit) {
        line = joined;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      while (width(line) > limit) {
        const first = head(line, limit) || line.slice(0, 1);
        lines.push(first);
        line = line.slice(first.length);
      }
    }
    lines.push(line);
  }
  return lines;
}

/** Returns the first row of a list that shows `height` of `count` rows, so that the selected one is visible and little moves. */
export function scrolled(top: number, selected: number, height: number, count: number): number {
  const last = Math.max(0, count - height);
  if (height <= 0) return 0;
  const margin = height > 6 ? 1 : 0;
  const lowest = Math.max(0, selected - height + 1 + margin);
  const highest = Math.max(0, selected - margin);
  return Math.min(last, Math.max(lowest, Math.min(top, highest)));
}
