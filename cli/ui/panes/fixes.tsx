import type { ReactNode } from 'react';
import type { DiffLine } from '../../ui-worker/api.ts';
import { middleHeight } from '../layout.ts';
import { type Model, viewOf } from '../model.ts';
import { bold, coloured, dim, type Line, plain, selectedLine } from '../spans.ts';
import { wrapped } from '../text.ts';
import { type Frame, Pane } from './pane.tsx';

/** The fixes of a problem, with the explanation of the selected one and its diff of cackle.toml. */
export function Fixes({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const { fixes } = model;
  const rows = fixes?.rows ?? [];
  const { columns, glyphs } = frame;
  const top = fixes?.top ?? 0;
  const index = fixes?.index ?? 0;
  const list = rows.slice(top, top + middleHeight(model, rows.length)).map((fix, i): Line => {
    const selected = top + i === index;
    const line: Line = [
      plain(selected ? `${glyphs.pointer} ` : '  '),
      plain(fix.title),
      ...(fix.refused === undefined ? [] : [coloured(' (not possible here)', 'yellow')]),
    ];
    return selected ? selectedLine(line, columns, glyphs) : line;
  });
  const fix = rows[index];
  const explained =
    fix === undefined
      ? []
      : wrapped(fix.explanation, columns - 2).map((line): Line => [plain(`  ${line}`)]);
  const refused =
    fix?.refused === undefined
      ? []
      : wrapped(fix.refused, columns - 2).map((line): Line => [coloured(`  ${line}`, 'yellow')]);
  const above = [...list, [], ...explained, ...refused];
  const room = frame.rows - 1 - above.length;
  const diff = fix === undefined || fix.refused !== undefined ? [] : diffText(fix.diff, room);
  return (
    <Pane
      title="Fixes"
      note={rows.length > 1 ? [dim(`${index + 1} of ${rows.length}`)] : []}
      active={viewOf(model) === 'fixes'}
      lines={[...above, ...diff]}
      frame={frame}
    />
  );
}

/** The diff; when there is not enough room, without the lines before the change. */
function diffText(diff: readonly DiffLine[], room: number): Line[] {
  if (diff.length === 0) return [[], [dim('  Nothing is written.')]];
  const changed = diff.findIndex(({ sign }) => sign !== ' ');
  const first = Math.max(0, Math.min(changed, diff.length - (room - 1)));
  return [
    [bold('  cackle.toml')],
    ...diff.slice(first).map(({ sign, text }): Line => {
      if (sign === '+') return [coloured(`  + ${text}`, 'green')];
      if (sign === '-') return [coloured(`  - ${text}`, 'red')];
      return [dim(sign === '@' ? '    …' : `    ${text}`)];
    }),
  ];
}
