import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture, manifest, short } from '../support/cackle.ts';
import { wholeTest } from '../support/whole.ts';

// Rule 6.12: cargo is not asked again what a tree is that did not change. Each
// test changes one thing that the answer depends on, and sees that the next check knows it.

const uses = {
  fs: 'let _ = std::fs::read("x");',
  net: 'let _ = std::net::TcpStream::connect("127.0.0.1:9");',
  process: 'let _ = std::process::Command::new("x");',
  env: 'let _ = std::env::var("x");',
};
const main = (use = ''): string => `fn main() { ${use} }`;

const directory = fixture('kept-answer/workspace');
const cache = `${directory}-cache`;
const cargo = join(directory, '../cargo/cargo');
const log = `${cargo}.log`;
const kept = join(cache, 'cackle/facts/workspaces');
const env: NodeJS.ProcessEnv = {
  XDG_CACHE_HOME: cache,
  CARGO: cargo,
  ASKED_LOG: log,
};

beforeAll(() => {
  emptyCache(cache);
  execFileSync('rustc', ['-o', cargo, `${cargo}.rs`]);
});

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
};

const text = (path: string): string => readFileSync(join(directory, path), 'utf8');

/** How often cargo was asked for metadata by what `run` starts. */
async function asks<T>(run: () => Promise<T>): Promise<{ asked: number; result: T }> {
  rmSync(log, { force: true });
  const result = await run();
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  return { asked: lines.filter((line) => line.startsWith('metadata ')).length, result };
}

interface Way {
  readonly args?: readonly string[];
  readonly path?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A check: how often it asked, and the problems. */
async function checked({ args = [], path = directory, env: more = {} }: Way = {}) {
  const { asked, result } = await asks(() => check(path, args, { ...env, ...more }));
  return { asked, problems: result.problems.map(short).sort() };
}

/** Checks until the answer is kept: the first has it written to Cargo.lock, which the second finds as it is. */
async function warm(way: Way = {}): Promise<string[]> {
  for (let times = 0; times < 2; times++) if ((await checked(way)).asked === 0) break;
  const { asked, problems } = await checked(way);
  expect(asked).toBe(0);
  return problems;
}

test('nothing changed: cargo is not asked again, from wherever in the tree', async () => {
  expect((await checked()).asked).toBe(1);
  // Cargo.lock was written by the first.
  await checked();
  expect(await checked()).toEqual({ asked: 0, problems: [] });
  await warm({ path: join(directory, 'crates/one') });
  await warm({ args: ['--features', 'more'] });
  expect(await checked({ args: ['--features', 'more'] })).toEqual({
    asked: 0,
    problems: ['disallowed-api kept env'],
  });
});

test('rule 2.8: another choice of features is another question', async () => {
  for (const args of [['--all-features'], ['--no-default-features'], []]) {
    const problems = args[0] === '--all-features' ? ['disallowed-api kept env'] : [];
    expect(await warm({ args })).toEqual(problems);
    expect(await checked({ args })).toEqual({ asked: 0, problems });
  }
});

describe('what is new in the tree is known, one thing after the other', () => {
  const changes: readonly (readonly [what: string, change: () => void, problem: string])[] = [
    ['a program', () => write('src/bin/extra.rs', main(uses.fs)), 'disallowed-api kept fs'],
    ['an example', () => write('examples/e.rs', main(uses.net)), 'disallowed-api kept net'],
    [
      'an example in a directory',
      () => write('examples/deep/main.rs', main(uses.process)),
      'disallowed-api kept process',
    ],
    ['a build script', () => write('build.rs', main(uses.fs)), 'disallowed-api kept.build fs'],
    [
      'a member by a glob',
      () => {
        write('crates/two/Cargo.toml', manifest('two'));
        write('crates/two/src/main.rs', main(uses.env));
      },
      'disallowed-api two env',
    ],
    [
      'a feature',
      () => write('Cargo.toml', text('Cargo.toml').replace('default = []', 'default = ["more"]')),
      'disallowed-api kept env',
    ],
    [
      'a target of a path dependency',
      () =>
        write(
          '../outside/Cargo.toml',
          `${manifest('outside', '[lib]\npath = "src/other.rs"\n')}\n[workspace]\n`,
        ),
      'disallowed-api outside net',
    ],
    [
      'a target of a package from elsewhere',
      () =>
        write('vendor/vendored/Cargo.toml', manifest('vendored', '[lib]\npath = "src/other.rs"\n')),
      'disallowed-api vendored net',
    ],
  ];
  for (const [what, change, problem] of changes) {
    test(what, async () => {
      const before = await warm();
      change();
      const problems = [...before, problem].sort();
      expect(await checked()).toEqual({ asked: 1, problems });
    });
  }

  wholeTest('an edit after cargo has read it, before its answer is kept', async () => {
    for (const file of ['Cargo.toml', 'crates/one/Cargo.toml', 'Cargo.lock']) {
      await warm();
      appendFileSync(join(directory, 'Cargo.toml'), '# to be asked\n');
      const edited = { env: { EDITED_WHEN_ASKED: join(directory, file) } };
      const [first] = await Promise.allSettled([checked(edited)]);
      // It may have been made of both, and then fails.
      if (first.status === 'fulfilled') expect(first.value.asked).toBe(1);
      expect((await checked()).asked).toBe(1);
    }
  });
});

describe('where cargo is told otherwise', () => {
  const plain = fixture('empty-program', { as: 'kept-plain' });
  const here = { path: plain };
  const storeIn = (target: string): boolean => existsSync(join(plain, target, '.cackle'));
  const settle = async (): Promise<void> => {
    rmSync(join(plain, '.cargo'), { recursive: true, force: true });
    await warm(here);
  };

  test('a new configuration of cargo', async () => {
    await settle();
    mkdirSync(join(plain, '.cargo'));
    for (const name of ['one', 'two']) {
      const flags = `[build]\nrustflags = ["--cfg", "${name}"]\n`;
      writeFileSync(join(plain, '.cargo/config.toml'), flags);
      expect((await checked(here)).asked).toBe(1);
      expect((await checked(here)).asked).toBe(0);
    }
    writeFileSync(join(plain, '.cargo/config.toml'), '[build]\ntarget-dir = "elsewhere"\n');
    // Where a target directory may be set to anything, a cache that is not in the home directory is not read.
    expect((await checked(here)).asked).toBe(1);
    expect(storeIn('elsewhere')).toBe(true);
  });

  wholeTest('a configuration that includes another is not kept', async () => {
    await settle();
    mkdirSync(join(plain, '.cargo'));
    writeFileSync(join(plain, '.cargo/more.toml'), '');
    writeFileSync(join(plain, '.cargo/config.toml'), 'include = [{ path = "more.toml" }]\n');
    for (let i = 0; i < 2; i++) expect((await checked(here)).asked).toBe(1);
  });

  test('a variable of cargo', async () => {
    await settle();
    const moved = { ...here, env: { CARGO_TARGET_DIR: join(plain, 'moved') } };
    expect((await checked(moved)).asked).toBe(1);
    expect(storeIn('moved')).toBe(true);
    await warm(moved);
    expect((await checked(here)).asked).toBe(0);
  });

  test('a changed Cargo.lock, and one that is gone', async () => {
    await settle();
    appendFileSync(join(plain, 'Cargo.lock'), '\n');
    expect((await checked(here)).asked).toBe(1);
    await warm(here);
    rmSync(join(plain, 'Cargo.lock'));
    expect((await checked(here)).asked).toBe(1);
  });

  wholeTest('the manifest of a workspace root that is not above its members', async () => {
    const place = fixture('root-beside-members');
    // Elsewhere: a cache below a manifest that might be the root's is not read.
    const XDG_CACHE_HOME = emptyCache(mkdtempSync(join(tmpdir(), 'cackle-test-')));
    const here = { path: join(place, 'a'), env: { XDG_CACHE_HOME } };
    expect(await warm(here)).toEqual([]);
    const file = join(place, 'root/Cargo.toml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(', "../c"', ''));
    expect(await checked(here)).toEqual({ asked: 1, problems: ['unknown-package c'] });
    rmSync(XDG_CACHE_HOME, { recursive: true });
  });

  test('another toolchain', async () => {
    await settle();
    const file = join(plain, 'rust-toolchain.toml');
    writeFileSync(file, '[toolchain]\nchannel = "no-such-toolchain"\n');
    const { asked } = await asks(() => cackle(['-n', '--path', plain], env));
    unlinkSync(file);
    expect(asked).toBe(1);
  });

  test('globs whose directories are not all looked at are not kept', async () => {
    const deep = fixture('members-by-deep-glob');
    for (let i = 0; i < 2; i++) expect((await checked({ path: deep })).asked).toBe(1);
  });

  wholeTest('a symbolic link that leads elsewhere now', async () => {
    await settle();
    const link = `${plain}-link`;
    rmSync(link, { force: true });
    symlinkSync(plain, link);
    await warm({ path: link });
    const other = fixture('empty-program', { files: { 'src/main.rs': main(uses.net) } });
    unlinkSync(link);
    symlinkSync(other, link);
    expect(await checked({ path: link })).toEqual({
      asked: 1,
      problems: ['disallowed-api empty net'],
    });
  });

  wholeTest('what trusts nothing, or may keep nothing, asks', async () => {
    await settle();
    expect((await checked({ ...here, args: ['--verify'] })).asked).toBe(1);
    for (const args of [['summary'], ['cache']])
      expect((await asks(() => cackle([...args, '--path', plain], env))).asked).toBe(1);
    expect((await checked({ ...here, env: { CACKLE_CACHE: 'off' } })).asked).toBe(1);
    expect((await checked(here)).asked).toBe(0);
    await cackle(['cache', 'clear', '--path', plain], env);
    expect((await checked(here)).asked).toBe(1);
    expect((await checked(here)).asked).toBe(0);
  });

  test('another cargo in the place of the first', async () => {
    await settle();
    const later = new Date(Date.now() + 5000);
    utimesSync(cargo, later, later);
    expect((await checked(here)).asked).toBe(1);
  });

  wholeTest('nothing is read from where a sandboxed rustc may write', async () => {
    await settle();
    const inside = join(plain, 'target/cache');
    cpSync(join(cache, 'cackle'), join(inside, 'cackle'), { recursive: true });
    execFileSync('chmod', ['700', join(inside, 'cackle/facts')]);
    expect((await checked({ ...here, env: { XDG_CACHE_HOME: inside } })).asked).toBe(1);
    const copy = `${cache}-copy`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(inside, copy, { recursive: true, preserveTimestamps: true });
    execFileSync('chmod', ['700', join(copy, 'cackle/facts')]);
    // Elsewhere it is: the same files answer.
    expect((await checked({ ...here, env: { XDG_CACHE_HOME: copy } })).asked).toBe(0);
  });

  test('what a script says is not kept', async () => {
    const script = `${cargo}.sh`;
    writeFileSync(script, `#!/bin/sh\nexec ${cargo} "$@"\n`, { mode: 0o755 });
    const scripted = { ...here, env: { CARGO: script } };
    for (let i = 0; i < 2; i++) expect((await checked(scripted)).asked).toBe(1);
  });
});

describe('the kept answer itself', () => {
  const single = fixture('empty-program', {
    files: { 'examples/e.rs': main(uses.net) },
    as: 'kept-single',
  });
  const here = { path: single, env: { XDG_CACHE_HOME: `${cache}-own` } };
  const own = kept.replace(cache, `${cache}-own`);
  const problems = ['disallowed-api empty net'];
  const only = (): string => {
    const [name, ...more] = readdirSync(own);
    expect(more).toEqual([]);
    return join(own, name ?? '');
  };
  beforeAll(() => {
    emptyCache(`${cache}-own`);
  });

  test('damaged, in whichever part: cargo is asked, and it is written anew', async () => {
    await warm(here);
    const file = only();
    const whole = readFileSync(file);
    for (const at of [3, 80, whole.length - 5]) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(file, damaged);
      expect(await checked(here)).toEqual({ asked: 1, problems });
      expect(readFileSync(file)).toEqual(whole);
    }
    writeFileSync(file, whole.subarray(0, 200));
    expect((await checked(here)).asked).toBe(1);
    expect((await checked(here)).asked).toBe(0);
  });

  wholeTest(
    'wrong, for a reason that nobody thought of: what cargo builds shows it, and the check is made again',
    async () => {
      await warm(here);
      const file = only();
      const [, ...lines] = readFileSync(file, 'utf8').split('\n');
      const answer = JSON.parse(lines.pop() || (lines.pop() as string));
      const [single1] = answer.packages;
      single1.targets = single1.targets.filter((t: { name: string }) => t.name !== 'e');
      const rest = `${lines.join('\n')}\n${JSON.stringify(answer)}\n`;
      writeFileSync(file, `${createHash('sha256').update(rest).digest('hex')}\n${rest}`);
      writeFileSync(join(single, 'examples/e.rs'), `// again\n${main(uses.net)}`);
      expect(await checked(here)).toEqual({ asked: 1, problems });
      expect(await checked(here)).toEqual({ asked: 1, problems });
      expect(await checked(here)).toEqual({ asked: 0, problems });
    },
  );

  test('a cache that others may write in is not believed', async () => {
    await warm(here);
    execFileSync('chmod', ['755', dirname(own)]);
    expect((await checked(here)).asked).toBe(1);
  });
});
