import type { ReactNode } from 'react';
import { middleHeight } from '../layout.ts';
import { type Model, viewOf } from '../model.ts';
import { dim, type Line, plain, selectedLine } from '../spans.ts';
import { type Frame, Pane } from './pane.tsx';

/** The dependents of the package of a problem. */
export function TreePane({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const { tree } = model;
  const rows = tree?.rows ?? [];
  const top = tree?.top ?? 0;
  const lines = rows.slice(top, top + middleHeight(model, rows.length)).map((text, i): Line => {
    const line: Line = [plain(` ${text}`)];
    return top + i === tree?.index ? selectedLine(line, frame.columns, frame.glyphs) : line;
  });
  const empty =
    tree?.rows === undefined ? [] : [[dim('  This problem is about no package of the tree.')]];
  return (
    <Pane
      title={tree?.title ?? ''}
      note={rows.length === 0 ? [] : [dim(`${(tree?.index ?? 0) + 1} of ${rows.length}`)]}
      active={viewOf(model) === 'tree'}
      lines={lines.length > 0 ? lines : empty}
      frame={frame}
    />
  );
}
