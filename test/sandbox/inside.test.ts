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

/** In which columns an attempt works, for the build script and for the proc macro. The rest must fail. */
const works: Readonly<Record<string, { build: readonly Column[]; macro: readonly Column[] }>> =
  (() => {
    const all = Object.keys(columns) as Column[];
    const both = (...names: Column[]) => ({ build: names, macro: names });
    return {
      'read ~/.ssh': both('disabled'),
      "read cargo's credentials": both('disabled'),
      "read cargo's config": both('disabled'),
      'read $HOME': both('disabled'),
      "read another's /tmp file": both('disabled'),
      'read its own package': both(...all),
      'read the environment': both('disabled', 'pass_env'),
      'read a registry token': both('disabled'),
      'see RUSTC_WRAPPER': both(),
      'connect over TCP': both('disabled', 'allow_network'),
      'connect to a Unix socket': both('disabled'),
      'connect to an abstract socket': both('disabled', 'allow_network'),
      'write in the source directory': both('disabled'),
      'write in the target directory': { build: ['disabled'], macro: all },
      "write among cargo's files": both('disabled'),
      'write in the store of facts': both('disabled'),
      'write in shared': both('disabled', 'bind_writable'),
      'write in made': both('make_writable'),
      "find the engine's token and use it": both('disabled'),
      'pass for rustc on its link socket': both(),
      'signal a process outside': both('disabled'),
      'reach the jobserver': both(...all),
      'read what extra_args shows': both('extra_args'),
    };
  })();

/** Left out where there is no sandbox: they would spoil the build, or depend on the machine's settings. */
const onlyInside = ["rename cargo's directories", 'ptrace a process outside'];

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

/** Checks the fixture with these settings; gives what its build script and its proc macro could do. */
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
[pkg.looking]
allow_apis = ["fs", "net", "process", "env"]
allow_proc_macro = true
`,
  });
  const ran = await cackle(['-n', '--path', source], {
    HOME: home,
    // Where the toolchain and our own caches are; the rest is read from the home made up here.
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    CARGO_HOME: join(home, '.cargo'),
    TEST_SECRET: 'secret',
    CARGO_REGISTRIES_MINE_TOKEN: 'secret',
  });
  expect(ran.stdout + ran.stderr, 'the check is clean').toContain('no problems');
  const unit = readdirSync(join(source, 'target/cackle/build')).map((d) =>
    join(source, 'target/cackle/build', d, 'out/report.txt'),
  );
  const built = unit.find((file) => existsSync(file));
  if (built === undefined) throw new Error('the build script wrote no report');
  return {
    build: readReport(built),
    macro: readReport(join(source, 'target/report.txt')),
  };
}

function readReport(file: string): Map<string, boolean> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
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
      for (const who of ['build', 'macro'] as const) {
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
