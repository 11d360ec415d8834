import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readConfigText, writeConfigText } from '../../engine/config/edit/write.ts';
import { packageRoot } from '../../engine/paths.ts';

const directory = join(packageRoot(), 'target', 'fixtures', 'write');
const file = join(directory, 'cackle.toml');

beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('rule 5.24: the file is replaced whole, with its mode, and nothing else is left', async () => {
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  const inode = statSync(file).ino;
  const read = await readConfigText(file);
  const written = await writeConfigText(read, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(statSync(file).ino).not.toBe(inode);
  expect(readdirSync(directory)).toEqual(['cackle.toml']);
  await writeConfigText(written, 'newer');
  expect(readFileSync(file, 'utf8')).toBe('newer');
});

test('a link stays a link, and what it leads to is replaced', async () => {
  mkdirSync(join(directory, 'shared'));
  writeFileSync(join(directory, 'shared', 'acl.toml'), 'old');
  symlinkSync(join('shared', 'acl.toml'), file);
  await writeConfigText(await readConfigText(file), 'new');
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(directory, 'shared', 'acl.toml'), 'utf8')).toBe('new');
  expect(readdirSync(join(directory, 'shared'))).toEqual(['acl.toml']);
});

test('a file that changed since it was read is left as it is', async () => {
  writeFileSync(file, 'old');
  const read = await readConfigText(file);
  writeFileSync(file, 'theirs');
  await expect(writeConfigText(read, 'ours')).rejects.toThrow(/was changed by somebody else/);
  expect(readFileSync(file, 'utf8')).toBe('theirs');
  expect(readdirSync(directory)).toEqual(['cackle.toml']);
  rmSync(file);
  await expect(writeConfigText(read, 'ours')).rejects.toThrow(/was changed by somebody else/);
});

test('a missing file is created, but not over one that came into being meanwhile', async () => {
  const read = await readConfigText(file);
  expect(read.text).toBe('');
  await writeConfigText(read, 'ours');
  expect(readFileSync(file, 'utf8')).toBe('ours');
  await expect(writeConfigText(read, 'again')).rejects.toThrow(/was changed by somebody else/);
  expect(readFileSync(file, 'utf8')).toBe('ours');
  expect(readdirSync(directory)).toEqual(['cackle.toml']);
});

test('bytes come back as they were: a byte order mark and line ends', async () => {
  const bytes = Buffer.from('\ufeff[common]\r\nversion = 3\r\n');
  writeFileSync(file, bytes);
  const read = await readConfigText(file);
  await writeConfigText(read, read.text);
  expect(readFileSync(file)).toEqual(bytes);
});

test('what cannot be read or written is an error that says what to do', async () => {
  writeFileSync(file, Buffer.from([0x23, 0xff]));
  await expect(readConfigText(file)).rejects.toMatchObject({
    help: 'save it as UTF-8 and try again',
  });
  rmSync(file);
  mkdirSync(file);
  await expect(readConfigText(file)).rejects.toThrow(/it is a directory/);
  rmSync(file, { recursive: true });
  symlinkSync('nowhere', file);
  await expect(writeConfigText(await readConfigText(file), 'x')).rejects.toThrow(/is a link to/);
  const gone = await readConfigText(join(directory, 'no', 'cackle.toml'));
  await expect(writeConfigText(gone, 'x')).rejects.toThrow(/cannot write/);
});

test.skipIf(process.getuid?.() === 0)('a write-protected file is not replaced', async () => {
  writeFileSync(file, 'old');
  const read = await readConfigText(file);
  chmodSync(file, 0o444);
  await expect(writeConfigText(read, 'new')).rejects.toMatchObject({
    help: 'make it and its directory writable for you',
  });
  expect(readFileSync(file, 'utf8')).toBe('old');
});
