import { behind, clip, type Glyphs, head, width } from './text.ts';

/** One of the sixteen colours that every terminal has; its own theme says how they look. */
export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Text of one look. It is printable: it came from the session so, or is our own. */
export interface Span {
  readonly text: string;
  readonly colour?: Colour | undefined;
  readonly bold?: boolean | undefined;
  readonly dim?: boolean | undefined;
  readonly inverse?: boolean | undefined;
}

/** One line of a pane. */
export type Line = readonly Span[];

/** Shorthands. */
export const plain = (text: string): Span => ({ text });
export const dim = (text: string): Span => ({ text, dim: true });
export const bold = (text: string): Span => ({ text, bold: true });
export const coloured = (text: string, colour: Colour): Span => ({ text, colour });

/** Columns of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + width(text), 0);
}

/** A line cut to a width, with a mark where something is missing. */
export function fitted(line: Line, columns: number, glyphs: Glyphs): Line {
  if (lineWidth(line) <= columns) return line;
  const kept: Span[] = [];
  let left = columns;
  for (const span of line) {
    const wide = width(span.text);
    if (wide < left) {
      kept.push(span);
      left -= wide;
      continue;
    }
    // Something is cut here or behind, so the mark has to be.
    const text =
      wide === left ? `${head(span.text, left - 1)}${glyphs.more}` : clip(span.text, left, glyphs);
    kept.push({ ...span, text });
    break;
  }
  return kept;
}

/** The line without its first columns. */
export function scrolledLine(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap((span) => {
    const wide = width(span.text);
    if (left >= wide) {
      left -= wide;
      return [];
    }
    const text = behind(span.text, left);
    left = 0;
    return [{ ...span, text }];
  });
}

/** The line as the selected one: of the full width, so that all of it stands out. */
export function selectedLine(line: Line, columns: number, glyphs: Glyphs): Line {
  const fit = fitted(line, columns, glyphs);
  const rest = ' '.repeat(Math.max(0, columns - lineWidth(fit)));
  return [...fit, plain(rest)].map(({ text, bold: isBold }) => ({
    text,
    bold: isBold,
    inverse: true,
  }));
}

/** One text to the left, one to the right end; the right one goes first when there is no room. */
export function spread(left: Line, right: Line, columns: number, glyphs: Glyphs): Line {
  const gap = columns - lineWidth(left) - lineWidth(right);
  return gap < 1 ? fitted(left, columns, glyphs) : [...left, plain(' '.repeat(gap)), ...right];
}

const codes: Readonly<Record<Colour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

/** A line as a terminal draws it (ECMA-48, SGR). Without colour, only what is bold or selected stands out. */
export function ansi(line: Line, colour: boolean): string {
  return line
    .map(({ text, colour: named, bold: isBold, dim: isDim, inverse }) => {
      const sgr = [
        ...(isBold ? [1] : []),
        ...(isDim && colour ? [2] : []),
        ...(inverse ? [7] : []),
        ...(named !== undefined && colour ? [codes[named]] : []),
      ];
      return sgr.length === 0 ? text : `\u001b[${sgr.join(';')}m${text}\u001b[0m`;
    })
    .join('');
}
