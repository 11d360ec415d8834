import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, config, fixture, type Ran, run } from '../support/cackle.ts';
import { sampled, whole } from '../support/whole.ts';

// Chapter 13: any command of cargo's, with what runs while it builds, and what it runs, judged before.

/** Runs cargo itself in a directory. */
async function cargo(directory: string, args: readonly string[]): Promise<Ran> {
  return run('cargo', [...args, '--manifest-path', join(directory, 'Cargo.toml')]);
}

/** `cackle cargo ARGS` in a directory. */
const gated = (directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  cackle(['--path', directory, 'cargo', ...args], env);

/** Which of the hostile parts of the fixture have run. */
const ran = (directory: string): string[] =>
  ['macro-ran', 'script-ran', 'test-ran', 'app/test-ran', 'example-ran', 'app/doctest-ran'].filter(
    (name) => existsSync(join(directory, name)),
  );

const macrosIn = (directory: string): string[] =>
  readdirSync(join(directory, 'target/debug/deps')).filter((name) => name.endsWith('.so'));

test('rules 13.1, 13.2: a held build script fails as cargo fails, with the reason and what allows it', async () => {
  const directory = fixture('gated');
  const held = await cackle(['--path', directory, 'check', '-p', 'script']);
  const alone = await cargo(directory, ['check', '-p', 'nobody']);
  expect(held.status).toBe(alone.status);
  expect(held.stderr).toContain('error: failed to run custom build command for `script');
  expect(held.stderr).toContain('held: the build script of script did not run');
  expect(held.stderr).toMatch(/script\/build\.rs:2:5 uses std::fs::write/);
  expect(held.stderr).toContain('build.allow_apis = ["fs"]');
  expect(held.stderr).toContain('`command cargo` goes around it');
  expect(ran(directory)).toEqual([]);

  // Several uses are a block for each API, as in a check; each API is named where cargo says why.
  const script = join(directory, 'script/build.rs');
  const before = readFileSync(script, 'utf8');
  const more = `fn again() { let _ = std::fs::read("x"); let _ = std::net::TcpStream::connect("127.0.0.1:1"); }
fn start() { let _ = std::process::Command::new("x").status(); let _ = std::fs::read("y"); }\n`;
  writeFileSync(script, before.replace('main() {', 'main() { again(); start();') + more);
  const several = await cackle(['--path', directory, 'check', '-p', 'script']);
  expect(several.stderr).toContain(
    'the build script of script is held: script uses fs, net and process\n',
  );
  const blocks = [...several.stderr.matchAll(/error\[C0101\]: uses the API `(\w+)`/g)];
  expect(blocks.map(([, api]) => api).sort()).toEqual(['fs', 'net', 'process']);
  expect(several.stderr).toMatch(/\nscript\n {2}error\[C0101\]/);
  writeFileSync(script, before);

  const text = `${readFileSync(join(directory, 'cackle.toml'), 'utf8')}\n[pkg.script]\nbuild.allow_apis = ["fs"]\n`;
  writeFileSync(join(directory, 'cackle.toml'), text);
  const allowed = await cackle(['--path', directory, 'check', '-p', 'needs-script']);
  expect(allowed).toMatchObject({ status: 0, stdout: '' });
  expect(allowed.stderr).not.toContain('held');
  expect(ran(directory)).toEqual(['script-ran']);
});

test('rules 13.1, 13.3: cargo’s messages, byte for byte but for the hash in names, and nothing of it disturbs cargo or a check', async () => {
  const directory = fixture('gated');
  const args = ['check', '-p', 'app', '--all-targets', '-j1', '--message-format=json'];
  const ours = await gated(directory, args);
  const lines = (text: string): string[] =>
    text
      .replaceAll(/-[0-9a-f]{16}/g, '-HASH')
      .split('\n')
      // Rule 13.4: what a macro prints is in cargo's own stdout.
      .filter((line) => !line.includes('forged-by-a-macro'))
      .sort();
  const theirs = await cargo(directory, args);
  expect(ours.status).toBe(0);
  expect(lines(ours.stdout)).toEqual(lines(theirs.stdout));
  expect(theirs.stdout).toContain('"forged-by-a-macro"');
  expect(ours.stdout).not.toContain('"forged-by-a-macro"');
  // Each finds its own units fresh.
  for (const again of [await gated(directory, args), await cargo(directory, args)]) {
    expect(again.stderr).not.toContain('Checking');
    expect(again.stdout).not.toContain('"fresh":false');
  }
  const report = await check(directory, ['--package', 'app']);
  expect(report.unchecked).toEqual([]);
});

test('rules 13.1, 13.2: a held macro is loaded by no command', async () => {
  const directory = fixture('gated');
  execFileSync('git', ['init', '--quiet'], { cwd: directory });
  // By a wrapper, by clippy's, by rustdoc, and by what stands in rustc's place.
  const ways = [
    ['check'],
    ['clippy'],
    ['doc', '--no-deps'],
    ['fix', '--lib', '--allow-no-vcs', '--allow-dirty'],
  ];
  const alike = [
    ['build'],
    ['rustdoc'],
    ['rustc'],
    ['test', '--no-run'],
    ['clippy', '--fix', '--lib', '--allow-no-vcs', '--allow-dirty'],
  ];
  for (const words of [...ways, ...(whole ? alike : [])]) {
    const tried = await gated(directory, [...words, '-p', 'uses-hostile']);
    expect({ words, status: tried.status }).toEqual({ words, status: 101 });
    expect(tried.stderr).toContain(
      'error: cackle: the proc macro hostile is held: hostile uses fs',
    );
    expect(tried.stderr).toContain('allow_proc_macro = true');
    expect(ran(directory)).toEqual([]);
  }
  expect(macrosIn(directory)).toEqual([]);
});

test('rules 13.1, 13.6: `cargo fix` compiles by a rustc without a wrapper: a macro that is allowed works there, and one that is not does not run', async () => {
  const directory = fixture('gated');
  const fixed = await gated(directory, ['fix', '--lib', '-p', 'app', '--allow-no-vcs']);
  expect(fixed.status).toBe(0);
  expect(readFileSync(join(directory, 'app/src/lib.rs'), 'utf8')).toContain('let _unused = 1;');

  // Compiled while it was allowed, and fresh by now: only rustc's gate stands before it.
  const allowed = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  const more = '\n[pkg.hostile]\nallow_proc_macro = true\nallow_apis = ["fs"]\n';
  writeFileSync(join(directory, 'cackle.toml'), `${allowed}${more}`);
  expect((await gated(directory, ['check', '-p', 'uses-hostile'])).status).toBe(0);
  expect(ran(directory)).toEqual(['macro-ran']);
  rmSync(join(directory, 'macro-ran'));
  writeFileSync(join(directory, 'cackle.toml'), allowed);
  const source = join(directory, 'uses-hostile/src/lib.rs');
  writeFileSync(source, `${readFileSync(source, 'utf8')}// changed\n`);
  for (const word of sampled(['fix', 'clippy', 'check', 'doc'], 2)) {
    const options = word === 'fix' ? ['--lib', '--allow-no-vcs'] : [];
    const tried = await gated(directory, [word, ...options, '-p', 'uses-hostile']);
    expect({ word, status: tried.status }).toEqual({ word, status: 101 });
    expect(tried.stderr).toContain('the proc macro hostile is held');
    expect(ran(directory)).toEqual([]);
  }
});

test('rule 13.4: a macro that is allowed no more is gone before cargo’s messages name it', async () => {
  const directory = fixture('gated');
  const allowed = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  const more = '\n[pkg.hostile]\nallow_proc_macro = true\nallow_apis = ["fs"]\n';
  writeFileSync(join(directory, 'cackle.toml'), `${allowed}${more}`);
  const args = [
    'check',
    '--message-format=json',
    '--keep-going',
    '-p',
    'app',
    '-p',
    'uses-hostile',
  ];
  expect((await gated(directory, args)).status).toBe(0);
  expect(macrosIn(directory)).toHaveLength(2);
  // Nothing is to be built: a command without messages says so, and leaves what it does not load.
  writeFileSync(join(directory, 'cackle.toml'), allowed);
  const held = await gated(directory, args);
  expect(held.status).toBe(101);
  expect(held.stdout).not.toMatch(/libhostile-[0-9a-f]+\.so/);
  expect(held.stdout).toMatch(/liballowed-[0-9a-f]+\.so/);
  expect(held.stdout).toContain('the proc macro hostile is held');
  expect(macrosIn(directory)).toHaveLength(1);

  // One that somebody put in its place is no macro that was judged.
  const [name = ''] = macrosIn(directory);
  const file = join(directory, 'target/debug/deps', name);
  const judged = readFileSync(file);
  rmSync(file);
  writeFileSync(file, 'not what was judged');
  await gated(directory, ['check', '--message-format=json', '-p', 'app']);
  expect(existsSync(file) ? readFileSync(file).equals(judged) : true).toBe(true);
});

test('rule 13.1: what runs is judged when cargo runs it: programs, tests and benches, one by one', async () => {
  const directory = fixture('gated');
  const program = await gated(directory, ['run', '-q', '-p', 'app']);
  expect(program).toMatchObject({ status: 0, stdout: '42\n' });
  const example = await gated(directory, ['r', '-p', 'app', '--example', 'reader']);
  expect(example.status).toBe(101);
  expect(example.stderr).toContain('the program `reader` of app is held: app uses fs');
  expect(example.stderr).toContain('app/examples/reader.rs:2:5 uses std::fs::write');
  const first = await gated(directory, ['t', '-p', 'app', '--test', 'writes']);
  expect([first.status, first.stderr]).toEqual([
    101,
    expect.stringContaining('the test `writes` of app is held'),
  ]);
  const tested = await gated(directory, ['t', '-p', 'app', '--no-fail-fast']);
  expect(tested.status).toBe(101);
  expect(tested.stdout).toContain('test answers ... ok');
  expect(tested.stderr).toContain('the test `writes` of app is held');
  expect(tested.stderr).toContain('the doctests of app are not run');
  const benched = await gated(directory, ['bench', '-p', 'app', '--lib']);
  expect(benched).toMatchObject({ status: 0 });
  expect(benched.stdout).toContain('test answers ... ignored');
  expect(ran(directory)).toEqual([]);
});

test('rule 13.1: what is not judged is compiled as cargo asks, what runs while building as in a check', async () => {
  const wrapper = '#!/bin/sh\necho "$@" >> "$WRAPPED"\nexec "$@"\n';
  const directory = fixture('gated', { files: { 'wrapper.sh': wrapper } });
  chmodSync(join(directory, 'wrapper.sh'), 0o755);
  const log = join(directory, 'log');
  const env = { RUSTC_WRAPPER: join(directory, 'wrapper.sh'), WRAPPED: log };
  expect((await gated(directory, ['build', '-p', 'app'], env)).status).toBe(0);
  const ours = (crate: string, option: string): boolean[] =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(` --crate-name ${crate} `))
      .map((line) => line.includes(option));
  for (const option of ['symbol-mangling-version', 'force-warn']) {
    expect(ours('build_script_build', option)).toEqual([true]);
    expect(ours('helper', option)).toEqual([true]);
    expect(ours('allowed', option)).toEqual([true]);
    expect(ours('app', option)).toEqual([false, false]);
  }
});

test('rules 13.1, 9.7: a linker is told nothing that a check would refuse, whatever it links', async () => {
  const allowed = readFileSync(join(fixture('gated'), 'cackle.toml'), 'utf8').replace(
    '[pkg.app]\n',
    '[pkg.app]\nbuild.allow_build_instructions = ["cargo::rustc-link-arg-bins=*"]\n',
  );
  const script = (told: string): string =>
    `fn main() {\n    println!("cargo::rustc-cfg=from_script_yes");\n    println!("cargo::rustc-link-arg-bins=${told}");\n}\n`;
  // The linker would load it, and it is of the package.
  const plugin = '-Wl,-plugin=../app/evil.so';
  const directory = fixture('gated', {
    files: { 'cackle.toml': allowed, 'app/build.rs': script(plugin) },
  });
  const refused = await gated(directory, ['build', '-p', 'app']);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('-plugin');
  // One that no rule allows is held before cargo hears of it.
  writeFileSync(
    join(directory, 'cackle.toml'),
    allowed.replace('-bins=*', '-bins=-Wl,--as-needed'),
  );
  const held = await gated(directory, ['build', '-p', 'app']);
  expect(held.status).toBe(101);
  expect(held.stderr).toContain('what the build script of app says is held');
  expect(held.stderr).toContain('allow_build_instructions');
  writeFileSync(join(directory, 'app/build.rs'), script('-Wl,--as-needed'));
  expect((await gated(directory, ['build', '-p', 'app'])).status).toBe(0);
});

test('rules 13.1, 6.11: build scripts, rustc and programs see no variable of ours', async () => {
  const look =
    'for (name, value) in std::env::vars_os() {\n        let text = format!("{name:?}={value:?}");\n        assert!(!text.contains("CACKLE_") && !text.contains("/cackle-") && !text.contains("RUNNER"), "{text}");\n    }';
  const directory = fixture('gated', {
    config:
      '[pkg.allowed]\nallow_proc_macro = true\nallow_apis = ["env"]\n[pkg.app]\nallow_apis = ["env"]\n',
    files: {
      'app/build.rs': `fn main() {\n    ${look}\n    println!("cargo::rustc-cfg=from_script_yes");\n}\n`,
      'app/src/main.rs': `fn main() {\n    ${look}\n    println!("{}", app::answer());\n}\n`,
      'allowed/src/lib.rs': `#[proc_macro]\npub fn forty_two(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    ${look}\n    "42".parse().unwrap()\n}\n`,
    },
  });
  for (const words of [
    ['run', '-q'],
    ['doc', '-q'],
    ['fix', '-q', '--lib', '--allow-no-vcs'],
  ]) {
    const done = await gated(directory, [...words, '-p', 'app']);
    expect({ words, status: done.status, said: done.stderr.match(/"[A-Z_]+"=.*/)?.[0] }).toEqual({
      words,
      status: 0,
      said: undefined,
    });
  }
});

test('rule 13.6: what nothing is known of any more is built again by the next run, and does not run before', async () => {
  const directory = fixture('gated');
  expect((await gated(directory, ['check', '-p', 'app'])).status).toBe(0);
  rmSync(join(directory, 'target/.cackle'), { recursive: true });
  const source = join(directory, 'app/src/lib.rs');
  writeFileSync(source, `${readFileSync(source, 'utf8')}// changed\n`);
  const lost = await gated(directory, ['check', '-p', 'app']);
  expect(lost.status).toBe(101);
  expect(lost.stderr).toContain('run the command again');
  let again = await gated(directory, ['check', '-p', 'app']);
  for (let runs = 0; again.status !== 0 && runs < 4; runs++)
    again = await gated(directory, ['check', '-p', 'app']);
  expect(again.status).toBe(0);
});

test('rules 13.5, 6.6: what cannot be judged is refused, with the reason and a way out', async () => {
  const directory = fixture('gated');
  const runner = `target.${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu.runner="env"`;
  for (const [words, said] of [
    [['install', 'ripgrep'], 'in no workspace with a cackle.toml'],
    [['test', '--doc'], 'doctests cannot be judged'],
    [['run', '--config', runner], 'by which cargo would run programs that were not judged'],
  ] as const) {
    const refused = await gated(directory, words);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(said);
  }
  // A check within, and a workspace without a configuration.
  const within = await gated(directory, ['check', '-p', 'app'], { CACKLE_TOKEN: 'x' });
  expect(within).toMatchObject({ status: 2 });
  rmSync(join(directory, 'cackle.toml'));
  const without = await gated(directory, ['check', '-p', 'app']);
  expect(without.status).toBe(2);
  expect(without.stderr).toContain('`cackle init` writes a first one; `command cargo …` is cargo');
  // Told before cargo compiles anything.
  expect(without.stderr).not.toContain('Checking');
  expect(ran(directory)).toEqual([]);
  // What compiles nothing needs none.
  expect((await gated(directory, ['metadata', '--format-version=1', '--no-deps'])).status).toBe(0);
  const usage = await cackle(['--fail-on-warnings', 'cargo', 'check']);
  expect(usage.status).toBe(2);
  expect(usage.stderr).toContain("is not one of 'cargo'");
});

test('rule 13.1: aliases, and subcommands that are none of cargo’s', async () => {
  const directory = fixture('gated', {
    files: {
      '.cargo/config.toml':
        '[alias]\ntry = ["run", "--quiet", "-p", "app"]\nsample = "try --example reader"\n',
      'bin/cargo-both':
        '#!/bin/sh\n"$CARGO" run --quiet -p app && "$CARGO" check -p uses-hostile\n',
      'bin/cargo-front': '#!/bin/sh\nRUSTC_WRAPPER=env exec cargo check -p uses-hostile\n',
      'bin/cargo-installs': '#!/bin/sh\nexec "$CARGO" install ripgrep\n',
    },
  });
  for (const name of readdirSync(join(directory, 'bin')))
    chmodSync(join(directory, 'bin', name), 0o755);
  const inside = (args: readonly string[]) => gated(directory, args);
  const env = { PATH: `${join(directory, 'bin')}:${process.env.PATH}` };
  expect(await inside(['try'])).toMatchObject({ status: 0, stdout: '42\n' });
  const sample = await inside(['sample']);
  expect(sample.status).toBe(101);
  expect(sample.stderr).toContain('the program `reader` of app is held');
  // One that puts itself in front of rustc, as `cargo miri` does, and one that calls for what is refused.
  for (const [name, said] of [
    ['front', 'with a RUSTC_WRAPPER of its own'],
    ['installs', 'in no workspace with a cackle.toml'],
  ] as const) {
    const refused = await gated(directory, [name], env);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(said);
  }
  const both = await gated(directory, ['both'], env);
  expect(both).toMatchObject({ status: 101, stdout: '42\n' });
  expect(both.stderr).toContain('the proc macro hostile is held');
  expect(ran(directory)).toEqual([]);
});

const hasNextest = spawnSync('cargo-nextest', ['--version']).status === 0;

test.runIf(hasNextest)(
  'rule 13.1: cargo-nextest, where it is installed: each test program is judged',
  async () => {
    const directory = fixture('gated');
    const one = await gated(directory, ['nextest', 'run', '-p', 'app', '--lib']);
    expect(one.status).toBe(0);
    expect(one.stderr).toMatch(/1 test run: .*1 passed/);
    const all = await gated(directory, ['nextest', 'run', '-p', 'app']);
    expect(all.status).not.toBe(0);
    expect(all.stderr).toContain('the test `writes` of app is held');
    expect(ran(directory)).toEqual([]);
  },
);

test('rules 13.1, 7.1: what is allowed runs in its sandbox', async () => {
  const text = config(
    '[pkg.allowed]\nallow_proc_macro = true\n[pkg.hostile]\nallow_proc_macro = true\nallow_apis = ["fs"]\n[pkg.script]\nbuild.allow_apis = ["fs"]\n[pkg.app]\ntest.allow_apis = ["fs"]\n',
  );
  const sandboxed = text.replace('"Disabled"', '"Bubblewrap"');
  const directory = fixture('gated', {
    files: { 'cackle.toml': `${sandboxed}[rustc.sandbox]\nkind = "Bubblewrap"\n` },
  });
  const checked = await gated(directory, ['check', '-p', 'app']);
  expect(checked.status).toBe(0);
  const script = await gated(directory, ['check', '-p', 'script']);
  expect(script.status).toBe(101);
  expect(script.stderr).toMatch(/Read-only file system|sandbox/);
  for (const word of ['check', 'doc']) {
    const macro = await gated(directory, [word, '-p', 'uses-hostile']);
    expect({ word, status: macro.status }).toEqual({ word, status: 101 });
    expect(macro.stderr).toContain('Read-only file system');
    expect(macro.stderr).toContain('`rustc.sandbox` of [pkg.hostile] opens it');
  }
  const tested = await gated(directory, ['test', '-p', 'app', '--test', 'writes']);
  expect(tested.status).toBe(101);
  expect(tested.stderr).toContain('a test failed in its sandbox');
  expect(ran(directory)).toEqual([]);
  expect((await gated(directory, ['run', '-q', '-p', 'app'])).stdout).toBe('42\n');
});

test.each(['bash', 'zsh', 'fish'])(
  'rule 13.7: shell-init %s: `cargo` is `cackle cargo`, `command cargo` is cargo',
  async (shell) => {
    const printed = await cackle(['shell-init', shell]);
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    expect(printed.stdout).toContain('command cackle cargo');
    const directory = fixture('gated', { as: `shell-${shell}` });
    const place = join(directory, 'bin');
    mkdirSync(place);
    const program = join(place, 'cackle');
    writeFileSync(
      program,
      `#!/bin/sh\necho behind >&2\nexec "${process.execPath}" "${join(packageRoot(), 'dist', 'cli.js')}" "$@"\n`,
    );
    chmodSync(program, 0o755);
    const asked = await run('which', [shell]);
    if (asked.status !== 0) return;
    writeFileSync(join(directory, 'init'), printed.stdout);
    const script = `${shell === 'fish' ? 'source' : '.'} ${join(directory, 'init')}; cargo --version; cargo acl --version; command cargo --version`;
    const said = await run(shell, ['-c', script], { PATH: `${place}:${process.env.PATH}` });
    expect(said.stdout).toMatch(/^cargo 1\.\S+ .*\ncackle \d.*\ncargo 1\./);
    expect(said.stderr.match(/behind/g)).toHaveLength(2);
  },
);
