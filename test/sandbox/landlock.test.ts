import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { type Rule, rulesOf } from '../../engine/sandbox/landlock.ts';
import { requireLandlock } from '../../engine/sandbox/landlock-probe.ts';
import type { Mount } from '../../engine/sandbox/mounts.ts';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture, type Ran, run } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';
import { fixtures, noBubblewrap, noLandlock, pathWithout } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));
const without = join(directory, 'without');
/** Numbers of system calls, and of errors. */
const LANDLOCK_CREATE_RULESET = 444;
const PIDFD_GETFD = 438;
const [EPERM, ENOSYS] = [1, 38];
let launcher = '';

beforeAll(async () => {
  execFileSync('rustc', ['--edition=2021', '-o', without, join(fixtures, 'without.rs')]);
  if (noLandlock === undefined) launcher = (await requireLandlock(undefined)).launcher;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A workspace whose build script has that body, in that sandbox. */
function project(name: string, body: string, config: string): string {
  return fixture('boxed-build-script', {
    as: `landlock-${name}`,
    files: {
      'build.rs': `fn main() { ${body} }`,
      'cackle.toml': `[common]\nversion = 3\nimport_std = ["fs", "net", "process", "env"]\n[sandbox]\n${config}\n[pkg.boxed]\nbuild.allow_apis = ["fs", "net", "process", "env"]\n`,
    },
  });
}

const cli = join(packageRoot(), 'dist', 'cli.js');

/** Runs cackle where one system call fails. */
const cackleWithout = (errno: number, call: number, directory: string, env = {}): Promise<Ran> =>
  run(
    without,
    [String(errno), String(call), '--', process.execPath, cli, '-n', '--path', directory],
    env,
  );

const quiet = 'std::fs::write("ran", "").unwrap();';

describe('rule 7.12: where Landlock cannot confine, no check is made, and nothing runs', () => {
  const nothingRan = (directory: string): void => {
    expect(existsSync(join(directory, 'ran'))).toBe(false);
    expect(existsSync(join(directory, 'target/cackle'))).toBe(false);
  };

  test('a kernel without Landlock', async () => {
    const directory = project('no-kernel', quiet, 'kind = "Landlock"');
    const ran = await cackleWithout(ENOSYS, LANDLOCK_CREATE_RULESET, directory);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('this kernel has no Landlock, or it is not switched on');
    expect(ran.stderr).toContain('lsm=landlock');
    nothingRan(directory);
  });

  test('a container that lets nobody filter system calls', async () => {
    // On every architecture that has Landlock and this number.
    const seccomp = process.arch === 'x64' ? 317 : 277;
    const directory = project('no-seccomp', quiet, 'kind = "Landlock"');
    const ran = await cackleWithout(EPERM, seccomp, directory);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('Landlock cannot make a sandbox here: seccomp:');
    nothingRan(directory);
  });

  test('Auto, where neither works: both reasons', async () => {
    const directory = project('neither', quiet, 'kind = "Auto"');
    const ran = await cackleWithout(ENOSYS, LANDLOCK_CREATE_RULESET, directory, {
      PATH: pathWithout(),
    });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('bwrap (Bubblewrap) is not installed');
    expect(ran.stderr).toContain('this kernel has no Landlock');
    nothingRan(directory);
  });

  test('a launcher that cannot be compiled', async () => {
    const cache = emptyCache(join(directory, 'no-launcher'));
    rmSync(join(cache, 'cackle/launcher'), { recursive: true, force: true });
    const home = join(directory, 'cargo-home');
    mkdirSync(home, { recursive: true });
    const place = project('uncompiled', quiet, 'kind = "Landlock"');
    const ran = await cackle(['-n', '--path', place], {
      XDG_CACHE_HOME: cache,
      CARGO_HOME: home,
      CARGO_NET_OFFLINE: 'true',
    });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain("cargo could not compile the launcher of Landlock's sandboxes");
    expect(ran.stderr).toContain('check again with a network');
    nothingRan(place);
    expect(readdirSync(join(cache, 'cackle/launcher'))).toEqual([]);
  });

  test.skipIf(noLandlock !== undefined).each(
    sampled(
      [
        ['of another content', 'no program'],
        ['that is empty', ''],
        ['that does nothing, well', '#!/bin/sh\nexit 0\n'],
      ],
      2,
    ),
  )('a launcher %s', async (name, content) => {
    const cache = emptyCache(join(directory, 'damaged'));
    const kept = join(cache, 'cackle/launcher', launcher.split('/').at(-2) ?? '');
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(kept, { recursive: true });
    writeFileSync(join(kept, 'cackle-launcher'), content);
    chmodSync(join(kept, 'cackle-launcher'), 0o755);
    const place = project(`launcher-${name.replaceAll(' ', '-')}`, quiet, 'kind = "Landlock"');
    const ran = await cackle(['-n', '--path', place], { XDG_CACHE_HOME: cache });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('Landlock cannot make a sandbox here');
    nothingRan(place);
  });

  test('a launcher that meets what it does not know starts nothing', () => {
    if (noLandlock !== undefined) return;
    for (const [args, says] of [
      [['--no-such-option', '--', 'touch', join(directory, 'x')], 'unknown option'],
      [['--read', join(directory, 'nowhere'), '--', 'touch', join(directory, 'x')], 'nowhere'],
      [['--read', '/usr'], 'usage'],
      [['--abi', '1', '--', 'touch', join(directory, 'x')], 'Landlock ABI 1, and 2'],
    ] as const) {
      const ran = spawnSync(launcher, args, { encoding: 'utf8', env: {} });
      expect(ran.status, says).toBe(125);
      expect(ran.stderr).toContain(says);
    }
    expect(existsSync(join(directory, 'x'))).toBe(false);
  });
});

describe.skipIf(noLandlock !== undefined)('rule 7.12: Auto', () => {
  const fails = 'eprintln!("no luck"); std::process::exit(3)';
  const commandOf = async (directory: string, env = {}): Promise<readonly string[] | undefined> => {
    const { problems } = await check(directory, [], env);
    const failed = problems.find((problem) => problem.kind === 'execution-failed');
    return failed?.kind === 'execution-failed' ? failed.sandboxCommand : undefined;
  };

  test('takes Landlock where Bubblewrap does not work', async () => {
    const directory = project('auto-landlock', fails, 'kind = "Auto"');
    const command = await commandOf(directory, { PATH: pathWithout() });
    expect(command?.[0]).toMatch(/\/cackle-launcher$/);
  });

  test.skipIf(noBubblewrap !== undefined)('takes Bubblewrap where it works', async () => {
    const command = await commandOf(project('auto-bubblewrap', fails, 'kind = "Auto"'));
    expect(command?.[0]).toMatch(/\/bwrap$/);
  });
});

describe.skipIf(noLandlock !== undefined)('in Landlock', () => {
  test('rule 7.7: the command line that is shown can be run by hand', async () => {
    const body = 'eprintln!("no luck today"); std::process::exit(3)';
    const place = project('by-hand', body, 'kind = "Landlock"');
    const { stdout } = await cackle(['-n', '--debug', '--path', place]);
    expect(stdout).toContain('its build script failed in its sandbox: exit status 3');
    const line = stdout.split('\n').find((text) => text.includes('cackle-launcher ')) ?? '';
    const again = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(again.status).toBe(3);
    expect(again.stderr).toContain('no luck today');
  });

  test('rule 7.7: a program that is killed ends as its signal says', async () => {
    const body =
      'let me = std::process::id().to_string(); std::process::Command::new("kill").args(["-9", &me]).status().unwrap();';
    const report = await check(project('killed', body, 'kind = "Landlock"'));
    expect(report.problems).toMatchObject([{ kind: 'execution-failed', status: 137 }]);
  });

  test('rule 2.15: what Landlock cannot do is a fault at its place', async () => {
    const config =
      'kind = "Landlock"\nbind_writable = ["."]\nmake_writable = ["target"]\nextra_args = ["--new-session"]\nbind_readable = ["nowhere"]';
    const ran = await cackle(['-n', '--path', project('faults', quiet, config)]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/cackle\.toml:6:18: \S+ holds \S+\/target\/\.cackle, which no/);
    expect(ran.stderr).toMatch(/cackle\.toml:7:18: \S+ holds \S+\/target\/\.cackle, which no/);
    expect(ran.stderr).toMatch(/cackle\.toml:8:15: extra_args: they are arguments of bwrap/);
    expect(ran.stderr).toMatch(/cackle\.toml:9:18: bind_readable: \S+: there is no such path/);
  });

  test('rules 7.10, 7.11: its temporary directory and home are its own, empty, and gone with all that it started', async () => {
    const body = `
      let own = std::env::temp_dir();
      let home = std::env::var("HOME").unwrap();
      assert!(home.starts_with(own.to_str().unwrap()));
      assert_eq!(std::fs::read_dir(&home).unwrap().count(), 0);
      std::fs::create_dir_all(own.join("a/b")).unwrap();
      std::fs::write(own.join("a/b/c"), "x").unwrap();
      std::process::Command::new("sh").args(["-c", "chmod 0 $TMPDIR/a; setsid sleep 5417 >/dev/null 2>&1 & sleep 0.2"]).status().unwrap();
      std::fs::write(std::env::var("OUT_DIR").unwrap() + "/own", own.to_str().unwrap()).unwrap();`;
    const place = project('temporary', body, 'kind = "Landlock"');
    expect((await check(place)).status).toBe(0);
    const built = join(place, 'target/cackle/build');
    const told = readdirSync(built)
      .map((name) => join(built, name, 'out/own'))
      .find(existsSync);
    expect(existsSync(readFileSync(told ?? '', 'utf8'))).toBe(false);
    expect(runs('sleep\x005417')).toBe(false);
  });

  test('rule 7.11: who loses its launcher ends, with all that it started', async () => {
    const script = 'setsid sleep 5418 & sleep 5418';
    const child = spawn(launcher, [...system, '--', 'sh', '-c', script], { env: { PATH: '' } });
    await until(() => runs('sleep\x005418'));
    child.kill('SIGKILL');
    await until(() => !runs('sleep\x005418'));
  });
});

const system = ['/usr', '/bin', '/lib', '/lib64', '/etc']
  .filter(existsSync)
  .flatMap((path) => ['--read', path])
  .concat('--setenv', 'PATH', '/usr/bin:/bin');

/** Does a process run whose command line begins so? */
function runs(commandLine: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(commandLine);
    } catch {
      return false;
    }
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 200) throw new Error('it never came to hold');
    await new Promise((done) => setTimeout(done, 50));
  }
}

// Each ABI that a kernel may have: what Landlock leaves open there, seccomp and the keeper close.
describe.skipIf(noLandlock !== undefined).each([2, 3, 5, 6, 7])(
  'rule 7.11: with Landlock ABI %i',
  (abi) => {
    const own = join(directory, `own-${abi}`);
    const theirs = join(directory, `theirs-${abi}.txt`);
    const inside = (script: string, ...more: string[]) => {
      const args = [...system, '--abi', String(abi), '--write', own, '--chdir', own, ...more];
      return spawnSync(launcher, [...args, '--', 'sh', '-c', script], {
        encoding: 'utf8',
        env: {},
      });
    };

    beforeAll(() => {
      mkdirSync(own, { recursive: true });
      writeFileSync(theirs, 'full');
      chmodSync(theirs, 0o640);
      utimesSync(theirs, 1, 1);
    });

    test.each([
      ['mode by path', `chmod 777 ${theirs}`],
      ['mode by a link', `ln -sf ${theirs} link && chmod 777 link`],
      ['mode by a way around', `chmod 777 ../own-${abi}/../theirs-${abi}.txt`],
      ['a program of its user', 'touch x && chmod 4755 x'],
      ['times', `touch ${theirs}`],
      ['times of a link', `ln -sf ${theirs} link && touch link`],
      ['truncation', `truncate -s 0 ${theirs}`],
      ['writing', `echo x > ${theirs}`],
      ['reading', `cat ${theirs}`],
      ['owner', `chown $(id -u):$(id -g) ${theirs}`],
      ['a file for another', 'touch x && chown 1:1 x'],
      ['a signal', `kill -0 ${process.pid}`],
      ['a signal to a group', `kill -0 -- -${process.pid}`],
      // Landlock's answer is that it was sent: this test would have ended.
      ['a signal to all', 'kill -9 -1; false'],
      ['a namespace', 'unshare -U true'],
    ])('not %s', (_, script) => {
      const ran = inside(script);
      expect(ran.status, ran.stderr).not.toBe(0);
      expect(readFileSync(theirs, 'utf8')).toBe('full');
      expect(statSync(theirs).mode & 0o777).toBe(0o640);
      expect(statSync(theirs).mtimeMs).toBe(1000);
    });

    test.each([
      ['modes', 'echo > own && chmod 700 own && test -x own'],
      ['modes by number', 'mkdir -p d && chmod -R u=rwx,go= d'],
      ['times', 'touch -t 200001010000 own && test "$(stat -c %Y own)" -lt 1000000000'],
      ['truncation', 'echo x > own && truncate -s 0 own && ! test -s own'],
      ['moves', 'mkdir -p a b && echo > a/x && mv a/x b/x && rm -r a b'],
      ['signals', 'sleep 600 & kill -0 $! && kill $! && ! wait $!'],
      ['signals to a group', 'setsid sh -c "trap : TERM; kill 0"; kill -0 $$'],
      ['aborts', 'sh -c "kill -ABRT \\$\\$"; test $? = 134'],
      ['copies with modes and times', 'cp -p /etc/passwd own'],
      ['archives', 'mkdir -p d && tar cf - -C /etc passwd | tar xf - -C d'],
    ])('its own %s', (_, script) => {
      const ran = inside(script);
      expect(ran.status, ran.stderr).toBe(0);
    });
  },
);

describe.skipIf(noLandlock !== undefined)(
  'rule 7.11: Unix sockets, of which Landlock knows nothing',
  () => {
    const allowed = join(directory, 'allowed.sock');
    const other = join(directory, 'other.sock');
    const servers = [allowed, other].map((path) => createServer((s) => s.end()).listen(path));
    afterAll(() => {
      for (const server of servers) server.close();
    });
    const connects = (path: string, wrapper: readonly string[] = []): Promise<Ran> => {
      const node = `require('node:net').connect(process.argv[1].replace('@', '\\0')).on('connect', () => process.exit(0)).on('error', (e) => { console.error(e.code); process.exit(3); })`;
      const more = ['--read', process.execPath, '--connect', allowed, '--temporary', directory];
      const line = [launcher, ...system, ...more, '--', process.execPath, '-e', node, path];
      const [program = '', ...args] = [...wrapper, ...line];
      return run(program, args);
    };

    test.each([
      ['as ever', []],
      [
        'where a container forbids to borrow a socket',
        [without, String(EPERM), String(PIDFD_GETFD), '--'],
      ],
    ])('one that is named, by itself or by a link, and no other: %s', async (_, wrapper) => {
      const link = join(directory, 'link.sock');
      rmSync(link, { force: true });
      symlinkSync(other, link);
      expect((await connects(allowed, wrapper)).status).toBe(0);
      for (const path of [other, link, '@cackle-abstract']) {
        const ran = await connects(path, wrapper);
        expect([ran.status, ran.stderr.trim()], path).toEqual([3, 'EACCES']);
      }
    });
  },
);

const mount = (access: Mount['access'], path: string): Mount => ({ access, path });
const tree: Readonly<Record<string, readonly string[]>> = {
  '/p': ['.cargo', 'src', 'target'],
  '/p/target': ['.cackle', 'cackle'],
  '/p/target/.cackle': ['facts', 'key'],
};
const rules = (...mounts: Mount[]): string[] =>
  rulesOf(mounts, (path) => tree[path] ?? []).map(({ path, may }: Rule) => `${may} ${path}`);

test('rule 7.10: rules of Landlock give what is shown, and by its neighbours what has something hidden in it', () => {
  expect(rules(mount('read', '/usr'), mount('hide', '/home'), mount('write', '/p'))).toEqual([
    'write /p',
    'read /usr',
  ]);
  expect(rules(mount('hide', '/home/u'), mount('read', '/home/u/p'))).toEqual(['read /home/u/p']);
  expect(
    rules(mount('read', '/p'), mount('empty', '/p/target/.cackle/key'), mount('hide', '/p/.cargo')),
  ).toEqual(['read /p/src', 'read /p/target/.cackle/facts', 'read /p/target/cackle']);
  // What may be written in a place that is read, and read in one that is written.
  expect(rules(mount('read', '/p'), mount('write', '/p/target/cackle/out'))).toEqual([
    'read /p',
    'write /p/target/cackle/out',
  ]);
  expect(rules(mount('write', '/p/target'), mount('protect', '/p/target/.cackle'))).toEqual([
    'read /p/target/.cackle',
    'write /p/target/cackle',
  ]);
  // A file that stands at another's path inside is named as what it is.
  expect(rules({ path: '/p/build', source: '/p/target/real', access: 'read' })).toEqual([
    'read /p/target/real',
  ]);
  expect(rules()).toEqual([]);
});
