import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sarifFaults, sarifValidator } from '../reports/sarif-validator.ts';
import { runOf } from '../reports/support.ts';
import { cackle, fixture, type Ran } from '../support/cackle.ts';
import { lockVersions, repository } from './support.ts';

const formats = ['human', 'json', 'sarif', 'github', 'markdown'];

describe('an update that gains a capability, in each form', () => {
  let directory = '';
  let ran: Ran;
  const textOf = (format: string): string =>
    readFileSync(join(directory, `target/diff.${format}`), 'utf8');

  beforeAll(async () => {
    directory = fixture('updates', { as: 'diff-reports' });
    await lockVersions(directory, { leaf: '1.0.0' });
    writeFileSync(join(directory, 'unique.txt'), `${process.pid} ${Date.now()}`);
    await repository(directory);
    await cackle(['-n', '--quiet', '--path', directory]);
    await lockVersions(directory, { leaf: '1.1.0' });
    const outputs = formats.flatMap((name) => [
      '--output',
      `${name}=${join(directory, `target/diff.${name}`)}`,
    ]);
    ran = await cackle(['diff', 'HEAD', '--path', directory, ...outputs]);
  });

  test('rule 6.18: stdout has the report for people, and each file its form', () => {
    expect([ran.status, ran.stdout]).toEqual([1, textOf('human')]);
    expect(JSON.parse(textOf('json'))).toMatchObject({ schemaVersion: 1, gained: true });
  });

  test('rule 6.18: GitHub gets an annotation at the line of the package in Cargo.lock', () => {
    const lines = textOf('github').split('\n');
    const lock = readFileSync(join(directory, 'Cargo.lock'), 'utf8').split('\n');
    const line = lock.indexOf('name = "helper"') + 1;
    expect(lines[0]).toMatch(
      new RegExp(
        `^::error file=Cargo\\.lock,line=${line},title=cackle diff::helper 1\\.0\\.0, new, needed by leaf: gained api net`,
      ),
    );
    expect(lines.at(-2)).toMatch(/^::notice title=cackle diff::gained 1 capability, 1 not allowed/);
  });

  test('rule 6.18: Markdown has what was gained open, and the path folded', () => {
    const text = textOf('markdown');
    expect(text).toMatch(
      /^### cackle diff: gained 1 capability, 1 not allowed by cackle.toml\n\nHEAD \([0-9a-f]+\) with the work tree/,
    );
    expect(text).toContain(
      '- gained `api net`, **not allowed by cackle.toml**, brought by leaf 1.1.0',
    );
    expect(text.indexOf('<details>')).toBeGreaterThan(text.indexOf('gained `api net`'));
    expect(text).toContain('updates::main → leaf::answer → helper::tell');
    expect(text).toMatch(
      /in cackle\.toml<\/summary>[^<]*\[pkg\.helper\]\n *allow_apis = \["net"\]/,
    );
  });

  test('rule 6.18: SARIF has a result at the package, the place in the crate, and the path', (context) => {
    const [result, ...others] = runOf(textOf('sarif')).results;
    expect(others).toEqual([]);
    expect(result).toMatchObject({
      ruleId: 'D0001',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'Cargo.lock' } } }],
    });
    expect(
      result?.relatedLocations?.map((at) => at.physicalLocation?.artifactLocation?.uri),
    ).toEqual(['vendor/helper-1.0.0/src/lib.rs', 'vendor/helper-1.0.0/src/lib.rs']);
    expect(result?.codeFlows?.[0]?.threadFlows[0]?.locations.length).toBeGreaterThan(2);
    const validator = sarifValidator();
    if (validator === undefined) context.skip('the validator cannot be had or run here');
    const file = join(directory, 'target/diff.sarif');
    // Without an address of the tool there is none to name.
    const faults = sarifFaults(validator ?? '', file).filter(
      (fault) => !fault.includes('SARIF2005'),
    );
    expect(faults).toEqual([]);
  });
});

test('rule 6.18: a diff that gained nothing is one line of Markdown; junit and a file that cannot be written are refused first', async () => {
  const directory = fixture('updates', { as: 'diff-reports-nothing' });
  await lockVersions(directory, {});
  await repository(directory);
  const diff = (...args: string[]): Promise<Ran> =>
    cackle(['diff', 'HEAD', '--path', directory, ...args]);
  const clean = await diff('--output-format', 'markdown');
  expect([clean.status, clean.stdout.trimEnd().split('\n')]).toEqual([
    0,
    [expect.stringMatching(/^\*\*cackle diff\*\*: gained nothing/)],
  ]);
  for (const [args, said] of [
    [['--output', `junit=${join(directory, 'x')}`], 'a diff has no report of the form junit'],
    [['--output', `sarif=${join(directory, 'missing/x')}`], 'cannot write the sarif report'],
    [['--output-format', 'sarf'], 'is invalid'],
  ] as const) {
    const refused = await diff(...args);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(refused.stderr).not.toContain('Compiling');
  }
  expect(existsSync(join(directory, 'x'))).toBe(false);
});
