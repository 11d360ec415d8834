import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, manifest, short } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';
import { sampled, whole } from '../support/whole.ts';

const systems = [
  'x86_64-pc-windows-gnu',
  'x86_64-pc-windows-msvc',
  'x86_64-apple-darwin',
  'aarch64-apple-darwin',
];
const on = (target: string): string[] => ['--target', target];
const shorts = async (directory: string, args: readonly string[]): Promise<string[]> =>
  (await check(directory, args)).problems.map(short).sort();

const common = ['disallowed-api everywhere fs', 'disallowed-api systems fs'];
const ofWindows = [
  ...[
    'disallowed-api on-windows net',
    'disallowed-extern on-windows',
    'disallowed-unsafe on-windows',
  ],
];
const ofMacos = ['disallowed-api on-macos process'];

/** What a test built there is fresh for a later one. */
const shared = fixture('targets-of-other-systems');

describe.skipIf(noTargets !== undefined)(`targets of other systems ${noTargets ?? ''}`, () => {
  test('rule 12.5: several targets in one report: the host is judged once, a shared use is one and names its targets', async () => {
    // Its marks say the place of each use.
    const report = await check(shared);
    expect(report.problems.map(short).sort()).toEqual([...common, ...ofMacos, ...ofWindows].sort());
    const { targets } = report;
    expect(targets).toEqual([
      'x86_64-unknown-linux-gnu',
      ...systems.filter((target) => !target.endsWith('msvc')),
    ]);
    const named = (packageName: string): (readonly string[] | undefined)[] =>
      report.problems.flatMap((problem) =>
        'packageName' in problem && problem.packageName === packageName
          ? 'usages' in problem
            ? problem.usages.map((usage) => usage.targets)
            : 'uses' in problem
              ? problem.uses.map((use) => use.targets)
              : []
          : [],
      );
    expect(named('everywhere')).toEqual([[...targets].sort()]);
    expect(new Set(named('on-windows').map(String))).toEqual(new Set(['x86_64-pc-windows-gnu']));
    expect(new Set(named('on-macos').map(String))).toEqual(
      new Set(['aarch64-apple-darwin,x86_64-apple-darwin']),
    );
    // A proc macro and a build script; one program and one test of it for each target.
    expect(report.counts.outputs).toBe(2 + 2 * targets.length);
  });

  test.each(whole ? systems : ['x86_64-pc-windows-msvc'])(
    'rules 4.3, 4.5, 12.8: the same program has the same answers on %s',
    async (target) => {
      const directory = fixture('targets-of-other-systems', { as: `systems-${target}` });
      const own = target.includes('windows') ? ofWindows : ofMacos;
      expect(await shorts(directory, on(target))).toEqual([...common, ...own].sort());
      // The second check finds all fresh, and says the same.
      const again = await check(directory, on(target));
      expect(again.problems.map(short).sort()).toEqual([...common, ...own].sort());
      expect(again.counts.unitsBuilt).toBe(0);
    },
  );

  test.each(sampled(systems, 2))(
    'rule 4.3: what a shared and a static library export on %s',
    async (target) => {
      const types = '["lib", "cdylib", "staticlib"]';
      const text = `[lib]\ncrate-type = ${types}\n\n[dependencies]\nhelper = { path = "helper" }\n`;
      const directory = fixture('cdylib-and-staticlib', {
        files: { 'Cargo.toml': manifest('libraries', text) },
        as: `libraries-${target}`,
      });
      expect(await shorts(directory, on(target))).toEqual(['disallowed-api helper fs']);
    },
  );

  test('rules 4.7, 9.15: link-time optimisation, where the import libraries in std lie in a copy of it', async () => {
    const directory = fixture('fat-lto', { as: 'fat-lto-windows' });
    // As on Linux, where its marks say so.
    expect(await shorts(directory, on('x86_64-pc-windows-gnu'))).toEqual([
      'disallowed-api items fs',
      'disallowed-api leaf fs',
      'disallowed-api lto door',
      'disallowed-api middle env',
      'disallowed-api table fs',
    ]);
  });

  test('rule 12.4: an object of another format in an rlib', async () => {
    const directory = fixture('foreign-objects', { as: 'foreign-of-linux' });
    const native = join(directory, 'native');
    mkdirSync(join(native, 'prebuilt'), { recursive: true });
    execFileSync('gcc', ['-c', 'evil.c', '-o', 'evil.o'], { cwd: native });
    execFileSync('ar', ['crs', 'prebuilt/libevil.a', 'evil.o'], { cwd: native });
    for (const target of ['x86_64-pc-windows-gnu', 'x86_64-apple-darwin']) {
      const ran = await cackle(['-n', '--path', directory, ...on(target)]);
      expect(ran.stderr).toMatch(/libnative_sys-\w+\.rlib, member [^ ]*evil\.o, is for ELF|evil/);
      expect([ran.status, ran.stdout]).toEqual([2, '']);
    }
  });

  test('rule 12.2: a dylib is refused, with the reason', async () => {
    const ran = await cackle([
      ...['-n', '--path', fixture('dylib-preferred'), ...on('x86_64-pc-windows-gnu')],
    ]);
    expect(ran.stderr).toContain('rustc reads a dylib back from the linked file');
    expect(ran.status).toBe(2);
  });

  test('rules 11.2, 12.5: cackle.lock has the facts of each target, and --locked compares each', async () => {
    const targets = [...on('x86_64-unknown-linux-gnu'), ...on('x86_64-pc-windows-gnu')];
    await cackle(['lock', '--path', shared, ...targets]);
    const lock = readFileSync(join(shared, 'cackle.lock'), 'utf8');
    expect(lock).toContain('targets = ["x86_64-pc-windows-gnu", "x86_64-unknown-linux-gnu"]');
    expect(lock).toMatch(
      /name = "on-windows"[\s\S]*net \[x86_64-pc-windows-gnu\]|name = "on-windows"[\s\S]*net/,
    );
    const report = await check(shared, ['--locked', ...targets]);
    expect(report.problems.map(short).filter((text) => text.startsWith('not-locked'))).toEqual([]);
  });

  test('rule 12.3: rustc says nothing of an SDK', async () => {
    const directory = fixture('simple', { as: 'systems-sdk' });
    const ran = await cackle(['-n', '--path', directory, ...on('aarch64-apple-darwin')], {
      SDKROOT: '',
    });
    expect(ran.stderr).not.toMatch(/xcrun|SDK/);
    expect(ran.status).toBe(0);
  });
});
