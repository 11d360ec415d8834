import type { ReactNode } from 'react';
import { middleHeight } from '../layout.ts';
import { type Model, viewOf } from '../model.ts';
import { bold, dim, type Line, plain, selectedLine } from '../spans.ts';
import { usageLine } from './details.tsx';
import { type Frame, Pane } from './pane.tsx';
import { sourceLines } from './source.ts';

/** The places of a problem in the sources, and the source around the selected one. */
export function Usages({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const { usages } = model;
  const rows = usages?.rows ?? [];
  const { columns, glyphs } = frame;
  const top = usages?.top ?? 0;
  const index = usages?.index ?? 0;
  const list = rows.slice(top, top + middleHeight(model, rows.length)).map((row, i): Line => {
    const selected = top + i === index;
    const line: Line = [
      plain(selected ? `${glyphs.pointer} ` : '  '),
      ...usageLine(row, glyphs.arrow),
    ];
    return selected ? selectedLine(line, columns, glyphs) : line;
  });
  const row = rows[index];
  const about: Line[] =
    row === undefined || row.from === undefined
      ? []
      : [
          [
            plain('  '),
            plain(row.from),
            dim(' uses '),
            bold(row.target ?? ''),
            dim(` in ${row.output}`),
          ],
        ];
  const above = [...list, [], ...about];
  const room = frame.rows - 1 - above.length;
  const below = model.showsDiagnostics
    ? (row?.diagnostics ?? []).map((text): Line => [plain(`  ${text}`)])
    : sourceLines(model.source, room, frame);
  return (
    <Pane
      title={model.showsDiagnostics ? 'Details: diagnostics' : 'Details'}
      note={rows.length > 1 ? [dim(`${index + 1} of ${rows.length}`)] : []}
      active={viewOf(model) === 'usages'}
      lines={[...above, ...below]}
      frame={frame}
    />
  );
}
