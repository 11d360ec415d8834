import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../engine/facts/content.ts';
import { readDepInfo } from '../../engine/workspace/dep-info.ts';
import { check, fixture, short, workspace } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
import { cackleInMounts, expectClean, expectRefusal, noMounts } from './support.ts';

// Rule 10.2: any doubt about what is stored means that it is made again; a store that cannot be
// written is an error that says what to do.

/** Files of the store of a workspace, below one of its directories. */
function stored(directory: string, part: string): string[] {
  const root = join(directory, 'target', '.cackle', part);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((f) =>
    f.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  return files.map((file) => join(file.parentPath, file.name));
}

/** Without its answers a check has to look at the facts. */
function forgetAnswers(directory: string): void {
  rmSync(join(directory, 'target', '.cackle', 'answers'), { recursive: true });
}

/** What is found in a library, and in a build script. */
const expected = ['disallowed-api lib env', 'disallowed-build-instruction simple'];

describe('a store that was damaged', () => {
  const directory = fixture('depends-on-rlib', {
    config: '',
    files: { 'build.rs': 'fn main() { println!("cargo:rustc-link-search=/nowhere"); }' },
  });
  const problems = async () => {
    const report = await check(directory);
    expect(report.status).toBe(1);
    expect(report.problems.map(short).sort()).toEqual(expected);
    return report.counts;
  };

  test('a second check extracts and builds nothing; without the store all is built again', async () => {
    await problems();
    expect(await problems()).toMatchObject({ objectsExtracted: 0, unitsBuilt: 0 });
    rmSync(join(directory, 'target', '.cackle'), { recursive: true });
    expect((await problems()).unitsBuilt).toBeGreaterThan(0);
  });

  const damage: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'cut short': (bytes) => bytes.subarray(0, bytes.length / 2),
    empty: () => Buffer.alloc(0),
    'of another version': (bytes) => {
      const changed = Buffer.from(bytes);
      const version = changed.indexOf('"version":');
      if (version < 0) changed.writeUInt32LE(changed.readUInt32LE(4) + 1, 4);
      else changed[version + '"version":'.length] = 0x39;
      return changed;
    },
    'with a flipped bit': (bytes) => {
      const changed = Buffer.from(bytes);
      const at = Math.floor(bytes.length * 0.7);
      changed[at] = (changed[at] as number) ^ 1;
      return changed;
    },
    'longer than it was': (bytes) => Buffer.concat([bytes, Buffer.from('more')]),
  };

  const apply = (kind: string, part: string): void => {
    const change = damage[kind] as (bytes: Buffer) => Buffer;
    for (const path of stored(directory, part)) writeFileSync(path, change(readFileSync(path)));
  };

  test.each(sampled(['facts', 'units', 'build-scripts', 'answers'], 2))(
    '%s with a flipped bit',
    async (part) => {
      await problems();
      apply('with a flipped bit', part);
      if (part === 'facts') forgetAnswers(directory);
      await problems();
      await problems();
      // What was made again holds.
      expect((await problems()).unitsBuilt).toBe(0);
    },
  );

  test.each(sampled(Object.keys(damage)))('all of it %s', async (kind) => {
    await problems();
    for (const part of ['facts', 'units', 'build-scripts', 'answers']) apply(kind, part);
    await problems();
  });

  test('a directory where a file should be, and an id that is none', async () => {
    await problems();
    const [record] = stored(directory, 'units') as [string];
    rmSync(record);
    mkdirSync(record);
    await expect(check(directory)).rejects.toThrow(`cannot write ${record}`);
    rmSync(record, { recursive: true });
    writeFileSync(join(directory, 'target', '.cackle', 'id'), 'nonsense');
    await problems();
  });
});

test('damaged facts of a build script that a gate asks for', async () => {
  const directory = fixture('depends-on-rlib', {
    files: { 'build.rs': 'fn main() { std::fs::write("../ran", "").unwrap(); }' },
  });
  for (const turn of [1, 2]) {
    const report = await check(directory);
    expect(report.problems.map(short), `turn ${turn}`).toEqual(['disallowed-api simple.build fs']);
    expect(report.unchecked).toHaveLength(1);
    for (const path of stored(directory, 'facts')) writeFileSync(path, 'damaged');
    forgetAnswers(directory);
  }
  expect(existsSync(join(directory, '..', 'ran'))).toBe(false);
});

describe.skipIf(noMounts)('a target directory that cannot be written', () => {
  test('read-only', async () => {
    const directory = fixture('simple', { files: { 'target/keep': '' } });
    const target = `${directory}/target`;
    const script = `mount -t tmpfs -o ro,size=4k tmpfs '${target}'`;
    const stderr = expectRefusal(await cackleInMounts(script, ['-n', '--path', directory]));
    expect(stderr).toContain(`cannot keep facts in ${target}/.cackle`);
    expect(stderr).toMatch(/mounted read-only/);
    expect(stderr).toContain('CARGO_TARGET_DIR names another');
    await expectClean(directory);
  });

  wholeTest('read-only after a check that filled it', async () => {
    const directory = fixture('simple');
    await expectClean(directory);
    const script = `mount --bind '${directory}/target' '${directory}/target' && mount -o remount,bind,ro '${directory}/target'`;
    const stderr = expectRefusal(await cackleInMounts(script, ['-n', '--path', directory]));
    expect(stderr).toContain('target directory has to be writable');
    await expectClean(directory);
  });

  test('full', async () => {
    const directory = fixture('simple', { files: { 'target/keep': '' } });
    const target = `${directory}/target`;
    for (const size of ['0k', '64k']) {
      const fill =
        size === '0k'
          ? `; mkdir '${target}/.cackle'; head -c 9999999 /dev/zero > '${target}/x' || true`
          : '';
      const script = `mount -t tmpfs -o size=${size === '0k' ? '64k' : size} tmpfs '${target}'${fill}`;
      const stderr = expectRefusal(await cackleInMounts(script, ['-n', '--path', directory]));
      expect(stderr, size).toMatch(/no room is left|No space left on device|os error 28/);
      expect(stderr, size).toMatch(/room on|the disk has room|cargo says why above/);
    }
    await expectClean(directory);
  });

  wholeTest('full cache: not needed', async () => {
    const directory = fixture('simple', { files: { 'cache/keep': '' } });
    const script = `mount -t tmpfs -o size=64k tmpfs '${directory}/cache'`;
    const env = { XDG_CACHE_HOME: `${directory}/cache` };
    const ran = await cackleInMounts(script, ['-n', '--path', directory], env);
    expect(ran.stderr).not.toContain('error:');
    expect(ran.status).toBe(0);
    rmSync(directory, { recursive: true });
  });
});

test('what can have no content counts as absent, and nobody waits for a writer', () => {
  const directory = workspace('content', { 'kept/file': 'a', 'pipes/file': 'a' });
  const at = (path: string) => join(directory, path);
  const [file, kept] = [contentHash(at('kept/file')), contentHash(at('kept'))];
  expect(contentHash(at('pipes'))).toBe(kept);
  execFileSync('mkfifo', [at('pipes/pipe')]);
  symlinkSync(at('pipes/loop'), at('pipes/loop'));
  for (const path of ['pipes/pipe', 'pipes/loop', 'missing', 'kept/file/below'])
    expect(contentHash(at(path))).toBe('absent');
  expect(new Set([file, kept, contentHash(at('pipes')), 'absent']).size).toBe(4);
  expect(() => readDepInfo(at('pipes/pipe'), directory)).toThrow(/pipe: it is not a file/);
});
