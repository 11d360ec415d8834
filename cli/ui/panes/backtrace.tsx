import type { ReactNode } from 'react';
import { middleHeight } from '../layout.ts';
import { type Model, viewOf } from '../model.ts';
import { coloured, dim, type Line, plain, selectedLine } from '../spans.ts';
import { type Frame, Pane } from './pane.tsx';
import { sourceLines } from './source.ts';

/** The path from a root to a usage: the frames, and the source at the selected one. */
export function Backtrace({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const { trace } = model;
  const paths = trace?.paths ?? [];
  const frames = paths[trace?.path ?? 0] ?? [];
  const { columns, glyphs } = frame;
  const top = trace?.top ?? 0;
  const index = trace?.index ?? 0;
  const list = frames.slice(top, top + middleHeight(model, frames.length)).map((row, i): Line => {
    const selected = top + i === index;
    const line: Line = [
      plain(selected ? `${glyphs.pointer} ` : '  '),
      dim(top + i === 0 ? '' : `${glyphs.arrow} `),
      plain(row.name),
      ...(row.inlined ? [coloured(' [inlined]', 'yellow')] : []),
      plain('  '),
      coloured(row.place?.text ?? '', 'blue'),
    ];
    return selected ? selectedLine(line, columns, glyphs) : line;
  });
  const room = frame.rows - 1 - list.length - 1;
  const at = frames[index];
  const below: Line[] =
    at !== undefined && at.place === undefined
      ? [[dim('  No place is known for this frame.')]]
      : sourceLines(model.source, room, frame);
  const note = [
    ...(paths.length > 1 ? [`path ${(trace?.path ?? 0) + 1} of ${paths.length}`] : []),
    ...(frames.length > 0 ? [`${index + 1} of ${frames.length}`] : []),
  ].join(glyphs.dot);
  return (
    <Pane
      title="Backtrace, from the root to the usage"
      note={[dim(note)]}
      active={viewOf(model) === 'backtrace'}
      lines={[...list, [], ...below]}
      frame={frame}
    />
  );
}
