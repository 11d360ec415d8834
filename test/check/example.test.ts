import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle } from '../support/cackle.ts';

const copyOf = (name: string): string => {
  const directory = join(packageRoot(), 'target', 'fixtures', name);
  rmSync(directory, { recursive: true, force: true });
  cpSync(join(packageRoot(), 'examples', name), directory, {
    recursive: true,
    filter: (path) => !path.includes('/target/cackle'),
  });
  return directory;
};

test('the bundled example: foobar gained net and a process, nobody else did', async () => {
  const ran = await cackle(['-n', '--path', copyOf('alex')]);
  expect(ran.status).toBe(1);
  expect(ran.stdout).toContain('uses the API `net`, which is not allowed');
  expect(ran.stdout).toContain('uses the API `process` in its build script, which is not allowed');
  expect(ran.stdout).toContain('foobar/src/telemetry.rs:12:');
  expect(ran.stdout).toMatch(
    /alex_tool::main[\s\S]*foobar::greeting[\s\S]*foobar::telemetry::note/,
  );
  expect(ran.stdout).toContain('2 problems, 0 warnings');
});

test('the example with the honest foobar is clean', async () => {
  const ran = await cackle(['-n', '--path', copyOf('alex-fixed')]);
  expect(ran.stdout).toContain('no problems');
  expect(ran.status).toBe(0);
});
