import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageRoot } from '../engine/paths.ts';

const run = promisify(execFile);

test('rule 6.1: the npm package works in an empty directory, from npx and as `cargo acl`', async () => {
  const directory = join(packageRoot(), 'target', 'fixtures', 'npm package');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  // `prepack` would build; the suite runs on what is built.
  const packed = await run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', directory],
    { cwd: packageRoot() },
  );
  const [{ filename, files }] = JSON.parse(packed.stdout) as [
    { filename: string; files: { path: string }[] },
  ];
  const paths = files.map(({ path }) => path);
  const license = ['LICENSE-MIT', 'LICENSE-APACHE'];
  for (const needed of [
    'README.md',
    ...license,
    'dist/shim-src/main.rs',
    'dist/launcher-src/Cargo.lock',
    'dist/launcher-src/src/main.rs',
    'dist/man/cackle.1',
    'dist/html/page.js',
    'dist/html/page-style.css',
    'schemas/cackle.toml.schema.json',
    'schemas/cackle.lock.schema.json',
  ])
    expect(paths).toContain(needed);
  expect(paths.filter((path) => path.endsWith('_bg.wasm'))).toHaveLength(1);
  expect(paths.filter((path) => /^(?:engine|test|examples|setup|wasm)\//.test(path))).toEqual([]);

  writeFileSync(join(directory, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`], {
    cwd: directory,
  });
  const example = join(directory, 'alex');
  cpSync(join(packageRoot(), 'examples', 'alex'), example, {
    recursive: true,
    filter: (path) => !path.includes('/target'),
  });
  const binaries = join(directory, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${binaries}:${process.env.PATH}` };
  for (const [program, ...args] of [[join(binaries, 'cackle')], ['cargo', 'acl']] as const) {
    const failed = await run(program, [...args, '-n', '--path', example], { env }).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout).toContain('foobar::telemetry::send');
  }
});
