import { Box } from 'ink';
import type { ReactNode } from 'react';
import { bindings, type KeyCommand, keyLabel } from '../keys.ts';
import { listRows, type Model, selectedItem, viewOf } from '../model.ts';
import { coloured, dim, fitted, type Line, lineWidth, plain, type Span, spread } from '../spans.ts';
import { type Frame, Row } from './pane.tsx';

/** The progress or a message, and the keys of the view. */
export function Footer({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  const { columns, rows, glyphs } = frame;
  const status = statusLine(model, frame);
  return (
    <Box flexDirection="column" height={rows} flexShrink={0}>
      <Row line={status} />
      {rows > 1 ? <Row line={fitted(hintLine(model, frame), columns, glyphs)} /> : null}
    </Box>
  );
}

function statusLine(model: Model, { columns, glyphs }: Frame): Line {
  const { overlay, message } = model;
  if (overlay?.kind === 'comment' || overlay?.kind === 'filter') {
    const { text, cursor } = overlay.typing;
    const label = overlay.kind === 'comment' ? 'comment: ' : 'filter: ';
    const at = text.slice(cursor, cursor + 1);
    return fitted(
      [
        coloured(label, 'cyan'),
        plain(text.slice(0, cursor)),
        { text: at === '' ? '_' : at, inverse: true },
        plain(text.slice(cursor + 1)),
      ],
      columns,
      glyphs,
    );
  }
  if (overlay?.kind === 'accept-all') {
    const count = overlay.ids.length;
    const what =
      count === 1 ? 'the one problem that has' : `each of the ${count} problems that have`;
    const question = coloured(`Apply the fix of ${what} just one? y/n`, 'yellow');
    return fitted([question], columns, glyphs);
  }
  const left =
    message === undefined
      ? progressSpans(model, glyphs.dot)
      : [coloured(message.text, message.tone === 'good' ? 'green' : 'red')];
  const counts = countSpans(model, glyphs.dot);
  // The number of problems matters more than the end of the progress; the answer to a key matters most.
  const rest = columns - lineWidth(counts) - 2;
  const room = message === undefined ? Math.max(columns >> 1, rest) : columns;
  return spread(fitted(left, room, glyphs), counts, columns, glyphs);
}

function progressSpans(model: Model, dot: string): Line {
  const { progress, state, rate } = model;
  const [held] = state.waiting;
  const more = state.waiting.length > 1 ? ` (and ${state.waiting.length - 1} more)` : '';
  const waits: Span[] =
    held === undefined
      ? []
      : [coloured(`the ${held.what} of ${held.label} waits for you${more}`, 'magenta'), plain(dot)];
  switch (state.phase) {
    case 'reading':
      return [plain('reading the workspace')];
    case 'asking':
      return [plain('the build starts when these are answered')];
    case 'answering':
      return [plain('built and judged: what is left is up to you')];
    case 'building': {
      if (progress === undefined || progress.unitsTotal === 0)
        return [...waits, plain('cargo starts')];
      const { unitsBuilt, unitsTotal, outputsFound, outputsJudged } = progress;
      const speed =
        rate === undefined ? '' : `, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`;
      const text = [
        `built ${unitsBuilt} of ${unitsTotal}${speed}`,
        `judged ${outputsJudged} of ${outputsFound}`,
        progress.building,
      ];
      return [...waits, plain(text.filter((t) => t !== '').join(dot))];
    }
  }
}

function countSpans({ items, state }: Model, dot: string): Line {
  const all = [...items.values()];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const warnings = all.length - errors;
  const spans: Span[] = [];
  const add = (span: Span): void => {
    spans.push(...(spans.length > 0 ? [dim(dot)] : []), span);
  };
  if (state.fault !== undefined) add(coloured('cackle.toml is broken', 'red'));
  if (errors > 0) add(coloured(`${errors} problem${errors === 1 ? '' : 's'}`, 'red'));
  if (warnings > 0) add(coloured(`${warnings} warning${warnings === 1 ? '' : 's'}`, 'yellow'));
  if (state.written > 0) add(coloured(`${state.written} fixed`, 'green'));
  return spans;
}

function hintLine(model: Model, { columns, glyphs }: Frame): Line {
  const { overlay } = model;
  const hint = (key: string, what: string): Line => [coloured(key, 'cyan'), dim(` ${what}  `)];
  if (overlay?.kind === 'comment')
    return [
      ...hint('enter', 'apply with this comment'),
      ...(model.comments.length > 0 ? hint(glyphs.up, 'earlier ones') : []),
      ...hint('esc', 'cancel'),
    ];
  if (overlay?.kind === 'filter') return [...hint('enter', 'done'), ...hint('esc', 'no filter')];
  if (overlay?.kind === 'accept-all') return [...hint('y', 'apply'), ...hint('n', 'cancel')];
  if (overlay?.kind === 'help') return [...hint('esc', 'close'), ...hint(glyphs.up, 'scroll')];
  const all = bindings[viewOf(model)]
    .filter((b) => b.hint !== undefined && (model.debug || b.debugOnly !== true))
    .filter((b) => applies(b.command, model))
    .map((b) => ({
      isLast: b.command === 'help' || b.command === 'quit',
      line: hint(keyLabel(b.keys[0] ?? ''), b.hint ?? ''),
    }));
  // Help and quit are always visible.
  const last = all.filter((h) => h.isLast).flatMap((h) => h.line);
  let room = columns - lineWidth(last);
  const first = all.filter((h) => {
    room -= h.isLast ? 0 : lineWidth(h.line);
    return !h.isLast && room >= 0;
  });
  return [...first.flatMap((h) => h.line), ...last];
}

/** Does the command do anything now? */
function applies(command: KeyCommand, model: Model): boolean {
  const item = selectedItem(model);
  switch (command) {
    case 'undo':
      return model.state.undoable > 0;
    case 'fixes':
      return (item?.fixes ?? 0) > 0;
    case 'usages':
      return (item?.places ?? 0) > 0 || (item?.more.length ?? 0) > 0;
    case 'editor':
      return (item?.places ?? 0) > 0;
    case 'backtrace':
      return model.usages?.rows?.[model.usages.index]?.hasBacktrace === true;
    case 'tree':
      // A problem of cackle.toml is about no package.
      return model.info?.info !== undefined;
    case 'accept-all':
      return listRows(model).some((row) => row.kind === 'item' && row.item.isPlain);
    case 'group':
    case 'filter':
      return model.items.size > 1 || model.filter !== '';
    case 'next-path':
      return (model.trace?.paths?.length ?? 0) > 1;
    default:
      return true;
  }
}
