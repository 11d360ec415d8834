import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LinkerCommand } from '../../engine/build/linker-command.ts';
import { LibraryDirectories } from '../../engine/build/system-directories.ts';

// Rule 4.2: the linker takes libraries from where it looks, which may depend on the directory that it starts in.

const root = mkdtempSync(join(tmpdir(), 'cackle-directories-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const [one = '', two = ''] = ['one', 'two'].map((name) => {
  mkdirSync(join(root, name, 'near'), { recursive: true });
  return join(root, name);
});
const asked = join(root, 'asked');
const linker = join(root, 'cc');
writeFileSync(linker, `#!/bin/sh\necho "$PWD" >>${asked}\necho "libraries: =near:/usr/lib"\n`);
chmodSync(linker, 0o755);

test.each([
  { what: 'nothing relative', once: true },
  { what: 'an absolute search path', env: { LIBRARY_PATH: '/usr/lib:/lib' }, once: true },
  { what: 'options without paths', options: ['-m64', '-target', 'x86_64-linux-gnu'], once: true },
  { what: 'an absolute directory', options: [`-B${root}`], once: true },
  { what: 'a relative search path', env: { LIBRARY_PATH: '/usr/lib:near' } },
  { what: 'an empty entry of one', env: { PATH: '/usr/bin::/bin' } },
  { what: 'an empty search path', env: { COMPILER_PATH: '' } },
  { what: 'a relative directory', options: ['-Bnear'] },
  { what: 'a relative root', options: ['--sysroot=near'], sysroot: 'near' },
  { what: 'a relative root behind its option', options: ['--sysroot', 'near'], sysroot: 'near' },
])('rule 4.2: a linker is asked in each directory if its answer may differ: $what', async (row) => {
  const {
    env = {},
    options = [],
    sysroot,
    once = false,
  } = row as {
    readonly env?: Record<string, string>;
    readonly options?: readonly string[];
    readonly sysroot?: string;
    readonly once?: boolean;
  };
  rmSync(asked, { force: true });
  const directories = new LibraryDirectories();
  const command = { searchOptions: options, sysroot } as LinkerCommand;
  const environment = new Map(Object.entries({ PATH: '/usr/bin:/bin', ...env }));
  const found = (cwd: string) => directories.directoriesOf(linker, command, environment, cwd);
  // Whoever asked first, each directory has its own answer.
  expect(await found(one)).toContain(join(one, 'near'));
  expect(await found(two)).toContain(join(two, 'near'));
  expect(await found(two)).not.toContain(join(one, 'near'));
  expect(existsSync(asked)).toBe(true);
  const from = new Set(readFileSync(asked, 'utf8').trim().split('\n'));
  expect([...from]).toEqual(once ? [one] : [one, two]);
});
