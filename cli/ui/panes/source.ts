import type { Excerpt, TokenStyle } from '../../ui-worker/api.ts';
import { coloured, dim, type Line, lineWidth, type Span, scrolledLine } from '../spans.ts';
import { width } from '../text.ts';
import type { Frame } from './pane.tsx';

const looks: Readonly<Record<TokenStyle, Omit<Span, 'text'>>> = {
  plain: {},
  keyword: { colour: 'magenta' },
  string: { colour: 'green' },
  number: { colour: 'yellow' },
  comment: { dim: true },
  type: { colour: 'cyan' },
  function: { colour: 'blue' },
  macro: { colour: 'yellow' },
};

/** Returns as many lines of a source as fit, with the line of the place and a mark below its column. */
export function sourceLines(
  source: Excerpt | string | undefined,
  rows: number,
  { columns, glyphs }: Frame,
): Line[] {
  if (rows <= 0 || source === undefined) return [];
  if (typeof source === 'string') return [[dim(`  ${source}`)]];
  const marked = source.lines.findIndex(({ number }) => number === source.line);
  const hasMark = marked >= 0 && source.at !== undefined && rows > 1;
  const height = hasMark ? rows - 1 : rows;
  const first = Math.max(
    0,
    Math.min(marked - Math.floor(height / 2), source.lines.length - height),
  );
  const seen = source.lines.slice(first, first + height);
  const gutter = String(seen.at(-1)?.number ?? 0).length + 1;
  const room = Math.max(10, columns - gutter - 3);
  const text = source.lines[marked]?.segments.map((s) => s.text).join('') ?? '';
  const column = width(text.slice(0, source.at ?? 0));
  // Lines are shifted so that the mark is visible; all by the same number of columns, so that they line up.
  const shift = column > room - 10 ? column - Math.floor(room / 3) : 0;
  return seen.flatMap(({ number, segments }): Line[] => {
    const isMarked = number === source.line;
    const code: Line = segments.map(({ style, text: piece }) => ({ text: piece, ...looks[style] }));
    const shown = scrolledLine(code, shift);
    const cut = lineWidth(shown) > room;
    const edge = shift > 0 ? glyphs.more : ' ';
    const line: Line = [
      { text: String(number).padStart(gutter), ...(isMarked ? { bold: true } : { dim: true }) },
      isMarked ? coloured(`${glyphs.pointer.slice(0, 1)}${edge}`, 'red') : dim(` ${edge}`),
      ...(cut ? shown : shown),
    ];
    if (!isMarked || !hasMark) return [line];
    const under = ' '.repeat(Math.max(0, gutter + 2 + column - shift));
    return [line, [coloured(`${under}${glyphs.caret}`, 'red')]];
  });
}
