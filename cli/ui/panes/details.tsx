import type { ReactNode } from 'react';
import type { UsageRow } from '../../ui-worker/api.ts';
import { type Model, selectedItem, waitingFor } from '../model.ts';
import { bold, coloured, dim, type Line, plain } from '../spans.ts';
import { wrapped } from '../text.ts';
import { type Frame, Pane } from './pane.tsx';

/** The details of the selected problem; without one, the progress of the build. */
export function Details({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const fault = faultLines(model, frame);
  const item = selectedItem(model);
  const lines = item === undefined ? progressLines(model, frame) : itemLines(model, frame);
  const title = item === undefined ? 'Build' : item.label;
  return <Pane title={title} active={false} lines={[...fault, ...lines]} frame={frame} />;
}

/** A broken edit of cackle.toml, shown above all else. */
function faultLines({ state }: Model, { columns }: Frame): Line[] {
  if (state.fault === undefined) return [];
  return [
    [coloured('cackle.toml as it is cannot be read; the last valid one is still in force:', 'red')],
    ...state.fault
      .split('\n')
      .map((line): Line => [coloured(`  ${line}`.slice(0, columns * 2), 'red')]),
    [],
  ];
}

function itemLines(model: Model, { columns, rows, glyphs }: Frame): Line[] {
  const item = selectedItem(model);
  if (item === undefined) return [];
  const lines: Line[] = wrapped(item.title, columns - 2).map((line) => [bold(line)]);
  for (const { label, what } of waitingFor(model, item.id))
    lines.push([coloured(`${glyphs.held} The ${what} of ${label} waits for this.`, 'magenta')]);
  if (item.bestFix !== undefined) {
    const others =
      item.fixes > 1 ? `, or ${item.fixes - 1} other way${item.fixes > 2 ? 's' : ''}` : '';
    lines.push([coloured('f', 'cyan'), dim(`  ${item.bestFix}${others}`)]);
  }
  const usages = model.usages?.id === item.id ? model.usages.rows : undefined;
  if (item.places > 0) {
    const count = item.places === 1 ? 'one place' : `${item.places} places`;
    lines.push([coloured('d', 'cyan'), dim(`  ${count} in the sources:`)]);
    for (const usage of usages?.slice(0, 30) ?? [])
      lines.push([plain('   '), ...usageLine(usage, glyphs.arrow)]);
  }
  if (item.more.length === 0) return lines;
  // The last lines say why something failed; `d` shows all.
  const room = Math.max(1, rows - 2 - lines.length);
  return [...lines, [], ...item.more.slice(-room).map((line): Line => [dim(line)])];
}

/** Returns a usage on one line. */
export function usageLine({ place, from, target }: UsageRow, arrow: string): Line {
  return [
    coloured(place.text, 'blue'),
    ...(from === undefined ? [] : [plain(`  ${from} `), dim(`${arrow} `), bold(target ?? '')]),
  ];
}

function progressLines(model: Model, { columns, rows, glyphs }: Frame): Line[] {
  const { progress, state, output } = model;
  if (state.phase === 'reading')
    return [[dim('Reading the packages of the workspace from cargo.')]];
  const built = progress?.unitsBuilt ?? 0;
  const total = progress?.unitsTotal ?? 0;
  const bar = Math.max(10, Math.min(60, columns - 20));
  const full = total === 0 ? 0 : Math.round((bar * built) / total);
  const lines: Line[] = [
    [
      coloured(glyphs.full.repeat(full), 'green'),
      dim(glyphs.empty.repeat(bar - full)),
      plain(total === 0 ? '  cargo starts' : `  ${built} of ${total}`),
    ],
    [dim(progress?.building ?? '')],
    [],
  ];
  const room = Math.max(0, rows - 1 - lines.length);
  const said = output.filter((line) => line.trim() !== '').slice(-room);
  return [...lines, ...said.map((line): Line => [dim(line)])];
}
