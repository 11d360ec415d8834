import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture, run, short } from '../support/cackle.ts';

// Rules 2.21, 6.29: only what runs while cargo builds is judged.

/** Replaces a text in a file of the workspace. */
function edit(directory: string, path: string, before: string, after: string): void {
  const file = join(directory, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(before);
  writeFileSync(file, text.replace(before, after));
}

const programsIn = (directory: string): string[] =>
  readdirSync(join(directory, 'target/cackle/deps')).filter((name) =>
    /^(?:app|writes)-[^.]*$/.test(name),
  );

test('rules 2.21, 6.29: `init --gates` allows what runs while building today; a check then links no program, and says that none was judged', async () => {
  const directory = fixture('gates-only');
  rmSync(join(directory, 'cackle.toml'));
  const first = await cackle(['init', '--gates', '--path', directory]);
  expect(first).toMatchObject({ status: 0 });
  expect(first.stderr).toContain('macros: allow macros to be a proc macro');
  expect(first.stderr).toContain('sys: allow `cargo:rustc-env=*`');
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('gates_only = true');
  expect(text).not.toContain('pkg.app');

  const again = await cackle([
    '-n',
    '--path',
    directory,
    '--output',
    `sarif=${directory}/out.sarif`,
  ]);
  expect(again.status).toBe(0);
  expect(again.stdout).toContain('not checked: programs, libraries and tests: ');
  expect(again.stdout).toMatch(/no problems \(.*; programs were not judged\)/);
  expect(again.stderr).not.toMatch(/Checking|Compiling/);
  expect(readFileSync(join(directory, 'out.sarif'), 'utf8')).toContain(
    'programs, libraries and tests',
  );
  expect(programsIn(directory)).toEqual([]);
  const summary = await cackle(['summary', '--path', directory]);
  expect(summary.stdout).toContain('no program, library or test (gates_only = true');

  expect(await cackle(['init', '--gates', '--path', directory])).toMatchObject({ status: 2 });
});

const writes = (where: string): string => `std::fs::write("${where}/ran", "").unwrap();`;

/** Changes after which something that runs while building does more: what is reported, and where the workspace would show that it ran. */
const gains: readonly {
  readonly what: string;
  change(directory: string): void;
  readonly found: readonly string[];
}[] = [
  {
    what: 'a build script that begins to use the network',
    change: (directory) =>
      edit(
        directory,
        'sys/build.rs',
        'fn main() {',
        `fn main() {\n    let _ = std::net::TcpStream::connect(("127.0.0.1", 1));\n    ${writes('..')}`,
      ),
    found: ['disallowed-api sys.build fs', 'disallowed-api sys.build net'],
  },
  {
    what: 'a library in a build script',
    change: (directory) =>
      edit(directory, 'probe/src/lib.rs', '    "sys"', `    ${writes('..')}\n    "sys"`),
    found: ['disallowed-api probe.from.build fs'],
  },
  {
    what: 'a proc macro that is allowed',
    change: (directory) =>
      edit(
        directory,
        'macros/src/lib.rs',
        '    TokenStream::new()',
        `    ${writes('.')}\n    TokenStream::new()`,
      ),
    found: ['disallowed-api macros fs'],
  },
  {
    what: 'a new proc macro',
    change(directory) {
      edit(directory, 'probe/Cargo.toml', '[package]', '[lib]\nproc-macro = true\n\n[package]');
      writeFileSync(
        join(directory, 'probe/src/lib.rs'),
        `#[proc_macro]\npub fn name(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    ${writes('.')}\n    "\\"\\"".parse().unwrap()\n}\n`,
      );
      edit(directory, 'sys/build.rs', 'probe::name()', 'probe::name!()');
    },
    found: ['disallowed-api probe fs', 'proc-macro-not-allowed probe'],
  },
  {
    what: 'another build instruction',
    change: (directory) =>
      edit(directory, 'sys/build.rs', 'rustc-env=SYS=1', 'rustc-link-arg=-Wl,-z,now'),
    found: ['disallowed-build-instruction sys'],
  },
];

test('rules 2.21, 9.1: what begins to do more while building is stopped before it runs', async () => {
  const directory = fixture('gates-only', { as: 'gains' });
  const files = ['macros/src/lib.rs', 'probe/Cargo.toml', 'probe/src/lib.rs', 'sys/build.rs'];
  const before = files.map((path) => readFileSync(join(directory, path)));
  for (const { what, change, found } of gains) {
    change(directory);
    const { status, problems, unchecked } = await check(directory);
    const held = unchecked.length > 0;
    const hasRun = existsSync(join(directory, 'ran'));
    expect({ what, status, problems: problems.map(short).sort(), held, hasRun }).toEqual({
      ...{ what, status: 1, problems: found, held: true, hasRun: false },
    });
    for (const [i, path] of files.entries())
      writeFileSync(join(directory, path), before[i] as Buffer);
  }
  expect(await check(directory)).toMatchObject({ status: 0, problems: [] });
});

test('rules 2.21, 5.11: what only programs do is no problem, and what may be allowed to them not called unused; a build permission is', async () => {
  const directory = fixture('gates-only', { as: 'neighbour' });
  edit(directory, 'app/src/main.rs', 'fn main() {', `fn main() {\n    ${writes('.')}`);
  const more =
    '\nbuild.allow_apis = ["net"]\n\n[pkg.app]\nallow_apis = ["process"]\nallow_unsafe = true\n';
  writeFileSync(
    join(directory, 'cackle.toml'),
    `${readFileSync(join(directory, 'cackle.toml'), 'utf8')}${more}`,
  );
  const report = await check(directory);
  expect(report.problems.map(short)).toEqual(['unused-allow-api sys.build net']);
  // What is not compiled to code is told when it does not compile.
  edit(directory, 'app/src/main.rs', 'sys::NAME', 'sys::NOTHING');
  const broken = await cackle(['-n', '--path', directory]);
  expect(broken.status).toBe(2);
  expect(broken.stderr).toContain('the workspace does not compile');
});

test('rules 2.21, 6.3, 11.1: what is about programs or whole packages is refused, with the reason; the rest works', async () => {
  const directory = fixture('gates-only', { as: 'commands' });
  const refused: readonly (readonly [name: string, words: readonly string[]])[] = [
    ['`cackle test`', ['test']],
    ['`cackle run`', ['run']],
    ['`--locked`', ['-n', '--locked']],
    ['`cackle lock`', ['lock']],
    ['`cackle diff`', ['diff']],
    ['`cackle coverage`', ['coverage']],
    ['`cackle trace --tests`', ['trace', '--tests']],
    ['`cackle report`', ['report', '--html', join(directory, 'x.html')]],
  ];
  await run('git', ['-C', directory, 'init', '--quiet']);
  for (const [name, words] of refused) {
    const ran = await cackle(['--path', directory, ...words]);
    expect({ words, status: ran.status }).toEqual({ words, status: 2 });
    expect(ran.stderr).toContain(`error: ${name} `);
    expect(ran.stderr).toContain('gates_only');
  }
  expect(existsSync(join(directory, 'target/cackle'))).toBe(false);
  expect(existsSync(join(directory, 'cackle.lock'))).toBe(false);

  // Several builds, one of them for a target that is named.
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  const builds =
    '\n[[common.build]]\ntargets = ["host-tuple"]\n\n[[common.build]]\nno_default_features = true\n';
  writeFileSync(join(directory, 'cackle.toml'), `${text}${builds}`);
  for (const args of [[], ['--verify'], ['--package', 'sys']])
    expect(await check(directory, ['--ignore-newer-config-versions', ...args])).toMatchObject({
      status: 0,
      problems: [],
      gatesOnly: true,
    });
});

test('rule 2.21: a check of all judges what a check of the gates left, and the other way round', async () => {
  const directory = fixture('gates-only', { as: 'both' });
  expect(await check(directory)).toMatchObject({ status: 0 });
  edit(directory, 'cackle.toml', 'gates_only = true', 'gates_only = false');
  const all = await check(directory);
  expect(all.gatesOnly).toBe(false);
  expect(all.problems.map(short).sort()).toEqual([
    'disallowed-api app net',
    'disallowed-api app.test fs',
    'disallowed-unsafe app',
  ]);
  edit(directory, 'cackle.toml', 'gates_only = false', 'gates_only = true');
  expect(await check(directory)).toMatchObject({ status: 0, counts: { unitsBuilt: 0 } });
});

test('rules 2.21, 13.1, 13.6: `cackle cargo` runs programs unjudged and says so; where they are to be judged, what was built before does not run', async () => {
  const directory = fixture('gates-only', { as: 'cargo' });
  const gated = (...args: string[]) => cackle(['--path', directory, 'cargo', ...args]);
  const ran = join(directory, 'test-ran');
  expect(await gated('check')).toMatchObject({ status: 0, stdout: '' });
  const tested = await gated('test', '-p', 'app');
  expect(tested.status).toBe(0);
  expect(tested.stderr).toContain('programs and tests ran as under cargo, and were not judged');
  expect(existsSync(ran)).toBe(true);
  expect((await gated('run', '-p', 'app')).stdout).toBe('1 1\n');

  rmSync(ran);
  edit(directory, 'cackle.toml', 'gates_only = true', 'gates_only = false');
  const before = await gated('test', '-p', 'app', '--test', 'writes');
  expect(before.status).not.toBe(0);
  expect(before.stderr).toContain('run the command again');
  const judged = await gated('test', '-p', 'app', '--test', 'writes');
  expect(judged.stderr).toContain('held: the test of app did not run');
  expect(existsSync(ran)).toBe(false);

  edit(directory, 'cackle.toml', 'gates_only = false', 'gates_only = true');
  edit(directory, 'sys/build.rs', 'fn main() {', `fn main() {\n    ${writes('..')}`);
  const held = await gated('check', '-p', 'app');
  expect(held.status).toBe(101);
  expect(held.stderr).toContain('the build script of sys is held: sys uses fs');
  expect(existsSync(join(directory, 'ran'))).toBe(false);
});
