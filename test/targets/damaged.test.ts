import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distPath, packageRoot } from '../../engine/paths.ts';
import { archive } from '../inputs/elf.ts';
import { refused } from '../inputs/support.ts';
import { fixture } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';

// Rule 9.12 for objects of other systems. What each of their numbers may say: *crate* `fields`.

const SOURCE =
  '#![no_std] extern "C" { fn helper(i: i32) -> i32; } #[no_mangle] pub extern "C" fn native(i: i32) -> i32 { unsafe { helper(i) } }';

/** What rustc makes of the source for a target. */
function object(directory: string, target: string): Buffer {
  const options = ['--crate-type=lib', '--edition=2021', '-Cdebuginfo=1', '--target', target];
  writeFileSync(join(directory, 'native.rs'), SOURCE);
  execFileSync('rustc', [...options, `--emit=obj=${target}.o`, 'native.rs'], { cwd: directory });
  return readFileSync(join(directory, `${target}.o`));
}

/** A copy with another number of 32 bits. */
function changed(bytes: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, offset);
  return copy;
}

/** Where section headers stand, how long one is, and in it the size, place of content, and place of relocations. */
const ofWindows = { headers: 20, length: 40, size: 16, content: 20, relocations: 24 };
const ofMacos = { headers: 104, length: 80, size: 40, content: 48, relocations: 56 };
const layouts = {
  'x86_64-pc-windows-gnu': ofWindows,
  'x86_64-pc-windows-msvc': ofWindows,
  'x86_64-apple-darwin': ofMacos,
  'aarch64-apple-darwin': ofMacos,
};

/** The header of the first section that has relocations. */
function patchedSection(bytes: Buffer, { headers, length, relocations }: typeof ofMacos): number {
  let header = headers;
  while (bytes.readUInt32LE(header + relocations) === 0) header += length;
  return header;
}

describe.skipIf(noTargets !== undefined)(
  `damaged objects of other systems ${noTargets ?? ''}`,
  () => {
    const directory = join(packageRoot(), 'target', 'fixtures', 'damaged-foreign');
    let pool: Piscina;
    beforeAll(() => {
      rmSync(directory, { recursive: true, force: true });
      mkdirSync(directory, { recursive: true });
      pool = new Piscina({ filename: distPath('extract-worker.js'), minThreads: 1, maxThreads: 1 });
    });
    afterAll(() => pool.destroy());

    test.each(Object.entries(layouts))('%s: file, member and reason', async (target, at) => {
      const good = object(directory, target);
      const header = patchedSection(good, at);
      const relocations = good.readUInt32LE(header + at.relocations);
      const lies: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
        'a section beyond the file': [
          changed(good, header + at.content, 0x7fff_fff0),
          /section \d+ of \d+ bytes lies outside the file/,
        ],
        'a section longer than the file': [
          changed(good, header + at.size, 0x7fff_fff0),
          /section \d+ of 2147483632 bytes lies outside the file/,
        ],
        'relocations beyond the file': [
          changed(good, header + at.relocations, 0x7fff_fff0),
          /section \d+: .*relocation/,
        ],
        'a relocation outside its section': [
          changed(good, relocations, 0x00ff_fff0),
          /relocation.* outside/,
        ],
        'a relocation of a symbol that is not there': [
          changed(
            good,
            relocations + 4,
            // Mach-O has the kind in the highest byte.
            target.includes('apple')
              ? good.readUInt32LE(relocations + 4) | 0x00ff_ffff
              : 0x00ff_ffff,
          ),
          /symbol 16777215, which is not there/,
        ],
        'half of it': [good.subarray(0, good.length / 2), /./],
      };
      for (const [lie, [bytes, reason]] of Object.entries(lies)) {
        const path = join(directory, `${lie}.a`);
        writeFileSync(path, archive({ 'good.o': good, 'liar.o': bytes }));
        const job = { kind: 'extract', paths: [path], debugInfo: true, stores: [directory] };
        const refusal = pool.run(job);
        await expect(refusal, lie).rejects.toThrow(`cannot read ${path}: member liar.o: `);
        await expect(refusal, lie).rejects.toThrow(reason);
      }
    });

    test('a static library of a package ends the check, whatever it is of', async () => {
      const target = 'x86_64-pc-windows-gnu';
      const good = object(directory, target);
      const at = layouts[target];
      const liar = changed(good, patchedSection(good, at) + at.content, 0x7fff_fff0);
      const workspace = fixture('native-archive', {
        files: { 'libnative.a': archive({ 'good.o': good, 'liar.o': liar }) },
      });
      const stderr = await refused(workspace, ['--target', target]);
      expect(stderr).toMatch(
        /cannot read \S+libnative\.a: member liar\.o: section \d+ of \d+ bytes lies outside the file/,
      );
    });
  },
);
