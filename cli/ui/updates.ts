import type { Update } from './follow.ts';
import type { View } from './keys.ts';
import type { Model } from './model.ts';

/** Returns an update without effects. */
export const only = (model: Model): Update => ({ model, effects: [] });

/** Enters a view, or returns to it when it was entered before. */
export function entered(model: Model, view: View): Model {
  const at = model.views.indexOf(view);
  return { ...model, views: at < 0 ? [...model.views, view] : model.views.slice(0, at + 1) };
}

/** Returns the update that applies the selected fix, with a comment unless it is empty. */
export function applied(model: Model, comment: string): Update {
  const { fixes } = model;
  const fix = fixes?.rows?.[fixes.index];
  if (fixes === undefined || fix === undefined || model.busy) return only(model);
  if (fix.refused !== undefined) return withMessage(model, fix.refused);
  const { id } = fixes;
  return {
    model: { ...model, busy: true, views: ['problems'] },
    effects: [{ kind: 'apply', id, fix, comment }],
  };
}

/** Returns an update without effects that shows a message. */
export function withMessage(model: Model, text: string): Update {
  return only({ ...model, message: { text, tone: 'bad' } });
}
