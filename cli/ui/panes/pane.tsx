import { Box, Text } from 'ink';
import { createContext, type ReactNode, useContext } from 'react';
import type { Screen } from '../screen.ts';
import { ansi, type Colour, fitted, type Line, lineWidth } from '../spans.ts';
import { type Glyphs, width } from '../text.ts';

/** The properties of all panes beside their contents. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
}

/** The surface on which rows are drawn. */
export interface Canvas {
  readonly screen: Pick<Screen, 'put'>;
  readonly colour: boolean;
}

/** The {@link Canvas} of the rows below. */
export const CanvasContext = createContext<Canvas>({ screen: { put: () => '' }, colour: false });

/** One line of the screen. */
export function Row({ line }: { readonly line: Line }): ReactNode {
  const { screen, colour } = useContext(CanvasContext);
  return <Text>{screen.put(ansi(line, colour))}</Text>;
}

/** A title in a rule, and lines below it; lines that do not fit are left out. */
export function Pane({
  title,
  note = [],
  active,
  lines,
  frame,
}: {
  readonly title: string;
  /** Text at the right end of the title. */
  readonly note?: Line;
  /** Do the keys go here? */
  readonly active: boolean;
  readonly lines: readonly Line[];
  readonly frame: Frame;
}): ReactNode {
  const { columns, rows, glyphs } = frame;
  if (rows <= 0) return null;
  const shown = lines.slice(0, rows - 1);
  return (
    <Box flexDirection="column" height={rows} flexShrink={0}>
      <Row line={titleLine(title, note, active, columns, glyphs)} />
      {shown.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Row key={i} line={fitted(line, columns, glyphs)} />
      ))}
    </Box>
  );
}

function titleLine(
  title: string,
  note: Line,
  active: boolean,
  columns: number,
  { rule, ...glyphs }: Glyphs,
): Line {
  const look = active ? { colour: 'cyan' as Colour, bold: true } : { dim: true };
  const begin = `${rule}${rule} `;
  const noteWidth = note.length === 0 ? 0 : lineWidth(note) + 2;
  const gap = columns - width(begin) - width(title) - 1 - noteWidth - 2;
  const left: Line = [
    { text: begin, dim: !active, ...(active ? { colour: 'cyan' } : {}) },
    { text: title, ...look },
    { text: ' ' },
  ];
  const ruled = (count: number): Line => [
    { text: rule.repeat(Math.max(0, count)), dim: !active, ...(active ? { colour: 'cyan' } : {}) },
  ];
  if (gap < 0)
    return fitted([...left, ...ruled(columns)], columns, { rule, ...glyphs, more: rule });
  const right: Line = note.length === 0 ? [] : [{ text: ' ' }, ...note, { text: ' ' }];
  return [...left, ...ruled(gap), ...right, ...ruled(2)];
}
