import type { ReactNode } from 'react';
import type { Item } from '../../ui-worker/api.ts';
import { type ListRow, listRows, type Model, viewOf, waitingFor } from '../model.ts';
import { bold, coloured, dim, type Line, plain, selectedLine } from '../spans.ts';
import { padded, width } from '../text.ts';
import { type Frame, Pane } from './pane.tsx';

const MAX_LABEL = 26;

/** The list of open problems; only visible rows are made. */
export function Problems({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const rows = listRows(model);
  const { filter, grouping, items, selected } = model;
  const ids = rows.flatMap((row) => (row.kind === 'item' ? [row.item.id] : []));
  const at = ids.indexOf(selected ?? '');
  const seen = rows.slice(model.listTop, model.listTop + Math.max(0, frame.rows - 1));
  const labels = seen.flatMap((row) => (row.kind === 'item' ? [width(row.item.label)] : []));
  const labelWidth = Math.min(MAX_LABEL, Math.floor(frame.columns / 3), Math.max(0, ...labels));
  const lines = seen.map((row) => rowLine(row, model, labelWidth, frame));
  const noted = [
    ...(filter === '' ? [] : [`filter: ${filter}`]),
    ...(grouping === 'none' ? [] : [`by ${grouping}`]),
    ...(ids.length === 0 ? [] : [`${at + 1} of ${ids.length}`]),
  ].join(frame.glyphs.dot);
  return (
    <Pane
      title="Problems"
      note={noted === '' ? [] : [dim(noted)]}
      active={viewOf(model) === 'problems'}
      lines={lines.length > 0 ? lines : emptyLines(model, items.size)}
      frame={frame}
    />
  );
}

function emptyLines(model: Model, count: number): Line[] {
  if (count > 0) return [[], [dim('  No problem has these words. Esc clears the filter.')]];
  const text = {
    reading: 'Reading the workspace.',
    asking: 'Nothing to ask.',
    building:
      'Nothing found so far. What is found is listed here at once, while the build goes on.',
    answering: 'All is settled: checking once more.',
  }[model.state.phase];
  return [[], [dim(`  ${text}`)]];
}

function rowLine(row: ListRow, model: Model, labelWidth: number, frame: Frame): Line {
  const { glyphs, columns } = frame;
  if (row.kind === 'group') return [coloured(row.title, 'cyan'), dim(` (${row.count})`)];
  const { item } = row;
  const isSelected = item.id === model.selected;
  const held = waitingFor(model, item.id).length > 0;
  const line: Line = [
    plain(isSelected ? `${glyphs.pointer} ` : '  '),
    mark(item, frame),
    plain(' '),
    bold(padded(item.label, labelWidth, glyphs)),
    plain('  '),
    ...(held ? [coloured(`${glyphs.held} `, 'magenta')] : []),
    plain(item.title),
  ];
  const active = viewOf(model) === 'problems';
  return isSelected && active ? selectedLine(line, columns, glyphs) : line;
}

function mark({ severity }: Item, { glyphs }: Frame): Line[number] {
  return severity === 'error' ? coloured(glyphs.error, 'red') : coloured(glyphs.warning, 'yellow');
}
