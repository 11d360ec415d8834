import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, config, manifest, short, workspace } from '../support/cackle.ts';

const exported = `[common]
version = 3

# What connects.
[api.net]
include = ["wire::client"]
exclude = ["wire::client::parse"]
`;
const files = (cackleToml: string, exportToml = exported): Record<string, string> => ({
  'Cargo.toml': manifest(
    'user',
    '[dependencies]\nwire = { path = "wire" }\n[workspace]\nexclude = ["wire"]\n',
  ),
  'src/main.rs': 'fn main() { wire::client::connect(); wire::client::parse(); }',
  'wire/Cargo.toml': manifest('wire'),
  'wire/src/lib.rs': 'pub mod client { pub fn connect() {} pub fn parse() {} }',
  'wire/cackle/export.toml': exportToml,
  'cackle.toml': cackleToml,
});
const faults = async (name: string, rest: string, exportToml = exported): Promise<string> => {
  const ran = await cackle(['-n', '--path', workspace(name, files(config(rest), exportToml))]);
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  return ran.stderr;
};

test('rules 2.13, 5.15: import: a warning until cackle.toml says; then NAME::api is judged as any other API', async () => {
  const directory = workspace('imports', files(config()));
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
  expect(await faults('import-unknown', '[pkg.wire]\nimport = ["nett"]\n')).toMatch(
    /cackle\.toml:9:11: wire exports no API `nett`[\s\S]*did you mean `net`\?/,
  );
  expect(await faults('import-none', '[pkg.user]\nimport = ["net"]\n')).toContain(
    'it has no cackle/export.toml',
  );
  expect(await faults('import-absent', '[pkg.wires]\nimport = ["net"]\n')).toMatch(
    /no package `wires` is in the tree[\s\S]*did you mean `wire`\?/,
  );
});

test('a broken export file stops who imports from it, and nobody else', async () => {
  const broken = '[api.net]\ninclud = ["wire::client"]\n';
  expect(await faults('import-broken', '[pkg.wire]\nimport = ["net"]\n', broken)).toMatch(
    /export\.toml:2:1: unknown key `includ`[\s\S]*did you mean `include`\?/,
  );
  const directory = workspace('export-broken', files(config(), broken));
  const report = await check(directory);
  expect(report.problems).toMatchObject([{ kind: 'export-not-imported', readable: false }]);
  expect(report.status).toBe(0);
  rmSync(join(directory, 'wire/cackle/export.toml'));
  expect((await check(directory)).problems).toEqual([]);
});
