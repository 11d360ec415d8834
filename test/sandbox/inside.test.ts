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
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { requireBubblewrap } from '../../engine/sandbox/probe.ts';
import { emptyCache } from '../support/cache.mjs';
import { fixture, type Ran, run, workspacePlace } from '../support/cackle.ts';
import { sampled, whole } from '../support/whole.ts';
import { fixtures, noBubblewrap } from './support.ts';

/** What the settings of `[sandbox]` are in each column. */
const columns = {
  disabled: 'kind = "Disabled"',
  default: 'kind = "Bubblewrap"',
  allow_network: 'kind = "Bubblewrap"\nallow_network = true',
  bind_writable: 'kind = "Bubblewrap"\nbind_writable = ["shared"]',
  make_writable: 'kind = "Bubblewrap"\nmake_writable = ["made"]',
  pass_env: 'kind = "Bubblewrap"\npass_env = ["TEST_SECRET"]',
  extra_args: 'kind = "Bubblewrap"\nextra_args = ["--ro-bind", "@EXTRA@", "/tmp/extra"]',
} as const;
type Column = keyof typeof columns;

/** What runs untrusted code, each in a sandbox of its own settings. */
type Who = 'build' | 'macro' | 'test';
const whos = { build: 'B', macro: 'M', test: 'T' } as const;

/** In which columns an attempt works, for the build script, the proc macro and the test. The rest must fail. */
const works: Readonly<Record<string, Readonly<Record<Who, readonly Column[]>>>> = (() => {
  const all = Object.keys(columns) as Column[];
  const each = (...names: Column[]) => ({ build: names, macro: names, test: names });
  return {
    'read ~/.ssh': each('disabled'),
    "read cargo's credentials": each('disabled'),
    "read cargo's config": each('disabled'),
    'read $HOME': each('disabled'),
    "read another's /tmp file": each('disabled'),
    'read its own package': each(...all),
    'read the environment': each('disabled', 'pass_env'),
    'read a registry token': each('disabled'),
    'see RUSTC_WRAPPER': each(),
    'connect over TCP': each('disabled', 'allow_network'),
    'connect to a Unix socket': each('disabled'),
    'connect to a service in /run': each('disabled'),
    'connect to an abstract socket': each('disabled', 'allow_network'),
    'write in the source directory': each('disabled'),
    'write in the target directory': { ...each('disabled'), macro: all },
    "write among cargo's files": each('disabled'),
    'write in the store of facts': each('disabled'),
    'write in shared': each('disabled', 'bind_writable'),
    'write in made': each('make_writable'),
    'see CACKLE_ in its environment': each(),
    "find the engine's token and use it": each('disabled'),
    'pass for rustc on its link socket': each(),
    'signal a process outside': each('disabled'),
    // Cargo gives it to rustc and build scripts alone.
    'reach the jobserver': { ...each(...all), test: [] },
    'read what extra_args shows': each('extra_args'),
  };
})();

/** Left out where there is no sandbox: they would spoil the build, or depend on the machine's settings. */
const onlyInside = [
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
const unlessOld = 'make a user namespace';

/** The table of engine/sandbox/README.md: who can do what in which column. */
function table(): string {
  const names = Object.keys(columns) as Column[];
  const rows = Object.entries(works).map(([attempt, by]) => [
    attempt,
    ...names.map((column) => {
      const able = (Object.keys(whos) as Who[]).filter((who) => by[who].includes(column));
      return able.length === 0 ? '–' : able.map((who) => whos[who]).join(' ');
    }),
  ]);
  const inside = onlyInside.map((attempt) => [
    attempt,
    ...names.map((column) => (column === 'disabled' ? 'not tried' : '–')),
  ]);
  const head = ['attempt', ...names.map((name) => (/_/.test(name) ? `\`${name}\`` : name))];
  return [head, head.map(() => '---'), ...rows, ...inside]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));
const home = join(packageRoot(), 'target', 'fixtures', 'sandbox-home');
const servers: Server[] = [];
const abstractSocket = `cackle-test-${process.pid}`;
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
  forbidsNamespaces = (await requireBubblewrap()).supported.includes('--disable-userns');
  for (const name of ['listener', 'keyring'])
    execFileSync(
      'rustc',
      ['--edition=2021', '-o', join(directory, name), join(fixtures, `${name}.rs`)],
      {
        stdio: 'inherit',
      },
    );
  listener = spawn(join(directory, 'listener'), [abstractSocket], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((ready) => listener?.stdout?.once('data', ready));
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
  const name = `inside-${column}-${user}`;
  const source = workspacePlace(name);
  const filled = readFileSync(join(fixtures, 'attempts.rs'), 'utf8')
    .replaceAll('@SOURCE@', source)
    .replaceAll('@TMP_FILE@', join(directory, 'theirs.txt'))
    .replaceAll('@UNIX_SOCKET@', join(directory, 'theirs.sock'))
    .replaceAll('@RUN_SOCKET@', join(inRun, 'theirs.sock'))
    .replaceAll('@ABSTRACT_SOCKET@', abstractSocket)
    .replaceAll('@PORT@', String(port))
    .replaceAll('@PID@', String(process.pid));
  const isLeftOut = (line: string): boolean =>
    column === 'disabled' && onlyInside.some((name) => line.includes(`("${name}", `));
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
${columns[column].replace('@EXTRA@', join(directory, 'extra'))}
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
    macro: readReport(readFileSync(join(source, 'target/report.txt'), 'utf8')),
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

/** Compares what each could do with the table. */
async function compare(column: Column, user: User): Promise<void> {
  const found = await attempt(column, user);
  for (const who of Object.keys(whos) as Who[]) {
    const expected = new Map(
      Object.entries(works).map(([name, by]) => [name, by[who].includes(column)]),
    );
    // It is root's.
    if (user === 'another') expected.set('signal a process outside', false);
    const inside = [...found[who]].filter(([name]) => !onlyInside.includes(name));
    expect(Object.fromEntries(inside), who).toEqual(Object.fromEntries(expected));
    if (column === 'disabled') continue;
    for (const name of onlyInside)
      if (name !== unlessOld || forbidsNamespaces) expect(found[who].get(name), name).toBe(false);
  }
}

describe.skipIf(noBubblewrap !== undefined)(
  'rules 7.1, 7.2, 7.3, 7.4: what can be done inside',
  () => {
    for (const column of sampled(Object.keys(columns) as Column[], 2))
      test(`with ${column}`, () => compare(column, 'we'));
  },
);

describe.skipIf(noBubblewrap !== undefined || noOther !== undefined)(
  'rules 7.1, 7.2, 7.3, 7.4: what can be done inside by another user than root',
  () => {
    for (const column of whole ? (Object.keys(columns) as Column[]) : (['default'] as const))
      test(`with ${column}`, () => compare(column, 'another'));
  },
);

test('the table in engine/sandbox/README.md is what was found', () => {
  expect(readFileSync(join(packageRoot(), 'engine/sandbox/README.md'), 'utf8')).toContain(table());
});
