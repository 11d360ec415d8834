/** The views; keys go to one of them. */
export type View = 'problems' | 'fixes' | 'usages' | 'backtrace' | 'tree';

/** What a key does in a view. */
export type KeyCommand =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'fixes'
  | 'apply'
  | 'usages'
  | 'backtrace'
  | 'tree'
  | 'accept-all'
  | 'comment'
  | 'diagnostics'
  | 'next-path'
  | 'filter'
  | 'group'
  | 'editor'
  | 'undo'
  | 'again'
  | 'package'
  | 'help'
  | 'back'
  | 'quit'
  | 'suspend';

/** A key as Node's readline names it; `text` is the text that it types. */
export interface Key {
  readonly name: string;
  readonly text: string;
  readonly ctrl: boolean;
}

/** Keys with their command and its text in the help. */
interface Binding {
  readonly keys: readonly string[];
  readonly command: KeyCommand;
  readonly help: string;
  /** Text in the line at the bottom; absent when only the help shows it. */
  readonly hint?: string;
  readonly debugOnly?: boolean;
}

const moving = (what: string): Binding[] => [
  { keys: ['up', 'k'], command: 'up', help: `the ${what} above` },
  { keys: ['down', 'j'], command: 'down', help: `the ${what} below` },
  { keys: ['pageup', 'ctrl-b'], command: 'page-up', help: 'a page up' },
  { keys: ['pagedown', 'ctrl-f'], command: 'page-down', help: 'a page down' },
  { keys: ['home'], command: 'first', help: 'to the first' },
  { keys: ['end', 'G'], command: 'last', help: 'to the last' },
];

const editor: Binding = {
  keys: ['o'],
  command: 'editor',
  help: 'open the place in $VISUAL or $EDITOR',
  hint: 'edit',
};

const everywhere: Binding[] = [
  { keys: ['u'], command: 'undo', help: 'undo the last edit of cackle.toml', hint: 'undo' },
  { keys: ['p'], command: 'package', help: 'show or hide the package', hint: 'package' },
  { keys: ['h', '?', 'f1'], command: 'help', help: 'this help', hint: 'help' },
  {
    keys: ['q', 'ctrl-c'],
    command: 'quit',
    help: 'quit; cackle.toml keeps what was applied',
    hint: 'quit',
  },
  { keys: ['ctrl-z'], command: 'suspend', help: 'to the shell; `fg` comes back' },
];

/** The keys of each view (rules 8.2, 8.3, 8.4), in the order of the help. */
export const bindings: Readonly<Record<View, readonly Binding[]>> = {
  problems: [
    ...moving('problem'),
    {
      keys: ['f', 'return'],
      command: 'fixes',
      help: 'what can be done about the problem',
      hint: 'fixes',
    },
    {
      keys: ['d'],
      command: 'usages',
      help: 'where it is in the sources, or what a program said that failed',
      hint: 'details',
    },
    { keys: ['t'], command: 'tree', help: 'who depends on the package', hint: 'tree' },
    {
      keys: ['a'],
      command: 'accept-all',
      help: 'apply the fix of every problem that has just one (asks first)',
      hint: 'accept all',
    },
    { keys: ['/'], command: 'filter', help: 'show only problems with these words', hint: 'filter' },
    {
      keys: ['g'],
      command: 'group',
      help: 'group by package, API, kind of problem, or not',
      hint: 'group',
    },
    { keys: ['r'], command: 'again', help: 'check again, once the build is done' },
    { keys: ['escape'], command: 'back', help: 'clear the filter' },
    editor,
    ...everywhere,
  ],
  fixes: [
    ...moving('fix'),
    {
      keys: ['f', 'space', 'return'],
      command: 'apply',
      help: 'apply the fix: write it to cackle.toml',
      hint: 'apply',
    },
    {
      keys: ['d'],
      command: 'usages',
      help: 'where the problem is in the sources',
      hint: 'details',
    },
    { keys: ['c'], command: 'comment', help: 'apply it with a comment of yours', hint: 'comment' },
    { keys: ['escape'], command: 'back', help: 'back to the problems', hint: 'back' },
    ...everywhere,
  ],
  usages: [
    ...moving('usage'),
    {
      keys: ['b', 'return'],
      command: 'backtrace',
      help: 'how the place is reached from main',
      hint: 'backtrace',
    },
    { keys: ['f'], command: 'fixes', help: 'what can be done about the problem', hint: 'fixes' },
    {
      keys: ['i'],
      command: 'diagnostics',
      help: 'what is known of the usage',
      hint: 'diagnostics',
      debugOnly: true,
    },
    editor,
    { keys: ['d', 'escape'], command: 'back', help: 'back', hint: 'back' },
    ...everywhere,
  ],
  backtrace: [
    ...moving('frame'),
    {
      keys: ['n'],
      command: 'next-path',
      help: 'another path to the same place, when there are several',
      hint: 'next path',
    },
    editor,
    { keys: ['b', 'd', 'escape'], command: 'back', help: 'back to the usages', hint: 'back' },
    ...everywhere,
  ],
  tree: [
    ...moving('line'),
    { keys: ['t', 'd', 'escape'], command: 'back', help: 'back to the problems', hint: 'back' },
    ...everywhere,
  ],
};

/** Returns the command of a key in a view; undefined if it has none. */
export function commandOf(view: View, key: Key, debug: boolean): KeyCommand | undefined {
  const name = nameOf(key);
  return bindings[view].find((b) => b.keys.includes(name) && (debug || b.debugOnly !== true))
    ?.command;
}

function nameOf({ name, text, ctrl }: Key): string {
  if (ctrl) return `ctrl-${name}`;
  if (name === 'enter') return 'return';
  return /^[!-~]$/.test(text) ? text : name;
}

const shown: Readonly<Record<string, string>> = {
  return: 'enter',
  escape: 'esc',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  'ctrl-c': 'Ctrl-C',
  'ctrl-z': 'Ctrl-Z',
  'ctrl-b': 'Ctrl-B',
  'ctrl-f': 'Ctrl-F',
  f1: 'F1',
};

/** Returns the name of a key for people. */
export function keyLabel(key: string): string {
  return shown[key] ?? key;
}
