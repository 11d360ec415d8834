import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
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
import { cackle, manifest, workspace } from '../support/cackle.ts';
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
    'connect to an abstract socket': each('disabled', 'allow_network'),
    'write in the source directory': each('disabled'),
    'write in the target directory': { ...each('disabled'), macro: all },
    "write among cargo's files": each('disabled'),
    'write in the store of facts': each('disabled'),
    'write in shared': each('disabled', 'bind_writable'),
    'write in made': each('make_writable'),
    "find the engine's token and use it": each('disabled'),
    'pass for rustc on its link socket': each(),
    'signal a process outside': each('disabled'),
    // Cargo gives it to rustc and build scripts alone.
    'reach the jobserver': { ...each(...all), test: [] },
    'read what extra_args shows': each('extra_args'),
  };
})();

/** Left out where there is no sandbox: they would spoil the build, or depend on the machine's settings. */
const onlyInside = ["rename cargo's directories", 'ptrace a process outside'];

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
  const address = (await listen({ port: 0, host: '127.0.0.1' })).address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  port = address.port;
  await listen({ path: join(directory, 'theirs.sock') });
  const program = join(directory, 'listener');
  execFileSync('rustc', ['-o', program, join(fixtures, 'listener.rs')], { stdio: 'inherit' });
  listener = spawn(program, [abstractSocket], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((ready) => listener?.stdout?.once('data', ready));
});

afterAll(() => {
  listener?.stdin?.end();
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Checks and tests the fixture with these settings; gives what its build script, proc macro and test could do. */
async function attempt(column: Column) {
  const name = `inside-${column}`;
  const source = join(packageRoot(), 'target', 'fixtures', name);
  const filled = readFileSync(join(fixtures, 'attempts.rs'), 'utf8')
    .replaceAll('@SOURCE@', source)
    .replaceAll('@TMP_FILE@', join(directory, 'theirs.txt'))
    .replaceAll('@UNIX_SOCKET@', join(directory, 'theirs.sock'))
    .replaceAll('@ABSTRACT_SOCKET@', abstractSocket)
    .replaceAll('@PORT@', String(port))
    .replaceAll('@PID@', String(process.pid));
  // Without a sandbox, renaming would break the build.
  const attempts =
    column === 'disabled' ? filled.replace(/^.*rename cargo's directories.*\n/m, '') : filled;
  workspace(name, {
    'Cargo.toml': manifest('app', '[dependencies]\nlooking = { path = "looking" }\n'),
    'build.rs':
      '#[path = "attempts.rs"] mod attempts;\nfn main() {\n  let out = std::env::var("OUT_DIR").unwrap();\n  std::fs::write(format!("{out}/report.txt"), attempts::report()).unwrap();\n  println!("cargo::rustc-env=REPORT={out}/report.txt");\n}',
    'attempts.rs': attempts,
    'tests/looks.rs':
      '#[path = "../attempts.rs"] mod attempts;\n#[test] fn looks() { println!("\\nreport:\\n{}end", attempts::report()); }',
    'src/main.rs': 'looking::look!();\nfn main() { println!("{}", include_str!(env!("REPORT"))); }',
    'shared/kept.txt': '',
    'looking/Cargo.toml': manifest('looking', '[lib]\nproc-macro = true\n'),
    'looking/src/lib.rs':
      'mod attempts;\n#[proc_macro] pub fn look(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n  std::fs::write("target/report.txt", attempts::report()).unwrap();\n  Default::default()\n}',
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
[pkg.looking]
allow_apis = ["fs", "net", "process", "env"]
allow_proc_macro = true
`,
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
  const ran = await cackle(['-n', '--path', source], env);
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
  const tested = await cackle(
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

describe.skipIf(noBubblewrap !== undefined)('spec 7: what can be done inside', () => {
  for (const column of Object.keys(columns) as Column[]) {
    test(`with ${column}`, async () => {
      const found = await attempt(column);
      for (const who of Object.keys(whos) as Who[]) {
        const expected = new Map(
          Object.entries(works).map(([name, by]) => [name, by[who].includes(column)]),
        );
        const inside = [...found[who]].filter(([name]) => !onlyInside.includes(name));
        expect(Object.fromEntries(inside), who).toEqual(Object.fromEntries(expected));
        if (column === 'disabled') continue;
        for (const name of onlyInside) expect(found[who].get(name), name).toBe(false);
      }
    });
  }
});

test('the table in engine/sandbox/README.md is what was found', () => {
  expect(readFileSync(join(packageRoot(), 'engine/sandbox/README.md'), 'utf8')).toContain(table());
});
