/**
 * What programs try in a sandbox, and who of them can do it: the table that engine/sandbox/README.md shows, by which inside.test.ts
 * judges what it found.
 */

/** What a sandbox of each kind is given beside `kind`, by the name of the setting. */
export const settings = {
  default: '',
  allow_network: 'allow_network = true',
  bind_readable: 'bind_readable = ["@READABLE@"]',
  bind_writable: 'bind_writable = ["shared"]',
  make_writable: 'make_writable = ["made"]',
  pass_env: 'pass_env = ["TEST_SECRET"]',
  extra_args: 'extra_args = ["--ro-bind", "@EXTRA@", "/tmp/extra"]',
} as const;
type Setting = keyof typeof settings;
const kinds = ['Bubblewrap', 'Landlock'] as const;
type Kind = (typeof kinds)[number];

/** A column of the tables: a kind with a setting, or no sandbox. */
export type Column = 'Disabled' | `${Kind} ${Setting}`;
/** Landlock's launcher takes no arguments of bwrap: test/sandbox/landlock. */
export const columns: readonly Column[] = [
  'Disabled',
  ...kinds.flatMap((kind) =>
    (Object.keys(settings) as Setting[])
      .filter((setting) => kind === 'Bubblewrap' || setting !== 'extra_args')
      .map((setting): Column => `${kind} ${setting}`),
  ),
];

/** What runs untrusted code, each in a sandbox of its own settings. */
type Who = 'build' | 'macro' | 'test';
const whos = { build: 'B', macro: 'M', test: 'T' } as const;
export const all: readonly Who[] = ['build', 'macro', 'test'];
const nobody: readonly Who[] = [];

/** Who can do something: without a sandbox, in each kind as it is, and with one setting more. */
interface Able {
  readonly none: readonly Who[];
  readonly Bubblewrap: readonly Who[];
  readonly Landlock: readonly Who[];
  /** Why the kinds differ. */
  readonly why?: string;
  /** Settings under which all can do it, in the kinds named. */
  readonly with?: Partial<Record<Setting, readonly Kind[]>>;
}

/** Only outside; what a setting opens, it opens in these kinds. */
const outside = (opens: Able['with'] = {}): Able => ({
  ...{ none: all, Bubblewrap: nobody, Landlock: nobody, with: opens },
});
const never: Able = { none: nobody, Bubblewrap: nobody, Landlock: nobody };
const always: Able = { none: all, Bubblewrap: all, Landlock: all };

/** The attempts of fixture/attempts.rs, and for whom each works. */
export const works: Readonly<Record<string, Able>> = {
  'read ~/.ssh': outside(),
  "read cargo's credentials": outside(),
  "read cargo's config": outside(),
  'read $HOME': outside(),
  'tell that a file in $HOME is there': {
    ...{ none: all, Bubblewrap: nobody, Landlock: all },
    why: 'Landlock denies opening; names, sizes and times stay to be seen',
  },
  "read another's /tmp file": outside(),
  'read what bind_readable names': outside({ bind_readable: kinds }),
  "change another's mode": outside(),
  "change another's times": outside(),
  "empty another's file": outside(),
  'read its own package': always,
  'read the environment': outside({ pass_env: kinds }),
  'read a registry token': outside(),
  'see RUSTC_WRAPPER': never,
  'connect over TCP': outside({ allow_network: kinds }),
  'listen on a loopback address': {
    ...{ none: all, Bubblewrap: all, Landlock: nobody, with: { allow_network: kinds } },
    why: 'Bubblewrap gives a network of its own that leads nowhere',
  },
  'connect to a Unix socket': outside(),
  'send to a Unix datagram socket': outside(),
  'connect to a service in /run': outside(),
  'connect to an abstract socket': {
    ...outside({ allow_network: ['Bubblewrap'] }),
    why: 'with `allow_network`, Bubblewrap shares the names with the machine',
  },
  'use a Unix socket of its own': always,
  "find another's message queue": outside(),
  'write in its temporary directory': always,
  'write in /tmp': {
    ...{ none: all, Bubblewrap: all, Landlock: nobody },
    why: 'Bubblewrap shows an empty one in memory; in Landlock `TMPDIR` names a directory of its own',
  },
  'write in the source directory': outside(),
  'write in the target directory': {
    ...{ none: all, Bubblewrap: ['macro'], Landlock: nobody },
    why: "Landlock cannot except cargo's directories in it: rustc writes in that of its output alone",
  },
  "write among cargo's files": outside(),
  'write in the store of facts': outside(),
  'write in shared': outside({ bind_writable: kinds }),
  'write in made': { ...never, with: { make_writable: kinds } },
  'see CACKLE_ in its environment': never,
  "find the engine's token and use it": outside(),
  'pass for rustc on its link socket': never,
  'signal a process outside': outside(),
  'tell that a process runs outside': {
    ...{ none: all, Bubblewrap: nobody, Landlock: all },
    why: "no namespace of processes: their numbers are seen, what /proc says of them can't be read",
  },
  "read another's command line": outside(),
  "read another's environment": outside(),
  "learn the machine's name": {
    ...{ none: all, Bubblewrap: nobody, Landlock: all },
    why: 'no namespace of names',
  },
  // Cargo gives it to rustc and build scripts alone.
  'reach the jobserver': {
    ...{ none: ['build', 'macro'], Bubblewrap: ['build', 'macro'], Landlock: ['build', 'macro'] },
  },
  'read what extra_args shows': { ...never, with: { extra_args: ['Bubblewrap'] } },
};

/** Left out where there is no sandbox: they would spoil the build, or depend on the machine's settings. */
export const onlyInside = [
  'change the times of a source',
  "rename cargo's directories",
  'ptrace a process outside',
  "find another's open file",
  'change a setting in /proc',
  'change a setting in /sys',
  'reach a device of the machine',
  "read what is root's in /etc",
  'read a key of the session',
  'make a user namespace',
];
/** Bubblewrap before 0.8, and containers whose /proc/sys is read-only, cannot forbid it. */
export const unlessOld = 'make a user namespace';

export const kindOf = (column: Column): Kind | undefined =>
  kinds.find((kind) => column.startsWith(`${kind} `));
export const settingOf = (column: Column): Setting =>
  (column === 'Disabled' ? 'default' : column.split(' ')[1]) as Setting;

/** Who can do something in a column. */
export function ableIn(able: Able, column: Column): readonly Who[] {
  const kind = kindOf(column);
  if (kind === undefined) return able.none;
  return able.with?.[settingOf(column)]?.includes(kind) ? all : able[kind];
}

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(rowOf).join('');
const letters = (who: readonly Who[]): string => who.map((one) => whos[one]).join(' ') || '–';

/** The first table of engine/sandbox/README.md: who can do what in each kind of sandbox, and why kinds differ. */
export function kindsTable(): string {
  const head = ['attempt', 'no sandbox', 'Bubblewrap', 'Landlock', 'why they differ'];
  return tableOf(head, [
    ...Object.entries(works).map(([attempt, { none, Bubblewrap, Landlock, why = '' }]) => [
      ...[attempt, letters(none), letters(Bubblewrap), letters(Landlock), why],
    ]),
    ...onlyInside.map((attempt) => [attempt, 'not tried', '–', '–', '']),
  ]);
}

/** The second one: what each setting opens, and in which kind if not in both. */
export function settingsTable(): string {
  const names = (Object.keys(settings) as Setting[]).filter((name) => name !== 'default');
  const head = ['attempt', ...names.map((name) => `\`${name}\``)];
  const opened = Object.entries(works).filter(
    ([, able]) => Object.keys(able.with ?? {}).length > 0,
  );
  return tableOf(
    head,
    opened.map(([attempt, able]) => [
      attempt,
      ...names.map((name) => {
        const where = able.with?.[name];
        if (where === undefined) return '–';
        return where.length === kinds.length ? letters(all) : `${where.join()}: ${letters(all)}`;
      }),
    ]),
  );
}
