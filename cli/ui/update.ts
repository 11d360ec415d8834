import type {
  Excerpt,
  FixChoice,
  FrameRow,
  Item,
  PackageInfo,
  SessionEvent,
  ShownPlace,
  UsageRow,
} from '../ui-worker/api.ts';
import { type Effect, followed, samePlace, shownPlace, type Update } from './follow.ts';
import { commandOf, type Key, type KeyCommand } from './keys.ts';
import { listHeight, middleHeight } from './layout.ts';
import { type Grouping, listRows, type Model, selectedItem, viewOf } from './model.ts';
import { overlayKey } from './overlay-keys.ts';
import { typingOf } from './typing.ts';
import { applied, entered, only, withMessage } from './updates.ts';

/** An input to the model. */
export type Action =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'pasted'; readonly text: string }
  | { readonly kind: 'session'; readonly event: SessionEvent }
  | { readonly kind: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'rate'; readonly rate: number | undefined }
  | { readonly kind: 'fixes'; readonly id: string; readonly rows: readonly FixChoice[] }
  | { readonly kind: 'usages'; readonly id: string; readonly rows: readonly UsageRow[] }
  | {
      readonly kind: 'backtraces';
      readonly id: string;
      readonly paths: readonly (readonly FrameRow[])[];
    }
  | { readonly kind: 'source'; readonly place: ShownPlace; readonly source: Excerpt | string }
  | { readonly kind: 'package'; readonly label: string; readonly info: PackageInfo | undefined }
  | { readonly kind: 'tree'; readonly label: string; readonly rows: readonly string[] }
  /** An edit was made, or refused. */
  | { readonly kind: 'edited'; readonly text: string; readonly error: string | undefined }
  | { readonly kind: 'message'; readonly text: string; readonly tone: 'good' | 'bad' }
  /** The message was shown long enough. */
  | { readonly kind: 'silent' };

/** Returns the model after an action, with the effects to carry out. */
export function updated(before: Model, action: Action): Update {
  const { model, effects } = changed(before, action);
  const step = followed(before, model);
  return { model: step.model, effects: [...effects, ...step.effects] };
}

function changed(model: Model, action: Action): Update {
  switch (action.kind) {
    case 'key':
      return keyPressed(model, action.key);
    case 'pasted':
      return only(overlayKey(model, { name: 'paste', text: action.text, ctrl: false }).model);
    case 'session':
      return only(received(model, action.event));
    case 'resized':
      return only({ ...model, size: { columns: action.columns, rows: action.rows } });
    case 'rate':
      return only({ ...model, rate: action.rate });
    case 'fixes':
      if (model.fixes?.id !== action.id) return only(model);
      return only({ ...model, fixes: { ...model.fixes, rows: action.rows } });
    case 'usages':
      if (model.usages?.id !== action.id) return only(model);
      return only({ ...model, usages: { ...model.usages, rows: action.rows } });
    case 'backtraces':
      if (model.trace === undefined || model.usages?.id !== action.id) return only(model);
      // The usage itself, at the end, is of most interest.
      return only({
        ...model,
        trace: { ...model.trace, paths: action.paths, index: (action.paths[0]?.length ?? 1) - 1 },
      });
    case 'source':
      if (!samePlace(shownPlace(model), action.place)) return only(model);
      return only({ ...model, source: action.source });
    case 'package':
      if (model.info?.label !== action.label) return only(model);
      return only({ ...model, info: { label: action.label, info: action.info } });
    case 'tree':
      if (model.tree?.label !== action.label) return only(model);
      return only({ ...model, tree: { ...model.tree, rows: action.rows } });
    case 'edited': {
      const { error, text } = action;
      const message = { text: error ?? text, tone: error === undefined ? 'good' : 'bad' } as const;
      return only({ ...model, busy: false, message });
    }
    case 'silent':
      return only({ ...model, message: undefined });
    case 'message':
      return only({ ...model, message: { text: action.text, tone: action.tone } });
  }
}

function received(model: Model, event: SessionEvent): Model {
  switch (event.kind) {
    case 'items': {
      const items = new Map(model.items);
      for (const id of event.gone) items.delete(id);
      // Known items keep their position.
      for (const item of event.put) items.set(item.id, item);
      return { ...model, items };
    }
    case 'state':
      return { ...model, state: event };
    case 'progress':
      return { ...model, progress: event.progress };
    case 'edited':
      return model;
    case 'output':
      return { ...model, output: [...model.output, ...event.lines].slice(-200) };
  }
}

function keyPressed(before: Model, key: Key): Update {
  // The next key removes the message.
  const model = before.message === undefined ? before : { ...before, message: undefined };
  if (model.overlay !== undefined && !(key.ctrl && (key.name === 'c' || key.name === 'z')))
    return overlayKey(model, key);
  const command = commandOf(viewOf(model), key, model.debug);
  return command === undefined ? only(model) : done(model, command);
}

function done(model: Model, command: KeyCommand): Update {
  const item = selectedItem(model);
  const act = (effect: Effect): Update => ({ model, effects: [effect] });
  switch (command) {
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
    case 'first':
    case 'last':
      return only(moved(model, command));
    case 'fixes':
      if (item === undefined) return only(model);
      if (item.fixes === 0) return withMessage(model, 'No edit of cackle.toml helps here.');
      return only({ ...entered({ ...model, fixes: undefined }, 'fixes') });
    case 'usages':
      if (item === undefined) return only(model);
      if (item.places === 0 && item.more.length === 0)
        return withMessage(model, 'This problem has no place in a source.');
      if (item.places === 0) return only(reading(model, item));
      return only(entered(model, 'usages'));
    case 'tree':
      if (item === undefined) return only(model);
      return {
        model: entered(
          {
            ...model,
            tree: {
              title: `Who depends on ${item.label}`,
              label: item.label,
              rows: undefined,
              index: 0,
              top: 0,
            },
          },
          'tree',
        ),
        effects: [{ kind: 'load-tree', label: item.label }],
      };
    case 'backtrace': {
      const { usages } = model;
      const row = usages?.rows?.[usages.index];
      if (usages === undefined || row === undefined) return only(model);
      if (!row.hasBacktrace)
        return withMessage(model, 'There is no backtrace: the place is found in the source alone.');
      return {
        model: entered(
          { ...model, trace: { paths: undefined, path: 0, index: 0, top: 0 } },
          'backtrace',
        ),
        effects: [{ kind: 'load-backtraces', id: usages.id, index: usages.index }],
      };
    }
    case 'next-path': {
      const { trace } = model;
      const count = trace?.paths?.length ?? 0;
      if (trace === undefined || count < 2) return withMessage(model, 'There is one path only.');
      const path = (trace.path + 1) % count;
      return only({
        ...model,
        trace: { ...trace, path, index: (trace.paths?.[path]?.length ?? 1) - 1 },
      });
    }
    case 'apply':
      return applied(model, '');
    case 'comment': {
      const { fixes } = model;
      const fix = fixes?.rows?.[fixes.index];
      if (fix === undefined) return only(model);
      if (fix.refused !== undefined) return withMessage(model, fix.refused);
      if (!fix.takesComment)
        return withMessage(model, 'This fix adds nothing to which a comment could belong.');
      const overlay = {
        kind: 'comment',
        typing: typingOf(''),
        history: model.comments.length,
      } as const;
      return only({ ...model, overlay });
    }
    case 'accept-all': {
      const ids = listRows(model).flatMap((row) =>
        row.kind === 'item' && row.item.isPlain ? [row.item.id] : [],
      );
      if (ids.length === 0) return withMessage(model, 'No problem here has just one fix.');
      return only({ ...model, overlay: { kind: 'accept-all', ids } });
    }
    case 'diagnostics':
      return only({ ...model, showsDiagnostics: !model.showsDiagnostics });
    case 'filter':
      return only({ ...model, overlay: { kind: 'filter', typing: typingOf(model.filter) } });
    case 'group': {
      const all: readonly Grouping[] = ['none', 'package', 'API', 'kind'];
      const next = all[(all.indexOf(model.grouping) + 1) % all.length] ?? 'none';
      return only({ ...model, grouping: next });
    }
    case 'editor': {
      const place = shownPlace(model);
      if (place === undefined) return withMessage(model, 'There is no place to open here.');
      return act({ kind: 'edit', file: place.file, line: place.line });
    }
    case 'undo':
      if (model.busy) return only(model);
      if (model.state.undoable === 0) return withMessage(model, 'There is nothing to undo.');
      return { model: { ...model, busy: true }, effects: [{ kind: 'undo' }] };
    case 'again':
      if (model.state.phase !== 'answering')
        return withMessage(model, 'The check is still going on.');
      return act({ kind: 'again' });
    case 'package':
      return only({ ...model, showsPackage: !(model.showsPackage ?? model.size.rows >= 22) });
    case 'help':
      return only({ ...model, overlay: { kind: 'help', top: 0 } });
    case 'back':
      if (model.views.length > 1) return only({ ...model, views: model.views.slice(0, -1) });
      return only({ ...model, filter: '' });
    case 'quit':
      return act({ kind: 'quit' });
    case 'suspend':
      return act({ kind: 'suspend' });
  }
}

/** Shows the further lines of a problem, scrolled to the end, where they say why something failed. */
function reading(model: Model, { label, more }: Item): Model {
  const tree = { title: label, label, rows: more, index: more.length - 1, top: 0 };
  return entered({ ...model, tree }, 'tree');
}

type Move = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

function moved(model: Model, move: Move): Model {
  const to = (index: number, count: number, page: number): number => {
    const steps = {
      up: -1,
      down: 1,
      'page-up': -page,
      'page-down': page,
      first: -count,
      last: count,
    };
    return Math.max(0, Math.min(count - 1, index + steps[move]));
  };
  const inMiddle = <C extends { readonly index: number }>(cursor: C, count: number): C => ({
    ...cursor,
    index: to(cursor.index, count, middleHeight(model, count)),
  });
  const { fixes, usages, trace, tree } = model;
  switch (viewOf(model)) {
    case 'fixes':
      return { ...model, fixes: fixes && inMiddle(fixes, fixes.rows?.length ?? 0) };
    case 'usages':
      return { ...model, usages: usages && inMiddle(usages, usages.rows?.length ?? 0) };
    case 'backtrace':
      return { ...model, trace: trace && inMiddle(trace, trace.paths?.[trace.path]?.length ?? 0) };
    case 'tree':
      return { ...model, tree: tree && inMiddle(tree, tree.rows?.length ?? 0) };
    case 'problems': {
      const items = listRows(model).flatMap((row) => (row.kind === 'item' ? [row.item.id] : []));
      const at = Math.max(0, items.indexOf(model.selected ?? ''));
      return { ...model, selected: items[to(at, items.length, listHeight(model))] };
    }
  }
}
