import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FACTS_VERSION } from '../../engine/facts/tables.ts';
import { noBubblewrap } from '../sandbox/support.ts';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { wholeTest } from '../support/whole.ts';

// Rule 10.5: a second level in the user's cache, by content; never believed without its checksum; a size cap with
// least-recently-used eviction; safe with several checks at once.

const expected = ['disallowed-api lib env'];
const VERSION = `v${FACTS_VERSION}`;

/** A workspace with a cache of its own. */
function withCache(name: string): { directory: string; cache: string; env: NodeJS.ProcessEnv } {
  const directory = fixture('depends-on-rlib', { config: '', as: name });
  const cache = emptyCache(`${directory}-cache`);
  return { directory, cache: join(cache, 'cackle'), env: { XDG_CACHE_HOME: cache } };
}

async function counts(directory: string, env: NodeJS.ProcessEnv) {
  const report = await check(directory, [], env);
  expect(report.problems.map(short)).toEqual(expected);
  return report.counts;
}

const clean = (directory: string): void => {
  execFileSync('cargo', ['clean', '--quiet'], { cwd: directory });
  expect(existsSync(join(directory, 'target', '.cackle'))).toBe(false);
};

function factsIn(cache: string): string[] {
  return readdirSync(join(cache, 'facts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.facts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the second level', () => {
  const { directory, cache, env } = withCache('cache-level');
  const facts = join(cache, 'facts');
  beforeAll(async () => {
    await counts(directory, env);
  });

  test('after cargo clean no object of an unchanged crate is extracted again', async () => {
    clean(directory);
    const { unitsBuilt, objectsExtracted, objectsFromCache } = await counts(directory, env);
    expect(unitsBuilt).toBeGreaterThan(0);
    expect(objectsFromCache).toBeGreaterThan(0);
    expect(objectsExtracted).toBe(0);
    // From here on the target directory has them.
    expect(await counts(directory, env)).toMatchObject({ objectsFromCache: 0, unitsBuilt: 0 });
  });

  test('CACKLE_CACHE=off leaves it alone; a value that means nothing is an error', async () => {
    clean(directory);
    const off = await counts(directory, { ...env, CACKLE_CACHE: 'off' });
    expect(off.objectsFromCache).toBe(0);
    expect(off.objectsExtracted).toBeGreaterThan(0);
    for (const value of ['on', '0', '12 apples', '-1']) {
      const ran = await cackle(['-n', '--path', directory], { ...env, CACKLE_CACHE: value });
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain(`CACKLE_CACHE is "${value}"\n  it takes \`off\`, or a size`);
    }
  });

  test('what is damaged there is extracted again, and made whole', async () => {
    const [shim] = readdirSync(join(cache, 'shim'));
    expect(shim).toBeDefined();
    for (const path of factsIn(cache)) {
      const bytes = readFileSync(path);
      const at = Math.floor(bytes.length * 0.7);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path, bytes);
    }
    clean(directory);
    expect((await counts(directory, env)).objectsExtracted).toBeGreaterThan(0);
    clean(directory);
    expect((await counts(directory, env)).objectsExtracted).toBe(0);
  });

  test('it is for its owner alone', async () => {
    expect(statSync(facts).mode & 0o777).toBe(0o700);
    chmodSync(facts, 0o777);
    await counts(directory, env);
    expect(statSync(facts).mode & 0o777).toBe(0o700);
  });

  test('it is not used where somebody else decides what is in it', async () => {
    const elsewhere = join(directory, 'elsewhere');
    renameSync(facts, elsewhere);
    symlinkSync(elsewhere, facts);
    clean(directory);
    expect((await counts(directory, env)).objectsFromCache).toBe(0);
    rmSync(facts);
    renameSync(elsewhere, facts);
    // A sandboxed rustc may write in the target directory.
    clean(directory);
    const inside = { ...env, XDG_CACHE_HOME: emptyCache(join(directory, 'target', 'cache')) };
    await counts(directory, inside);
    expect(existsSync(join(directory, 'target', 'cache', 'cackle', 'facts'))).toBe(false);
  });
});

describe('the size cap', () => {
  test('what was not used for longest goes, in both levels; what is in use stays', async () => {
    const { directory, cache, env } = withCache('cache-cap');
    await counts(directory, env);
    const own = join(directory, 'target', '.cackle');
    const used = [...factsIn(cache), ...factsIn(own)];
    const old = [join(cache, 'facts', VERSION, 'aa'), join(own, 'facts', VERSION, 'aa')].map(
      (place) => {
        mkdirSync(place, { recursive: true });
        const file = join(place, `${'a'.repeat(40)}.facts`);
        writeFileSync(file, Buffer.alloc(100_000));
        utimesSync(file, 1, 1);
        return file;
      },
    );
    const abandoned = join(cache, 'facts', VERSION, 'aa', 'x.facts.1.tmp');
    writeFileSync(abandoned, 'half');
    utimesSync(abandoned, 1, 1);
    const change = async (limit: string, n: number) => {
      // Something has to be added, or nobody looks.
      writeFileSync(
        join(directory, 'lib/src/lib.rs'),
        `pub fn count() -> usize { std::env::args().count() + ${n} }`,
      );
      await counts(directory, { ...env, CACKLE_CACHE: limit });
    };
    rmSync(join(cache, 'facts', 'trimmed'));
    rmSync(join(own, 'trimmed'));
    await change('1G', 1);
    expect(old.filter((file) => !existsSync(file))).toEqual([]);
    expect(existsSync(abandoned)).toBe(false);
    await change('10K', 2);
    expect(old.filter((file) => existsSync(file))).toEqual([]);
    // Facts of the library as it was before went too, so some of `used` may be gone; what is there is enough.
    expect(used.filter((file) => existsSync(file)).length).toBeGreaterThan(0);
    const again = await counts(directory, { ...env, CACKLE_CACHE: '10K' });
    expect(again).toMatchObject({ unitsBuilt: 0, objectsExtracted: 0 });
  });

  test('checks at once that evict what the others use', async () => {
    const { env } = withCache('cache-race-0');
    const all = [0, 1, 2].map((i) => {
      const directory = fixture('depends-on-rlib', { config: '', as: `cache-race-${i}` });
      const manifest = join(directory, 'Cargo.toml');
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"simple"', `"simple${i}"`));
      return directory;
    });
    for (let turn = 0; turn < 2; turn++) {
      const limited = { ...env, CACKLE_CACHE: '1K' };
      await Promise.all(
        all.map(async (directory) => {
          writeFileSync(
            join(directory, 'lib/src/lib.rs'),
            `pub fn count() -> usize { std::env::args().count() + ${turn} }`,
          );
          await counts(directory, limited);
        }),
      );
    }
  });
});

wholeTest('two checks at once in one target directory with a cap of nothing', async () => {
  const { directory, cache, env } = withCache('cache-same');
  // Both compile the shim, and one of them comes second.
  rmSync(join(cache, 'shim'), { recursive: true, force: true });
  const limited = { ...env, CACKLE_CACHE: '1K' };
  await Promise.all([counts(directory, limited), counts(directory, limited)]);
});

// Facts and the shim decide what later checks find.
test.skipIf(noBubblewrap)('a sandbox never makes the cache writable', async () => {
  const directory = fixture('writes-into-cache');
  const ran = await cackle(['-n', '--path', directory], {
    XDG_CACHE_HOME: join(directory, 'open'),
  });
  expect(ran.status, ran.stderr).toBe(0);
  const written = [...ran.stderr.matchAll(/poison@1\.0\.0: (\S+) (true|false)/g)];
  expect(written.map(([, place, done]) => `${place} ${done}`)).toEqual([
    'open true',
    'open/cackle false',
    'open/cackle/facts false',
    'open/cackle/shim false',
  ]);
});
