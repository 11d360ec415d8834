import type { Update } from './follow.ts';
import type { Key } from './keys.ts';
import type { Model, Overlay } from './model.ts';
import { inserted, typed, typingOf } from './typing.ts';
import { applied, only } from './updates.ts';

type Of<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

const closed = (model: Model): Update => only({ ...model, overlay: undefined });

/** Handles a key or pasted text while an overlay is open. Without an overlay, pasted text is ignored. */
export function overlayKey(model: Model, key: Key): Update {
  const { overlay } = model;
  switch (overlay?.kind) {
    case undefined:
      return only(model);
    case 'help':
      return help(model, overlay, key);
    case 'comment':
      return comment(model, overlay, key);
    case 'filter':
      return filter(model, overlay, key);
    case 'accept-all':
      if (key.name === 'paste') return only(model);
      if (key.text === 'y' || key.text === 'Y')
        return {
          model: { ...model, overlay: undefined, busy: true },
          effects: [{ kind: 'apply-plain', ids: overlay.ids }],
        };
      return closed(model);
  }
}

function help(model: Model, overlay: Of<'help'>, key: Key): Update {
  const page = Math.max(1, model.size.rows - 4);
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -page,
    pagedown: page,
    space: page,
  };
  const step = steps[key.name];
  if (key.name === 'paste') return only(model);
  if (key.name === 'q') return { model, effects: [{ kind: 'quit' }] };
  if (step === undefined) return closed(model);
  return only({ ...model, overlay: { ...overlay, top: Math.max(0, overlay.top + step) } });
}

function comment(model: Model, overlay: Of<'comment'>, key: Key): Update {
  const { typing, history } = overlay;
  const { comments } = model;
  switch (key.name) {
    case 'escape':
      return closed(model);
    case 'return':
    case 'enter': {
      const text = typing.text.trim();
      const known = text === '' ? comments : [...comments.filter((c) => c !== text), text];
      return applied({ ...model, overlay: undefined, comments: known }, text);
    }
    case 'up':
    case 'down': {
      const to = Math.max(0, Math.min(comments.length, history + (key.name === 'up' ? -1 : 1)));
      const next = { ...overlay, history: to, typing: typingOf(comments[to] ?? '') };
      return only({ ...model, overlay: next });
    }
    case 'paste':
      return only({ ...model, overlay: { ...overlay, typing: inserted(typing, key.text) } });
    default:
      return only({ ...model, overlay: { ...overlay, typing: typed(typing, key) ?? typing } });
  }
}

function filter(model: Model, overlay: Of<'filter'>, key: Key): Update {
  const { typing } = overlay;
  switch (key.name) {
    case 'escape':
      return only({ ...model, overlay: undefined, filter: '' });
    case 'return':
    case 'enter':
    case 'up':
    case 'down':
      return closed(model);
    default: {
      const next =
        key.name === 'paste' ? inserted(typing, key.text) : (typed(typing, key) ?? typing);
      return only({ ...model, overlay: { kind: 'filter', typing: next }, filter: next.text });
    }
  }
}
