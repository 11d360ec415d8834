import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';

/** What is said of a cackle.toml, and of the export file that it imports from, by a check that is not made. */
const faults = async (rest: string, name = 'import-exported-api'): Promise<string> => {
  const ran = await cackle(['-n', '--path', fixture(name, { config: rest })]);
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  return ran.stderr;
};

test('rules 2.13, 5.15: import: a warning until cackle.toml says; then NAME::api is judged as any other API', async () => {
  const directory = fixture('import-exported-api');
  const first = await check(directory);
  expect(first.problems.map(short)).toEqual(['export-not-imported wire']);
  expect(first.status).toBe(0);

  const says = (rest: string): void => writeFileSync(join(directory, 'cackle.toml'), config(rest));
  says('[pkg.wire]\nimport = []\n');
  expect((await check(directory)).problems).toEqual([]);

  says('[pkg.wire]\nimport = ["net"]\n');
  const report = await check(directory);
  expect(report.problems.map(short)).toEqual(['disallowed-api user wire::net']);
  const [problem] = report.problems;
  const targets = problem && 'usages' in problem ? problem.usages.map((u) => u.target) : [];
  expect(targets).toEqual(['wire::client::connect']);
  expect(report.status).toBe(1);

  says('[pkg.wire]\nimport = ["net"]\n[pkg.user]\nallow_apis = ["wire::net"]\n');
  expect((await check(directory)).problems).toEqual([]);

  // The file's own definition of the same name is merged in.
  says(
    '[pkg.wire]\nimport = ["net"]\n[pkg.user]\nallow_apis = ["wire::net"]\n[api."wire::net"]\nexclude = ["wire::client::connect"]\n',
  );
  expect((await check(directory)).problems.map(short)).toEqual(['unused-allow-api user wire::net']);
});

test('rule 2.13: import of what is not exported, of who exports nothing, of who is not there', async () => {
  expect(await faults('[pkg.wire]\nimport = ["nett"]\n')).toMatch(
    /cackle\.toml:9:11: wire exports no API `nett`[\s\S]*did you mean `net`\?/,
  );
  expect(await faults('[pkg.user]\nimport = ["net"]\n')).toContain('it has no cackle/export.toml');
  expect(await faults('[pkg.wires]\nimport = ["net"]\n')).toMatch(
    /no package `wires` is in the tree[\s\S]*did you mean `wire`\?/,
  );
});

test('a broken export file stops who imports from it, and nobody else', async () => {
  expect(await faults('[pkg.wire]\nimport = ["net"]\n', 'export-broken')).toMatch(
    /export\.toml:2:1: unknown key `includ`[\s\S]*did you mean `include`\?/,
  );
  const directory = fixture('export-broken');
  const report = await check(directory);
  expect(report.problems).toMatchObject([{ kind: 'export-not-imported', readable: false }]);
  expect(report.status).toBe(0);
  rmSync(join(directory, 'wire/cackle/export.toml'));
  expect((await check(directory)).problems).toEqual([]);
});
