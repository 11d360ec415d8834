import { groupBy } from '../../engine/group-by.ts';
import type { CheckProgress } from '../../engine/problems/progress.ts';
import type {
  Excerpt,
  FixChoice,
  FrameRow,
  Item,
  PackageInfo,
  SessionEvent,
  UsageRow,
  WaitingProgram,
} from '../ui-worker/api.ts';
import type { View } from './keys.ts';

/** By what the problems are grouped. */
export type Grouping = 'none' | 'package' | 'API' | 'kind';

/** A line that is being typed. */
export interface Typing {
  readonly text: string;
  readonly cursor: number;
}

/** A dialog over the panes that takes the keys. */
export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | {
      readonly kind: 'comment';
      readonly typing: Typing;
      /** Index of the earlier comment that is shown; the length of the history for the new one. */
      readonly history: number;
    }
  | { readonly kind: 'accept-all'; readonly ids: readonly string[] }
  | { readonly kind: 'filter'; readonly typing: Typing };

/** A list in which one row is selected. */
export interface Cursor {
  readonly index: number;
  readonly top: number;
}

/** Everything that the screen shows, as data; `update.ts` changes it. */
export interface Model {
  readonly size: { readonly columns: number; readonly rows: number };
  readonly debug: boolean;
  readonly items: ReadonlyMap<string, Item>;
  readonly selected: string | undefined;
  readonly listTop: number;
  readonly grouping: Grouping;
  readonly filter: string;
  /** The views that were entered; keys go to the last one. */
  readonly views: readonly View[];
  readonly overlay: Overlay | undefined;
  readonly fixes:
    | (Cursor & { readonly id: string; readonly rows: readonly FixChoice[] | undefined })
    | undefined;
  readonly usages:
    | (Cursor & { readonly id: string; readonly rows: readonly UsageRow[] | undefined })
    | undefined;
  readonly trace:
    | (Cursor & {
        readonly paths: readonly (readonly FrameRow[])[] | undefined;
        readonly path: number;
      })
    | undefined;
  /** The dependents of a package, or further lines of a problem. */
  readonly tree:
    | (Cursor & {
        readonly title: string;
        readonly label: string;
        readonly rows: readonly string[] | undefined;
      })
    | undefined;
  /** The source at the selected usage or frame; undefined while it is read. */
  readonly source: Excerpt | string | undefined;
  readonly showsDiagnostics: boolean;
  readonly info: { readonly label: string; readonly info: PackageInfo | undefined } | undefined;
  /** Undefined when the height decides. */
  readonly showsPackage: boolean | undefined;
  readonly progress: CheckProgress | undefined;
  /** Units that are built in a second; undefined while it is not known. */
  readonly rate: number | undefined;
  readonly state: Extract<SessionEvent, { kind: 'state' }>;
  readonly output: readonly string[];
  /** Earlier comments, the oldest first. */
  readonly comments: readonly string[];
  readonly message: { readonly text: string; readonly tone: 'good' | 'bad' } | undefined;
  /** A fix is being written: keys wait. */
  readonly busy: boolean;
}

/** The model before anything is known. */
export function firstModel(size: Model['size'], debug: boolean): Model {
  return {
    size,
    debug,
    items: new Map(),
    selected: undefined,
    listTop: 0,
    grouping: 'none',
    filter: '',
    views: ['problems'],
    overlay: undefined,
    fixes: undefined,
    usages: undefined,
    trace: undefined,
    tree: undefined,
    source: undefined,
    showsDiagnostics: false,
    info: undefined,
    showsPackage: undefined,
    progress: undefined,
    rate: undefined,
    state: {
      kind: 'state',
      phase: 'reading',
      waiting: [],
      fault: undefined,
      undoable: 0,
      written: 0,
      configRevision: 0,
    },
    output: [],
    comments: [],
    message: undefined,
    busy: false,
  };
}

/** Returns the view to which the keys go. */
export function viewOf(model: Model): View {
  return model.views.at(-1) ?? 'problems';
}

/** Returns the selected problem; undefined when the list is empty. */
export function selectedItem(model: Model): Item | undefined {
  return model.selected === undefined ? undefined : model.items.get(model.selected);
}

/** A row of the problem list. */
export type ListRow =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'group'; readonly title: string; readonly count: number };

let lastRows:
  | { items: Model['items']; filter: string; grouping: Grouping; rows: readonly ListRow[] }
  | undefined;

/** Returns the rows of the problem list, filtered and grouped. */
export function listRows({ items, filter, grouping }: Model): readonly ListRow[] {
  if (lastRows?.items === items && lastRows.filter === filter && lastRows.grouping === grouping)
    return lastRows.rows;
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const shown = [...items.values()].filter(({ label, title, kind }) => {
    const text = `${label} ${title} ${kind}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const rows = grouping === 'none' ? shown.map(itemRow) : grouped(shown, grouping);
  lastRows = { items, filter, grouping, rows };
  return rows;
}

const itemRow = (item: Item): ListRow => ({ kind: 'item', item });

function grouped(items: readonly Item[], grouping: Grouping): ListRow[] {
  return [...groupBy(items, (item) => groupOf(item, grouping))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([title, members]): ListRow[] => [
      { kind: 'group', title, count: members.length },
      ...members.map(itemRow),
    ]);
}

function groupOf(item: Item, grouping: Grouping): string {
  if (grouping === 'package') return item.label;
  if (grouping === 'API') return item.api ?? 'no API';
  return item.group;
}

/** Returns the programs that wait for a problem. */
export function waitingFor(model: Model, id: string): readonly WaitingProgram[] {
  return model.state.waiting.filter(({ problems }) => problems.includes(id));
}
