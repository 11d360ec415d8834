import { behind, clip, type Glyphs, head, width } from './text.ts';

/** Some of the sixteen colours that every terminal has; its theme decides how they look. */
export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Text of one style. It is printable: it comes from the session, or is the UI's own. */
export interface Span {
  readonly text: string;
  readonly colour?: Colour | undefined;
  readonly bold?: boolean | undefined;
  readonly dim?: boolean | undefined;
  readonly inverse?: boolean | undefined;
}

/** One line of a pane. */
export type Line = readonly Span[];

/** Returns text without style. */
export const plain = (text: string): Span => ({ text });
/** Returns dim text. */
export const dim = (text: string): Span => ({ text, dim: true });
/** Returns bold text. */
export const bold = (text: string): Span => ({ text, bold: true });
/** Returns coloured text. */
export const coloured = (text: string, colour: Colour): Span => ({ text, colour });

/** Returns the number of columns of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + width(text), 0);
}

/** Cuts a line to a width (columns), with a mark where text is missing. */
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
    // Text is cut here or later, so the mark is needed.
    const text =
      wide === left ? `${head(span.text, left - 1)}${glyphs.more}` : clip(span.text, left, glyphs);
    kept.push({ ...span, text });
    break;
  }
  return kept;
}

/** Returns the line without its first columns. */
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

/** Returns the line as the selected one: of the full width, so that all of it stands out. */
export function selectedLine(line: Line, columns: number, glyphs: Glyphs): Line {
  const fit = fitted(line, columns, glyphs);
  const rest = ' '.repeat(Math.max(0, columns - lineWidth(fit)));
  return [...fit, plain(rest)].map(({ text, bold: isBold }) => ({
    text,
    bold: isBold,
    inverse: true,
  }));
}

/** Returns a line with one text at the left and one at the right end; without enough room the right one is left out. */
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

/** Returns a line with a terminal's escapes (ECMA-48, SGR). Without colour, only bold and selected text stands out. */
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
