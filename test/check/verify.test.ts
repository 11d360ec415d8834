import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

// Rule 10.4: --verify hashes what cargo calls fresh instead of trusting path, size, mtime and inode, and the sources
// that it was made from: cargo itself does not see a change behind an mtime that was put back.

const directory = fixture('verified');

const verified = async (...args: string[]) => {
  const { problems, counts } = await check(directory, args);
  return { found: problems.map(short).sort(), built: counts.unitsBuilt, problems };
};

/** Writes other bytes of the same length behind the same time. */
function change(path: string, edit: (bytes: Buffer) => Buffer): void {
  const reference = join(directory, 'target', 'reference');
  // Node sets no nanoseconds.
  writeFileSync(reference, '');
  execFileSync('touch', ['-r', path, reference]);
  const bytes = readFileSync(path);
  const changed = edit(bytes);
  expect(changed.length).toBe(bytes.length);
  expect(changed.equals(bytes)).toBe(false);
  writeFileSync(path, changed);
  execFileSync('touch', ['-r', reference, path]);
}

const replace = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString().replaceAll(from, to));

const base = ['disallowed-api lib env', 'disallowed-build-instruction lib'];

beforeAll(async () => {
  expect((await verified()).found).toEqual(base);
});

test('what is unchanged is not built again', async () => {
  expect(await verified('--verify')).toMatchObject({ found: base, built: 0 });
});

test('a source and an included file behind the same time and size', async () => {
  const source = join(directory, 'crates/lib/src/lib.rs');
  change(source, replace('std::env::vars ()', 'std::fs::read("")'));
  // Cargo does not see it, and without --verify nor do we.
  expect((await verified()).found).toEqual(base);
  const seen = await verified('--verify');
  expect(seen.found).toEqual(['disallowed-api lib fs', 'disallowed-build-instruction lib']);
  expect(seen.built).toBeGreaterThan(0);
  change(source, replace('std::fs::read("")', 'std::env::vars ()'));
  expect((await verified('--verify')).found).toEqual(base);
  const part = join(directory, 'crates/lib/src/part.rs');
  change(part, replace('{ let _ = 1; }', '{ unsafe {}; }'));
  expect((await verified('--verify')).found).toEqual([
    'disallowed-api lib env',
    'disallowed-build-instruction lib',
    'disallowed-unsafe lib',
  ]);
  change(part, replace('{ unsafe {}; }', '{ let _ = 1; }'));
  expect(await verified('--verify')).toMatchObject({ found: base });
  expect(await verified('--verify')).toMatchObject({ found: base, built: 0 });
});

test('a file that a build script watches', async () => {
  const file = join(directory, 'crates/lib/seen.txt');
  const instruction = (report: Awaited<ReturnType<typeof verified>>) =>
    report.problems.flatMap((p) => ('instructions' in p ? p.instructions : []));
  change(file, () => Buffer.from('net'));
  expect(instruction(await verified())).toEqual(['cargo:rustc-link-search=/env']);
  expect(instruction(await verified('--verify'))).toEqual(['cargo:rustc-link-search=/net']);
  change(file, () => Buffer.from('env'));
  expect((await verified('--verify')).found).toEqual(base);
});

test.each([
  // By the time of the change, which nobody sets: what a build script did to a library must not wait for --verify.
  ['an rlib', /^liblib-.*\.rlib$/, 'deps', true],
  ['metadata', /^liblib-.*\.rmeta$/, 'deps', true],
  ['a proc macro', /^libmade-.*\.so$/, 'deps', true],
  // It is looked at when it would start.
  ['a build script', /^build_script_build-.*\.cackle-real$/, 'build', false],
])('%s that was changed behind the same time is made again', async (_, name, below, isSeen) => {
  const root = join(directory, 'target', 'cackle', below);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    name.test(entry.name),
  );
  expect(files).toHaveLength(1);
  const path = join(files[0]?.parentPath ?? '', files[0]?.name ?? '');
  change(path, (bytes) => {
    const changed = Buffer.from(bytes);
    const at = changed.length - 100;
    changed[at] = (changed[at] as number) ^ 1;
    return changed;
  });
  const plain = await verified();
  expect(plain.found).toEqual(base);
  expect(plain.built > 0).toBe(isSeen);
  const seen = await verified('--verify');
  expect(seen.found).toEqual(base);
  expect(seen.built > 0).toBe(!isSeen);
  expect(await verified('--verify')).toMatchObject({ found: base, built: 0 });
});
