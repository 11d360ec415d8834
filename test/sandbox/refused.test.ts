import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
import { noBubblewrap, pathWithout } from './support.ts';

/** A workspace with a build script, and its cackle.toml. */
function project(name: string, build: string, config: string): string {
  return fixture('boxed-build-script', {
    as: name,
    files: {
      'build.rs': build,
      'cackle.toml': `[common]\nversion = 3\nimport_std = ["fs", "net", "process", "env"]\n${config}\n[pkg.boxed]\nbuild.allow_apis = ["fs", "net", "process", "env"]\n`,
    },
  });
}

const quiet = 'fn main() { std::fs::write("ran", "").unwrap(); }';
const boxed = '[sandbox]\nkind = "Bubblewrap"\n';

test('rule 7.6: without bwrap no check is made, and nothing runs unsandboxed instead', async () => {
  const directory = project('no-bwrap', quiet, boxed);
  const ran = await cackle(['-n', '--path', directory], { PATH: pathWithout() });
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('bwrap (Bubblewrap) is not installed');
  expect(ran.stderr).toContain('install the package bubblewrap');
  expect(ran.stderr).toContain('`kind = "Auto"` take Landlock');
  expect(ran.stderr).toContain('README.md, "Without a sandbox"');
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(existsSync(join(directory, 'target/cackle'))).toBe(false);
});

test('rule 7.6: a bwrap that cannot make namespaces is told of with its own words', async () => {
  const directory = project('bad-bwrap', quiet, boxed);
  const PATH = pathWithout('echo "bwrap: setting up uid map: Permission denied" >&2; exit 1');
  const ran = await cackle(['-n', '--path', directory], { PATH });
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('setting up uid map: Permission denied');
  expect(existsSync(join(directory, 'ran'))).toBe(false);
});

test('a disabled sandbox needs no bwrap', async () => {
  const directory = project('disabled', quiet, '[sandbox]\nkind = "Disabled"\n');
  const ran = await cackle(['-n', '--path', directory], { PATH: pathWithout() });
  expect(ran.status, ran.stderr).toBe(0);
  expect(existsSync(join(directory, 'ran'))).toBe(true);
});

/** Can this machine give us a user namespace in which there can be no further ones? */
const without = [
  '-Ur',
  'sh',
  '-c',
  'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
  'sh',
];
const canForbid = spawnSync('unshare', [...without, 'true']).status === 0;

test.skipIf(noBubblewrap !== undefined || !canForbid)(
  'rule 7.6: where the kernel forbids user namespaces, the error says which setting',
  async () => {
    const directory = project('no-userns', quiet, boxed);
    const cli = [
      process.execPath,
      join(packageRoot(), 'dist', 'cli.js'),
      '-n',
      '--path',
      directory,
    ];
    const ran = spawnSync('unshare', [...without, ...cli], { encoding: 'utf8' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('user namespaces are switched off');
    expect(ran.stderr).toContain('sysctl user.max_user_namespaces');
    expect(existsSync(join(directory, 'ran'))).toBe(false);
  },
);

describe.skipIf(noBubblewrap !== undefined)('with bwrap', () => {
  test.each(
    sampled([
      [
        'exits',
        'eprintln!("no luck today"); std::process::exit(3)',
        { status: 3 },
        'exit status 3',
      ],
      ['panics', 'panic!("no luck today")', { status: 101 }, 'exit status 101'],
      [
        'is killed',
        'eprintln!("no luck today"); let me = std::process::id().to_string(); std::process::Command::new("kill").args(["-9", &me]).status().unwrap();',
        { status: 137 },
        'exit status 137, as for signal 9 (SIGKILL)',
      ],
    ]),
  )('rules 5.10, 7.7: a build script that %s', async (how, body, ended, text) => {
    const directory = project(`fails-${how.replace(' ', '-')}`, `fn main() { ${body} }`, boxed);
    const report = await check(directory);
    expect(report.status).toBe(1);
    const failed = report.problems.find((p) => p.kind === 'execution-failed');
    expect(failed).toMatchObject(ended);
    if (failed?.kind !== 'execution-failed') throw new Error('no such problem');
    expect(failed.output).toContain('no luck today');
    expect(failed.sandboxCommand?.[0]).toMatch(/\/bwrap$/);
    const { stdout } = await cackle(['-n', '--path', directory]);
    expect(stdout).toContain(`its build script failed in its sandbox: ${text}`);
    expect(stdout).toContain('no luck today');
    expect(stdout).toContain('(--debug shows its command line, --log-file keeps it)');
    expect(stdout).not.toContain('--unshare-all');
    const log = join(directory, 'log');
    const all = await cackle(['-n', '--debug', '--log-file', log, '--path', directory]);
    for (const said of [all.stdout, readFileSync(log, 'utf8')])
      expect(said).toContain(' --unshare-all ');
    expect(stdout).toContain('nothing shows that its sandbox denied it anything');
    expect(stdout).not.toContain('allow_network');
  });

  test('a build script runs again when its sandbox has changed', async () => {
    // The package is not writable inside; what lies above it may be a directory of the sandbox's own.
    const body =
      'println!("cargo:rerun-if-changed=build.rs"); std::fs::write("here", "").unwrap();';
    const open = boxed.replace('kind = "Bubblewrap"', 'kind = "Disabled"');
    expect(open).not.toBe(boxed);
    const directory = project('changed-sandbox', `fn main() { ${body} }`, open);
    const statusWith = async (text: string): Promise<number | null> => {
      const file = join(directory, 'cackle.toml');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/kind = "\w+"/, text));
      return (await check(directory)).status;
    };
    expect(await statusWith('kind = "Disabled"')).toBe(0);
    expect((await check(directory)).counts.unitsBuilt).toBe(0);
    expect(await statusWith('kind = "Bubblewrap"')).toBe(1);
    expect(await statusWith('kind = "Disabled"')).toBe(0);
  });

  wholeTest('the command line that is shown can be run by hand', async () => {
    const body = 'eprintln!("no luck today"); std::process::exit(3)';
    const directory = project('by-hand', `fn main() { ${body} }`, boxed);
    const { stdout } = await cackle(['-n', '--debug', '--path', directory]);
    const line = stdout.split('\n').find((text) => text.includes(' --unshare-all ')) ?? '';
    const again = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(again.status).toBe(3);
    expect(again.stderr).toContain('no luck today');
  });

  test('rule 2.15: bind_writable has to exist; make_writable is made; both start at the workspace root', async () => {
    const body = 'std::fs::write("made/by/us/x", "").unwrap();';
    const made = `${boxed}make_writable = ["made/by/us"]\n`;
    const directory = project('make-writable', `fn main() { ${body} }`, made);
    expect((await check(directory)).status).toBe(0);
    expect(existsSync(join(directory, 'made/by/us/x'))).toBe(true);
    const missing = project('bind-missing', quiet, `${boxed}bind_writable = ["nowhere"]\n`);
    const ran = await cackle(['-n', '--path', missing]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(
      /cackle\.toml:6:18: bind_writable: .*\/nowhere: there is no such path/,
    );
    expect(ran.stderr).toContain('make_writable');
  });

  test('rule 2.15: `~/` is the home directory, which is never made anew in the workspace', async () => {
    const paths =
      'bind_readable = ["~/one"]\nbind_writable = ["~/two"]\nmake_writable = ["~/made"]\n';
    const directory = project('from-home', quiet, `${boxed}${paths}`);
    const home = join(directory, 'home');
    const [cargo, rustup] = ['.cargo', '.rustup'].map((name) => join(homedir(), name));
    const { CARGO_HOME = cargo, RUSTUP_HOME = rustup } = process.env;
    const env = { HOME: home, CARGO_HOME, RUSTUP_HOME };
    const ran = await cackle(['-n', '--path', directory], env);
    for (const name of ['one', 'two'])
      expect(ran.stderr).toContain(`: ${home}/${name}: there is no such path`);
    const made = [join(home, 'made'), join(directory, '~')].map((path) => existsSync(path));
    expect(made).toEqual([true, false]);
  });

  test('make_writable that cannot be made, and extra_args that bwrap does not know, are errors at their place', async () => {
    const config = `${boxed}make_writable = ["Cargo.toml/x"]\nextra_args = ["--no-such-thing"]\n`;
    const ran = await cackle(['-n', '--path', project('bad-settings', quiet, config)]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/cackle\.toml:6:18: make_writable: cannot create /);
    expect(ran.stderr).toMatch(
      /cackle\.toml:7:15: extra_args: bwrap does not take --no-such-thing: /,
    );
    expect(ran.stderr).toContain('Unknown option --no-such-thing');
  });

  test('a second check finds everything fresh, proc macros and build scripts of a sandbox too', async () => {
    const directory = project('fresh', 'fn main() {}', boxed);
    await check(directory);
    const { counts, problems } = await check(directory);
    expect(problems.filter((p) => p.kind !== 'unused-allow-api')).toEqual([]);
    expect(counts.unitsBuilt).toBe(0);
  });

  wholeTest(
    'rustc gets what the build script set by rustc-env, and the error of one that fails tells of the sandbox',
    async () => {
      const directory = fixture('rustc-env');
      expect((await check(directory)).status).toBe(0);
      writeFileSync(join(directory, 'src/main.rs'), 'fn main() { env!("NOT_SET"); }');
      const ran = await cackle(['-n', '--path', directory], { NOT_SET: 'outside' });
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain('rustc ran in the sandbox of [rustc.sandbox]');
    },
  );

  test('version 1 leaves rustc outside', async () => {
    const directory = fixture('version-1');
    const ran = await cackle(['-n', '--path', directory], { SET_OUTSIDE: '1' });
    expect(ran.status, ran.stderr).toBe(0);
  });
});

test('rule 5.2: until a sandbox is chosen, that is a problem, and no build script runs', async () => {
  const directory = project('not-chosen', quiet, '');
  const report = await check(directory);
  expect(report.problems.map(short)).toContain('sandbox-not-chosen');
  expect(report.unchecked.map((u) => u.held)).toEqual(['build script']);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
});

test('rule 5.14: a sandbox kind for a package as a whole is a problem at its place', async () => {
  const config = '[sandbox]\nkind = "Disabled"\n[pkg.boxed.sandbox]\nkind = "Bubblewrap"\n';
  const directory = project('meaningless', 'fn main() {}', config);
  const { status, stdout } = await cackle(['-n', '--path', directory]);
  expect(status).toBe(1);
  expect(stdout).toContain('cackle.toml:7: a package as a whole has no sandbox kind');
});
