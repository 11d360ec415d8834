import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cackle, check, fixture } from '../support/cackle.ts';
import { noStrace } from './support.ts';

// Rule 14.8: `trace = true` in cackle.toml.

const withTrace = (text: string): string =>
  text.replace('version = 3', 'version = 3\ntrace = true');

type Report = Awaited<ReturnType<typeof check>>;

/** What programs were seen to do, as problems of a check. */
const unnamed = ({ problems }: Report): unknown[] =>
  problems.filter(({ kind }) => kind === 'unnamed-act');

describe.skipIf(noStrace !== undefined)('rule 14.8: a check that traces', () => {
  let directory: string;
  let file: string;
  let text: string;
  let first: Report;
  beforeAll(async () => {
    directory = fixture('seen-not-named', { as: 'seen-not-named-in-a-check' });
    file = join(directory, 'cackle.toml');
    text = readFileSync(file, 'utf8').replace(
      '"net"]\n\n[pkg.macro',
      '"net"]\nallow_apis = ["fs"]\n\n[pkg.macro',
    );
    writeFileSync(file, withTrace(text));
    first = await check(directory, ['--quiet']);
  });

  test('finds what no code names, and tells what was allowed and not done', () => {
    expect(first.status).toBe(1);
    const found = unnamed(first).map((problem) => {
      const { packageName, program, apiName } = problem as Record<string, unknown>;
      return [packageName, program, apiName].join(' ');
    });
    expect(found.sort()).toEqual([
      'connects build script net',
      'reads-keys build script fs',
      'reads-others build script fs',
      'seen-not-named rustc fs',
      'starts build script process',
      'writes-outside build script fs',
    ]);
    expect(first.neverDone).toEqual([]);
  });

  test('rule 10.1: the next check builds nothing and says the same', async () => {
    const again = await check(directory, ['--quiet']);
    expect(again.counts.unitsBuilt).toBe(0);
    expect(again.counts.cargoRuns).toBe(1);
    expect(unnamed(again)).toEqual(unnamed(first));
  });

  test('what ran untraced meanwhile runs again', async () => {
    writeFileSync(file, text);
    appendFileSync(join(directory, 'crates', 'starts', 'build.rs'), '// Changed.\n');
    expect(unnamed(await check(directory, ['--quiet']))).toEqual([]);
    writeFileSync(file, withTrace(text));
    const traced = await check(directory, ['--quiet']);
    expect(unnamed(traced)).toEqual(unnamed(first));
  });
});

/** The directory of cargo, in which nobody puts strace. */
const withCargoAlone = (process.env.PATH ?? '')
  .split(':')
  .find((place) => existsSync(join(place, 'cargo')));

test('rule 14.8: without strace no check is made', async () => {
  const directory = fixture('seen-not-named', { as: 'untraced-check' });
  const file = join(directory, 'cackle.toml');
  writeFileSync(file, withTrace(readFileSync(file, 'utf8')));
  const { status, stdout, stderr } = await cackle(['-n', '--path', directory], {
    PATH: withCargoAlone,
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('strace, which is not installed');
});
