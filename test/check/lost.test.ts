import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture, manifest, short } from '../support/cackle.ts';

function damageFacts(directory: string): number {
  const damaged = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.facts'),
  );
  for (const path of damaged) writeFileSync(join(directory, path), 'not what was written');
  return damaged.length;
}

test('rule 10.2: damaged facts are made again, those of what runs in this very check too', async () => {
  const directory = fixture('lost-facts');
  // A cache of its own: that of the user is not for tests to damage.
  const cache = emptyCache(join(packageRoot(), 'target', 'fixtures', 'lost-facts-cache'));
  const run = () => cackle(['-n', '--path', directory], { XDG_CACHE_HOME: cache });
  expect(await run()).toMatchObject({ status: 0 });
  const facts = join(directory, 'target', '.cackle', 'facts');
  expect(damageFacts(facts) + damageFacts(join(cache, 'cackle', 'facts'))).toBeGreaterThan(10);
  rmSync(join(directory, 'target', '.cackle', 'answers'), { recursive: true });
  // The build script runs again, and main.rs is compiled again, which loads the proc macro; both are fresh.
  const now = new Date(Date.now() + 1000);
  utimesSync(join(directory, 'input'), now, now);
  utimesSync(join(directory, 'src/main.rs'), now, now);
  expect(await run()).toMatchObject({ status: 0 });
});

test('lost records of what runs are made again too, also when only what needs it is built', async () => {
  const directory = fixture('lost-records');
  const run = () => cackle(['-n', '--path', directory]);
  expect(await run()).toMatchObject({ status: 0 });
  // The store stays the same one, as after an update of cackle whose records are of another version.
  rmSync(join(directory, 'target', '.cackle', 'units'), { recursive: true });
  const now = new Date(Date.now() + 1000);
  for (const file of ['input', 'src/main.rs']) utimesSync(join(directory, file), now, now);
  expect(await run()).toMatchObject({ status: 0 });
});

test('lost records of all units are made again, however deep the tree is in which one is built anew', async () => {
  const directory = fixture('lost-layers');
  const first = await check(directory);
  expect([first.status, first.counts.cargoRuns]).toEqual([0, 1]);
  rmSync(join(directory, 'target', '.cackle', 'units'), { recursive: true });
  const now = new Date(Date.now() + 1000);
  utimesSync(join(directory, 'src/main.rs'), now, now);
  const second = await check(directory);
  expect([second.status, second.problems]).toEqual([0, []]);
  expect(second.counts.unitsBuilt).toBe(first.counts.unitsBuilt);
  // One run finds what lacks a record, and one builds it: not a run for each layer.
  expect(second.counts.cargoRuns).toBe(2);
});

test('rule 9.2: a build script that waited and is gone is built again before it runs', async () => {
  const directory = fixture('lost-script');
  const run = () => cackle(['-n', '--path', directory]);
  expect(await run()).toMatchObject({ status: 0 });
  const target = join(directory, 'target');
  const waiting = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.cackle-real'),
  );
  expect(waiting).toHaveLength(1);
  for (const path of waiting) rmSync(join(target, path));
  const now = new Date(Date.now() + 1000);
  utimesSync(join(directory, 'input'), now, now);
  expect(await run()).toMatchObject({ status: 0 });
});

test('rule 10.2: a target that has moved to another source has one record, by which it is found', async () => {
  const lib = (path: string): string => manifest('moved', `[lib]\npath = "src/${path}"\n`);
  const directory = fixture('lost-moved');
  const run = () => cackle(['-n', '--path', directory]);
  const records = () => readdirSync(join(directory, 'target/.cackle/units')).length;
  expect(await run()).toMatchObject({ status: 0 });
  const before = records();
  for (const path of ['b.rs', 'a.rs']) {
    writeFileSync(join(directory, 'Cargo.toml'), `${lib(path)}[workspace]\n`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(records()).toBe(before);
  }
});

test('rule 10.2: the record of a file that is gone is not that of a later file which got its inode', async () => {
  const program = (body: string) => `fn main() { ${body} }\n`;
  const directory = fixture('lost-inode');
  const problems = async () => (await check(directory)).problems.map(short).sort();
  expect(await problems()).toEqual(['disallowed-api inode fs']);
  const units = join(directory, 'target/.cackle/units');
  const earlier = readdirSync(units).map((name) => readFileSync(join(units, name), 'utf8'));
  writeFileSync(join(directory, 'src/main.rs'), program(''));
  expect(await problems()).toEqual([]);

  const inode = statSync(join(directory, 'target/cackle/inode'), { bigint: true }).ino.toString();
  for (const [i, text] of earlier.entries()) {
    const record = JSON.parse(text.split('\n')[0] ?? '');
    if (record.kind !== 'primary') continue;
    record.extraFilename = '-0000000000000000';
    for (const link of record.links) link.output = `${link.output}.gone`;
    for (const output of record.outputs)
      Object.assign(output, { inode, path: `${output.path}.gone` });
    const json = JSON.stringify(record);
    const hash = createHash('sha256').update(json).digest('hex').slice(0, 32);
    // Read after the one that is right.
    writeFileSync(join(units, `z${i}.record`), `${json}\n${hash}\n`);
  }
  expect(await problems()).toEqual([]);
});
