import type { FixChoice, ShownPlace } from '../ui-worker/api.ts';
import { listHeight, middleHeight } from './layout.ts';
import { listRows, type Model, selectedItem, viewOf } from './model.ts';
import { scrolled } from './text.ts';

/** An effect that the controller carries out for the model. */
export type Effect =
  | { readonly kind: 'load-fixes'; readonly id: string }
  | { readonly kind: 'load-usages'; readonly id: string }
  | { readonly kind: 'load-backtraces'; readonly id: string; readonly index: number }
  | { readonly kind: 'load-source'; readonly place: ShownPlace }
  | { readonly kind: 'load-package'; readonly label: string }
  | { readonly kind: 'load-tree'; readonly label: string }
  | {
      readonly kind: 'apply';
      readonly id: string;
      readonly fix: FixChoice;
      readonly comment: string;
    }
  | { readonly kind: 'apply-plain'; readonly ids: readonly string[] }
  | { readonly kind: 'undo' }
  | { readonly kind: 'again' }
  | { readonly kind: 'edit'; readonly file: string; readonly line: number }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'quit' };

/** A model and its effects. */
export interface Update {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

/** Returns the place in the sources that is, or would be, shown. */
export function shownPlace(model: Model): ShownPlace | undefined {
  if (viewOf(model) === 'backtrace') {
    const { trace } = model;
    return trace?.paths?.[trace.path]?.[trace.index]?.place;
  }
  return model.usages?.rows?.[model.usages.index]?.place;
}

/** Requests the data that a changed model shows and does not have, and keeps the selection visible. */
export function followed(before: Model, after: Model): Update {
  const effects: Effect[] = [];
  let model = leftSettled(withSelection(before, after));
  const item = selectedItem(model);
  if (item?.id !== selectedItem(before)?.id || item?.places !== selectedItem(before)?.places) {
    const index = model.usages?.id === item?.id ? (model.usages?.index ?? 0) : 0;
    model = {
      ...model,
      usages: item && {
        id: item.id,
        rows: model.usages?.id === item.id ? model.usages.rows : undefined,
        index,
        top: 0,
      },
    };
    if (item !== undefined) effects.push({ kind: 'load-usages', id: item.id });
  }
  if (item !== undefined && item.label !== model.info?.label) {
    model = { ...model, info: { label: item.label, info: undefined } };
    effects.push({ kind: 'load-package', label: item.label });
  }
  const inFixes = viewOf(model) === 'fixes' && item !== undefined;
  const otherConfig = before.state.configRevision !== model.state.configRevision;
  if (inFixes && (model.fixes?.id !== item.id || otherConfig)) {
    const known = model.fixes?.id === item.id ? model.fixes : undefined;
    model = { ...model, fixes: known ?? { id: item.id, rows: undefined, index: 0, top: 0 } };
    effects.push({ kind: 'load-fixes', id: item.id });
  }
  const place = shownPlace(model);
  const showsSource = viewOf(model) === 'usages' || viewOf(model) === 'backtrace';
  const shownBefore =
    showsSource && viewOf(before) === viewOf(model) ? shownPlace(before) : undefined;
  if (showsSource && !samePlace(place, shownBefore)) {
    if (place === undefined) model = { ...model, source: undefined };
    else effects.push({ kind: 'load-source', place });
  }
  return { model: inSight(model), effects };
}

/** Are two places the same? */
export function samePlace(a: ShownPlace | undefined, b: ShownPlace | undefined): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column;
}

/** Selects the nearest row when the selected one is not in the list any more. */
function withSelection(before: Model, after: Model): Model {
  if (before.items === after.items && before.filter === after.filter) return after;
  const ids = idsOf(after);
  if (after.selected !== undefined && ids.includes(after.selected)) return after;
  const old = idsOf(before);
  const at = Math.max(0, old.indexOf(after.selected ?? ''));
  const here = new Set(ids);
  const next =
    old.slice(at).find((id) => here.has(id)) ??
    old.slice(0, at).findLast((id) => here.has(id)) ??
    ids[0];
  return { ...after, selected: next };
}

function idsOf(model: Model): string[] {
  return listRows(model).flatMap((row) => (row.kind === 'item' ? [row.item.id] : []));
}

/** Leaves the panes of a problem that is settled. */
function leftSettled(model: Model): Model {
  const view = viewOf(model);
  const of =
    view === 'fixes' ? model.fixes?.id : view === 'problems' ? undefined : model.usages?.id;
  if (view === 'problems' || view === 'tree' || of === undefined || model.items.has(of))
    return model;
  const overlay = model.overlay?.kind === 'comment' ? undefined : model.overlay;
  return { ...model, views: ['problems'], overlay };
}

function inSight(model: Model): Model {
  const rows = listRows(model);
  const at = rows.findIndex((row) => row.kind === 'item' && row.item.id === model.selected);
  const listTop = scrolled(model.listTop, Math.max(0, at), listHeight(model), rows.length);
  const keep = <C extends { readonly index: number; readonly top: number }>(
    cursor: C,
    count: number,
  ): C => {
    const index = Math.max(0, Math.min(cursor.index, count - 1));
    return {
      ...cursor,
      index,
      top: scrolled(cursor.top, index, middleHeight(model, count), count),
    };
  };
  const { fixes, usages, trace, tree } = model;
  return {
    ...model,
    listTop,
    fixes: fixes?.rows ? keep(fixes, fixes.rows.length) : fixes,
    usages: usages?.rows ? keep(usages, usages.rows.length) : usages,
    trace: trace?.paths ? keep(trace, trace.paths[trace.path]?.length ?? 0) : trace,
    tree: tree?.rows ? keep(tree, tree.rows.length) : tree,
  };
}
