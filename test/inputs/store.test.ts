import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, config, manifest, workspace } from '../support/cackle.ts';

const simple = (cackleToml: string): Record<string, string> => ({
  'Cargo.toml': manifest('simple'),
  'src/main.rs': 'fn main() { println!("{}", std::env::args().count()); }',
  'cackle.toml': cackleToml,
});

describe('what cannot be checked exits 2 and says what to do (spec 6)', () => {
  const refused = async (
    name: string,
    files: Record<string, string>,
    args: string[] = [],
    env = {},
  ) => {
    const ran = await cackle(['-n', '--path', workspace(name, files), ...args], env);
    expect(ran.stdout).toBe('');
    expect(ran.status).toBe(2);
    return ran.stderr;
  };

  test('no cackle.toml', async () => {
    const { 'cackle.toml': _, ...files } = simple('');
    expect(await refused('no-config', files)).toContain('there is no such file');
  });

  test('no Cargo.toml', async () => {
    const ran = await cackle(['-n', '--path', '/']);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('Cargo.toml');
  });

  test('no cargo', async () => {
    expect(await refused('no-cargo', simple(config()), [], { CARGO: '/nowhere/cargo' })).toContain(
      '/nowhere/cargo',
    );
  });

  test('text that is no TOML', async () => {
    expect(await refused('no-toml', simple('[common\nversion = 3\n'))).toMatch(
      /cackle\.toml:2:1: this is not TOML/,
    );
  });

  test('an unknown key, with the nearest one', async () => {
    const stderr = await refused(
      'unknown-key',
      simple(config('[pkg.simple]\nalow_apis = ["env"]\n')),
    );
    expect(stderr).toMatch(/cackle\.toml:9:1: unknown key `alow_apis`/);
    expect(stderr).toContain('did you mean `allow_apis`?');
  });

  test('an API that is not defined, and one that is allowed twice', async () => {
    expect(
      await refused('unknown-api', simple(config('[pkg.simple]\nallow_apis = ["evn"]\n'))),
    ).toContain('did you mean `env`?');
    expect(
      await refused('twice', simple(config('[pkg.simple]\nallow_apis = ["env", "env"]\n'))),
    ).toContain('twice');
  });

  test("a compile error is cargo's own message", async () => {
    const stderr = await refused('broken', {
      ...simple(config()),
      'src/main.rs': 'fn main() { let x: u8 = "no"; }',
    });
    expect(stderr).toContain('mismatched types');
    expect(stderr).toContain('does not compile');
  });

  test('an unknown option', async () => {
    const ran = await cackle(['-n', '--no-such-option']);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('--no-such-option');
  });
});

test('a second check extracts nothing, and lost or damaged facts are made again', async () => {
  const directory = workspace('stored', simple(config('[pkg.simple]\nallow_apis = ["env"]\n')));
  const first = await check(directory);
  expect(first.problems).toEqual([]);
  const second = await check(directory);
  expect(second.counts.objectsExtracted).toBe(0);
  expect(second.counts.unitsBuilt).toBe(0);
  const facts = join(directory, 'target', '.cackle', 'facts');
  const files = readdirSync(facts, { recursive: true, withFileTypes: true }).filter((f) =>
    f.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    writeFileSync(path, readFileSync(path).subarray(0, 100));
  }
  expect((await check(directory)).problems).toEqual([]);
  rmSync(join(directory, 'target', '.cackle'), { recursive: true });
  const again = await check(directory);
  expect(again.problems).toEqual([]);
  expect(again.counts.unitsBuilt).toBeGreaterThan(0);
});

test('a path with spaces, quotes and letters outside ASCII', async () => {
  const report = await check(workspace(`odd "näme" it's`, simple(config())));
  expect(report.problems.map((p) => p.kind)).toEqual(['disallowed-api']);
});

test('two checks at once do not harm each other', async () => {
  const directory = workspace('twins', simple(config()));
  const [a, b] = await Promise.all([check(directory), check(directory)]);
  expect(a?.problems).toEqual(b?.problems);
});
