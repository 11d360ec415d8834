import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loosened } from '../../engine/diff/loosened.ts';
import { read } from '../fixes/support.ts';
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
    const honest = join(directory, 'crates', 'honest', 'build.rs');
    const connects = 'let _ = std::net::TcpStream::connect("127.0.0.1:9");';
    writeFileSync(
      honest,
      readFileSync(honest, 'utf8').replace(
        'fn main() {',
        `fn main() {\n    if env::var_os("HONEST").is_some() {\n        ${connects}\n    }`,
      ),
    );
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
    const net = { scope: { package: 'honest', suffix: 'build' }, api: 'net' };
    expect(first.neverDone).toEqual([net]);
  });

  test('rule 10.1: the next check builds nothing and says the same', async () => {
    const again = await check(directory, ['--quiet']);
    expect(again.counts.unitsBuilt).toBe(0);
    expect(again.counts.cargoRuns).toBe(1);
    expect(unnamed(again)).toEqual(unnamed(first));
    const { stdout } = await cackle(['-n', '--quiet', '--path', directory]);
    expect(stdout).toContain(
      'hint: pkg.honest.build may use `net`, and no traced program of it did\n',
    );
  });

  test('what ran untraced meanwhile runs again', async () => {
    writeFileSync(file, text);
    const script = join(directory, 'crates', 'starts', 'build.rs');
    writeFileSync(script, readFileSync(script, 'utf8').replace('/bin/true', '/bin/false'));
    expect(unnamed(await check(directory, ['--quiet']))).toEqual([]);
    writeFileSync(file, withTrace(text));
    const traced = await check(directory, ['--quiet']);
    const changed = JSON.stringify(unnamed(first)).replace('/bin/true', '/bin/false');
    expect(JSON.stringify(unnamed(traced))).toBe(changed);
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

test('rule 11.9: a diff tells that nothing is traced any more (unit)', () => {
  const [base, head] = [true, false].map((trace) =>
    read(`[common]\nversion = 3\ntrace = ${trace}\n`),
  ) as [ReturnType<typeof read>, ReturnType<typeof read>];
  expect(JSON.stringify(loosened(base, head))).toContain('is not traced any more');
  expect(loosened(head, base)).toEqual([]);
});
