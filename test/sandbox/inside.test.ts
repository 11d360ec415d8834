import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { requireBubblewrap } from '../../engine/sandbox/probe.ts';
import { emptyCache } from '../support/cache.mjs';
import { fixture, type Ran, run, workspacePlace } from '../support/cackle.ts';
import { sampled, whole } from '../support/whole.ts';
import {
  ableIn,
  all,
  type Column,
  columns,
  kindOf,
  kindsTable,
  onlyInside,
  settingOf,
  settings,
  settingsTable,
  unlessOld,
  works,
} from './attempts.ts';
import { fixtures, noBubblewrap, noLandlock } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));
const home = join(packageRoot(), 'target', 'fixtures', 'sandbox-home');
const servers: Server[] = [];
const abstractSocket = `cackle-test-${process.pid}`;
/** The key of a message queue. */
const queue = 0x0cac_0000 + (process.pid % 0xffff);
let port = 0;
let listener: ChildProcess | undefined;

function listen(on: { port: number; host: string } | { path: string }): Promise<Server> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(on, () => done(server));
  });
}

/** A directory where services listen. */
const inRun = (() => {
  try {
    return mkdtempSync('/run/cackle-test-');
  } catch {
    return mkdtempSync(join(tmpdir(), 'cackle-test-'));
  }
})();
let forbidsNamespaces = false;

beforeAll(async () => {
  rmSync(home, { recursive: true, force: true });
  for (const [path, text] of [
    ['.ssh/id_ed25519', 'secret'],
    ['.cargo/credentials.toml', ''],
    ['.cargo/config.toml', ''],
    ['diary.txt', 'secret'],
  ] as const) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  mkdirSync(join(directory, 'extra'));
  writeFileSync(join(directory, 'extra', 'shown.txt'), '');
  writeFileSync(join(directory, 'theirs.txt'), '');
  writeFileSync(join(directory, 'readable.txt'), '');
  writeFileSync(join(directory, 'left-open.txt'), '');
  const address = (await listen({ port: 0, host: '127.0.0.1' })).address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  port = address.port;
  for (const place of [directory, inRun]) {
    await listen({ path: join(place, 'theirs.sock') });
    chmodSync(join(place, 'theirs.sock'), 0o777);
    chmodSync(place, 0o755);
  }
  mkdirSync(join(directory, 'toolchain'));
  // With the shim, which takes longer to compile than a check.
  emptyCache(join(directory, 'cache'));
  if (noOther === undefined) execFileSync('chown', ['-R', 'nobody', join(directory, 'cache')]);
  forbidsNamespaces =
    noBubblewrap === undefined &&
    (await requireBubblewrap()).supported.includes('--disable-userns');
  for (const name of ['listener', 'keyring'])
    execFileSync(
      'rustc',
      ['--edition=2021', '-o', join(directory, name), join(fixtures, `${name}.rs`)],
      {
        stdio: 'inherit',
      },
    );
  const datagrams = join(directory, 'theirs.dgram');
  listener = spawn(join(directory, 'listener'), [abstractSocket, datagrams, String(queue)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((ready) => listener?.stdout?.once('data', ready));
  chmodSync(datagrams, 0o777);
});

afterAll(() => {
  listener?.stdin?.end();
  for (const server of servers) server.close();
  for (const place of [directory, inRun]) rmSync(place, { recursive: true, force: true });
});

/** Who runs cackle: whoever runs this test, or, when that is root, `nobody`. */
type User = 'we' | 'another';

/** Runs cackle with a key in its session; as another in a mount namespace that shows root's toolchain elsewhere. */
const runAs: Readonly<
  Record<User, (args: readonly string[], env: Record<string, string>) => Promise<Ran>>
> = {
  we: (args, env) => run(join(directory, 'keyring'), [process.execPath, program, ...args], env),
  another: (args, env) =>
    run(
      'unshare',
      [
        ...['--mount', 'sh', '-c', 'mount --bind "$1" "$2" && shift 2 && exec "$@"', 'sh'],
        ...[
          sysroot(),
          join(directory, 'toolchain'),
          'setpriv',
          '--reuid=nobody',
          '--regid=nogroup',
        ],
        ...['--clear-groups', join(directory, 'keyring'), process.execPath, program, ...args],
      ],
      {
        ...env,
        RUSTUP_HOME: '',
        XDG_CACHE_HOME: join(directory, 'cache'),
        PATH: `${join(directory, 'toolchain/bin')}:/usr/local/bin:/usr/bin:/bin`,
      },
    ),
};

const program = join(packageRoot(), 'dist', 'cli.js');

function sysroot(): string {
  return execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();
}

/** Why there is nobody else to run as; undefined where there is. */
const noOther: string | undefined = (() => {
  if (process.getuid?.() !== 0) return 'only root can run as another';
  try {
    const seen = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', 'test', '-r'];
    execFileSync('unshare', ['--mount', ...seen, program], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();
if (noOther !== undefined) console.warn(`the table is not tried as another user: ${noOther}`);

/** Checks and tests the fixture with these settings; gives what its build script, proc macro and test could do. */
async function attempt(column: Column, user: User) {
  const name = `inside-${column.replace(' ', '-')}-${user}`;
  const kind = kindOf(column);
  writeFileSync(join(directory, 'emptied.txt'), 'full');
  const source = workspacePlace(name);
  const filled = readFileSync(join(fixtures, 'attempts.rs'), 'utf8')
    .replaceAll('@SOURCE@', source)
    .replaceAll('@HOME@', home)
    .replaceAll('@HOST@', hostname())
    .replaceAll('@EMPTIED@', join(directory, 'emptied.txt'))
    .replaceAll('@READABLE@', join(directory, 'readable.txt'))
    .replaceAll('@DATAGRAM_SOCKET@', join(directory, 'theirs.dgram'))
    .replaceAll('@QUEUE@', String(queue))
    .replaceAll('@TMP_FILE@', join(directory, 'theirs.txt'))
    .replaceAll('@UNIX_SOCKET@', join(directory, 'theirs.sock'))
    .replaceAll('@RUN_SOCKET@', join(inRun, 'theirs.sock'))
    .replaceAll('@ABSTRACT_SOCKET@', abstractSocket)
    .replaceAll('@PORT@', String(port))
    .replaceAll('@PID@', String(process.pid));
  const isLeftOut = (line: string): boolean =>
    kind === undefined && onlyInside.some((name) => line.includes(`("${name}", `));
  const attempts = filled
    .split('\n')
    .filter((line) => !isLeftOut(line))
    .join('\n');
  fixture('sandbox-attempts', {
    as: name,
    files: {
      'attempts.rs': attempts,
      'looking/src/attempts.rs': attempts,
      'cackle.toml': `[common]
version = 3
import_std = ["fs", "net", "process", "env"]
[sandbox]
kind = "${kind ?? 'Disabled'}"
${settings[settingOf(column)]
  .replace('@EXTRA@', join(directory, 'extra'))
  .replace('@READABLE@', join(directory, 'readable.txt'))}
[pkg.app]
build.allow_apis = ["fs", "net", "process", "env"]
build.allow_build_instructions = ["cargo:rustc-env=REPORT=*"]
test.allow_apis = ["fs", "net", "process", "env"]
allow_unsafe = true
allow_extern = true
[pkg.looking]
allow_unsafe = true
allow_extern = true
allow_apis = ["fs", "net", "process", "env"]
allow_proc_macro = true
`,
    },
  });
  const env = {
    HOME: home,
    // Where the toolchain and our own caches are; the rest is read from the home made up here.
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    CARGO_HOME: join(home, '.cargo'),
    TEST_SECRET: 'secret',
    CARGO_REGISTRIES_MINE_TOKEN: 'secret',
  };
  if (user === 'another') execFileSync('chown', ['-R', 'nobody', source, home]);
  const ran = await runAs[user](['-n', '--path', source], env);
  expect(ran.stdout + ran.stderr, 'the check is clean').toContain('no problems');
  const unit = readdirSync(join(source, 'target/cackle/build')).map((d) =>
    join(source, 'target/cackle/build', d, 'out/report.txt'),
  );
  const built = unit.find((file) => existsSync(file));
  if (built === undefined) throw new Error('the build script wrote no report');
  const found = {
    build: readReport(readFileSync(built, 'utf8')),
    macro: readReport(readFileSync(join(source, 'target/cackle/deps/report.txt'), 'utf8')),
  };
  const tested = await runAs[user](
    ['--path', source, 'test', '--test', 'looks', '--', '--nocapture'],
    env,
  );
  const [, report] = /\nreport:\n([\s\S]*)end\n/.exec(tested.stdout) ?? [];
  if (report === undefined) throw new Error(`the test printed no report: ${tested.stderr}`);
  return { ...found, test: readReport(report) };
}

function readReport(text: string): Map<string, boolean> {
  const lines = text.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [, name, done] = /^(.*): (yes|no)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a line of a report: ${line}`);
      return [name, done === 'yes'];
    }),
  );
}

/** What another user than the one who runs this test cannot do outside either: it is that user's. */
const ofTheirOwner = [
  'signal a process outside',
  "change another's mode",
  "change another's times",
  "empty another's file",
  "read another's environment",
];

/** Compares what each could do with the table. */
async function compare(column: Column, user: User): Promise<void> {
  const found = await attempt(column, user);
  const kind = kindOf(column);
  for (const who of all) {
    const expected = new Map(
      Object.entries(works).map(([name, able]) => [name, ableIn(able, column).includes(who)]),
    );
    if (user === 'another') for (const name of ofTheirOwner) expected.set(name, false);
    const inside = [...found[who]].filter(([name]) => !onlyInside.includes(name));
    expect(Object.fromEntries(inside), who).toEqual(Object.fromEntries(expected));
    if (kind === undefined) continue;
    for (const name of onlyInside)
      if (name !== unlessOld || kind === 'Landlock' || forbidsNamespaces)
        expect(found[who].get(name), name).toBe(false);
  }
}

/** Why a column cannot be tried here; undefined where it can. */
const missing = (column: Column): string | undefined =>
  ({ Bubblewrap: noBubblewrap, Landlock: noLandlock, none: undefined })[kindOf(column) ?? 'none'];

describe('rules 7.1, 7.2, 7.3, 7.4, 7.10, 7.11: what can be done inside', () => {
  const first: readonly Column[] = ['Bubblewrap default', 'Landlock default'];
  const sample = [
    ...first,
    ...sampled(
      columns.filter((column) => !first.includes(column)),
      4,
    ),
  ];
  for (const column of sample)
    test.skipIf(missing(column) !== undefined)(`with ${column}`, () => compare(column, 'we'));
});

describe.skipIf(noOther !== undefined)(
  'rules 7.1, 7.2, 7.3, 7.4, 7.10, 7.11: what can be done inside by another user than root',
  () => {
    const few: readonly Column[] = ['Bubblewrap default', 'Landlock default'];
    for (const column of whole ? columns : few)
      test.skipIf(missing(column) !== undefined)(`with ${column}`, () =>
        compare(column, 'another'),
      );
  },
);

test.each([
  ['kinds', kindsTable],
  ['settings', settingsTable],
])('the table of %s in engine/sandbox/README.md is what was found', (_, table) => {
  expect(readFileSync(join(packageRoot(), 'engine/sandbox/README.md'), 'utf8')).toContain(table());
});
