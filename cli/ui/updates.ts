import type { Update } from './follow.ts';
import type { View } from './keys.ts';
import type { Model } from './model.ts';

/** A change that needs nothing done. */
export const only = (model: Model): Update => ({ model, effects: [] });

/** Goes into a place, or back to it when it was entered before. */
export function entered(model: Model, view: View): Model {
  const at = model.views.indexOf(view);
  return { ...model, views: at < 0 ? [...model.views, view] : model.views.slice(0, at + 1) };
}

/** Applies the selected fix, with a comment when there is one. */
export function applied(model: Model, comment: string): Update {
  const { fixes } = model;
  const fix = fixes?.rows?.[fixes.index];
  if (fixes === undefined || fix === undefined || model.busy) return only(model);
  if (fix.refused !== undefined) return said(model, fix.refused);
  const { id } = fixes;
  return {
    model: { ...model, busy: true, views: ['problems'] },
    effects: [{ kind: 'apply', id, fix, comment }],
  };
}

/** Nothing is done, and a line says why. */
export function said(model: Model, text: string): Update {
  return only({ ...model, message: { text, tone: 'bad' } });
}
