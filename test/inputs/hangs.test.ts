import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sources } from '../../cli/ui-worker/source.ts';
import { linkFiles } from '../../engine/build/link-inputs.ts';
import { parseLinkerArguments } from '../../engine/build/linker-arguments.ts';
import { expandLinkerArguments } from '../../engine/build/response-file.ts';
import { readConfigText } from '../../engine/config/edit/write.ts';
import { readTreeSettings } from '../../engine/config/tree-settings.ts';
import {
  contentHash,
  contentHashes,
  isSameContent,
  UNKNOWN_CONTENT,
} from '../../engine/facts/content.ts';
import {
  instructionsOf,
  watchedPaths,
  withoutInstructions,
} from '../../engine/judge/build-instructions.ts';
import { readRegularFile, readRegularStart } from '../../engine/regular-file.ts';
import { parseDepInfo } from '../../engine/workspace/dep-info.ts';
import { lockedPackages } from '../../engine/workspace/lock-file.ts';

const place = (): string => mkdtempSync(join(tmpdir(), 'cackle-hangs-'));

function pipe(path: string): string {
  execFileSync('mkfifo', [path]);
  return path;
}

test('rule 9.13: a file that others named is a regular one of a size that makes sense', () => {
  const directory = place();
  for (const path of ['/dev/zero', '/dev/full', pipe(join(directory, 'pipe'))])
    expect(() => readRegularFile(path)).toThrow('it is not a file');
  expect(() => readRegularFile(directory)).toThrow('EISDIR');
  expect(() => readRegularFile(join(directory, 'none'))).toThrow('ENOENT');
  const file = join(directory, 'file');
  writeFileSync(file, 'x'.repeat(3 << 20));
  expect(readRegularFile(file)).toHaveLength(3 << 20);
  expect(() => readRegularFile(file, 2 << 20)).toThrow('more than 2 MiB');
  // It has no size that stat knows.
  expect(readRegularFile('/proc/self/status').toString()).toContain('Name:');
});

test('nobody waits for a pipe that has the name of a file, or reads what never ends', async () => {
  const directory = place();
  pipe(join(directory, 'Cargo.lock'));
  pipe(join(directory, 'cackle.toml'));
  pipe(join(directory, 'source.rs'));
  const config = join(directory, 'cackle.toml');
  expect(lockedPackages(directory)).toBeUndefined();
  expect(await readTreeSettings(config)).toMatchObject({
    ...{ targets: [], builds: [], buildFlags: [] },
    features: { features: [], all: false, noDefault: false },
  });
  await expect(readConfigText(config)).rejects.toThrow(`cannot read ${config}: it is not a file`);
  expect(() => readRegularStart(join(directory, 'source.rs'), 4)).toThrow('it is not a file');
  const sources = new Sources(
    () => undefined,
    (text) => text,
  );
  for (const file of [join(directory, 'source.rs'), '/dev/zero'])
    expect(await sources.around({ file, line: 1, column: 1, counts: 'characters', text: '' })).toBe(
      'It cannot be shown: it is not a file.',
    );
  const file = join(directory, 'short');
  writeFileSync(file, 'ab');
  expect(readRegularStart(file, 4).toString()).toBe('ab');
});

test('rule 9.13: what is watched is looked at within a limit, each directory once', () => {
  const directory = place();
  const deep = join(directory, 'deep');
  mkdirSync(join(deep, 'a/b'), { recursive: true });
  writeFileSync(join(deep, 'a/b/file'), 'text');
  const before = contentHash(deep);
  expect(contentHash(deep)).toBe(before);
  writeFileSync(join(deep, 'a/b/file'), 'other');
  expect(contentHash(deep)).not.toBe(before);
  // Each of the two links doubles the paths that lead to the file, forty times.
  symlinkSync('../..', join(deep, 'a/b/up'));
  symlinkSync('.', join(deep, 'a/b/again'));
  symlinkSync('loop', join(deep, 'loop'));
  pipe(join(deep, 'pipe'));
  symlinkSync('/dev/zero', join(deep, 'zero'));
  expect(contentHash(deep)).toMatch(/^[0-9a-f]{40}$/);
  expect(contentHashes([deep, deep], { entries: 20, bytes: 100 })).toHaveLength(2);

  const many = join(directory, 'many');
  mkdirSync(many);
  for (let n = 0; n < 100; n++) writeFileSync(join(many, `${n}`), 'x'.repeat(1 << 12));
  const limit = { entries: 101, bytes: 100 << 12 };
  expect(contentHashes([many], limit)).toHaveLength(1);
  const files = { path: many, why: 'more than 100 files' };
  expect(contentHashes([many], { ...limit, entries: 100 })).toEqual(files);
  // The limit is that of all paths together.
  expect(contentHashes(['/nowhere', many], limit)).toEqual({
    path: many,
    why: 'more than 101 files',
  });
  expect(contentHashes([many], { ...limit, bytes: (100 << 12) - 1 })).toMatchObject({ path: many });
  expect(contentHashes(['/proc'])).toMatchObject({ path: '/proc' });
  expect(contentHashes(['/sys'])).toMatchObject({ path: '/sys' });
  // It may wait for what the kernel has to say, and so it is not opened.
  expect(contentHashes(['/proc/self/status', '/proc/kmsg'])).toEqual(['absent', 'absent']);
});

test('rule 10.2: content that is not known never equals what is found', () => {
  expect(isSameContent('a', 'a')).toBe(true);
  expect(isSameContent('a', 'b')).toBe(false);
  expect(isSameContent(UNKNOWN_CONTENT, UNKNOWN_CONTENT)).toBe(false);
});

test('a build script that names nothing is told from one that names all', () => {
  expect(watchedPaths(Buffer.from('cargo:rustc-cfg=x\n'))).toBeUndefined();
  expect(watchedPaths(Buffer.from('cargo:rerun-if-env-changed=X\n'))).toEqual([]);
  expect(watchedPaths(Buffer.from('cargo::rerun-if-changed=/\n'))).toEqual(['/']);
  // To cargo a mark at the start is a part of the line.
  expect(watchedPaths(Buffer.from('\ufeffcargo::rerun-if-changed=/\n'))).toBeUndefined();
});

test('a hundred thousand instructions are taken out of what a build script printed', () => {
  const lines = Array.from({ length: 100_000 }, (_, n) => `cargo:rustc-env=A${n}=1`);
  const printed = Buffer.from(`${lines.join('\n')}\ncargo:warning=x\n`);
  const refused = instructionsOf(printed) ?? [];
  expect(refused).toHaveLength(lines.length);
  // Compared with each other they would be looked at 10^10 times.
  expect(withoutInstructions(printed, refused)).toBe('cargo:warning=x\n');
});

test('a line of a build script, and dep-info, are read in time whatever is repeated in them', () => {
  const blanks = ' '.repeat(400_000);
  const printed = Buffer.from(`${blanks}cargo:rustc-env=A=${blanks}b${blanks}\n${blanks}x\n`);
  const said = `cargo:rustc-env=A=${blanks}b`;
  expect(instructionsOf(printed)).toEqual([said]);
  expect(withoutInstructions(printed, [said])).toBe(`${blanks}x\n`);
  expect(parseDepInfo(`a.d: a\n\na:\n${'\n'.repeat(400_000)}x`)).toBeUndefined();
});

test('response files that name each other end', () => {
  const directory = place();
  // Each names itself twice: 2^32 files within the nesting that is allowed.
  writeFileSync(join(directory, 'twice'), '@twice @twice');
  expect(() => expandLinkerArguments(['@twice'], directory)).toThrow('nested without end');
  for (let n = 0; n < 16; n++)
    writeFileSync(join(directory, `${n}`), `@${n + 1} @${n + 1} -Wl,@${n + 1}`);
  writeFileSync(join(directory, '16'), '-lx');
  expect(() => expandLinkerArguments(['@0'], directory)).toThrow('2000 response files');
  const all = Array.from({ length: 200_000 }, (_, n) => `-lx${n}`);
  writeFileSync(join(directory, 'long'), all.join('\n'));
  expect(expandLinkerArguments(['@long'], directory)).toHaveLength(all.length);
  const left = { files: 2000, characters: 1 << 20 };
  writeFileSync(join(directory, 'large'), `@large ${'x'.repeat(1 << 19)}`);
  expect(() =>
    expandLinkerArguments(['@large'], directory, readRegularFile, { depth: 0, left }),
  ).toThrow('hold too much');
  pipe(join(directory, 'pipe'));
  expect(() => expandLinkerArguments(['@pipe'], directory)).toThrow('it is not a file');
});

test('linker scripts end, and none is read in part', async () => {
  const directory = place();
  const unsupported = async (...args: string[]): Promise<string[]> => {
    const places = { libraryPath: [], system: async () => [] };
    const command = parseLinkerArguments(['-o', 'out', ...args], directory);
    return (await linkFiles(command, directory, places)).unsupported;
  };
  writeFileSync(join(directory, 'object.o'), readElfStart());
  writeFileSync(join(directory, 'short'), 'INPUT(object.o)');
  expect(await unsupported('short')).toEqual([]);
  // A linker reads on where we had stopped.
  writeFileSync(join(directory, 'long'), `INPUT(object.o)${' '.repeat(70_000)}INPUT(hidden.o)`);
  expect(await unsupported('long')).toEqual([
    `${join(directory, 'long')} (neither an object nor a library)`,
  ]);
  for (let n = 0; n < 7; n++)
    writeFileSync(join(directory, `s${n}`), `INPUT(${`s${n + 1} `.repeat(20)})`);
  writeFileSync(join(directory, 's7'), 'INPUT(object.o)');
  const found = await unsupported('s0');
  expect(found.some((text) => text.endsWith('(too many linker scripts)'))).toBe(true);
});

function readElfStart(): Buffer {
  const start = Buffer.alloc(64);
  start.write('\x7fELF\x02\x01\x01', 'latin1');
  start.writeUInt16LE(1, 16);
  return start;
}
