import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeFacts } from '../../engine/facts/codec.ts';
import { factsPath } from '../../engine/facts/files.ts';
import { readFacts } from '../../engine/facts/seal.ts';
import { factString } from '../../engine/facts/tables.ts';
import { distPath, packageRoot } from '../../engine/paths.ts';
import { emptyCache } from '../support/cache.mjs';
import { cackle, check, fixture, run } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';
import { archive, Elf } from './elf.ts';
import { expectClean, expectRefusal, refused } from './support.ts';

// Rule 9.12: an object that cannot be read fails the check, by file, member and reason.

const SOURCE = `#ifdef PLAIN
int native(int i) { return i; }
#else
int helper(int);
static int table[3] = { 1, 2, 3 };
int (*const pointers[])(int) = { helper };
int native(int i) { return helper(table[i]) + pointers[0](i); }
#endif
`;

/** An object that the local C compiler made. */
function object(name: string, ...options: string[]): Buffer {
  const directory = join(packageRoot(), 'target', 'fixtures', 'objects');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.c`), SOURCE);
  execFileSync(
    'cc',
    ['-c', '-g', '-fno-asynchronous-unwind-tables', ...options, `${name}.c`, '-o', `${name}.o`],
    { cwd: directory },
  );
  return readFileSync(join(directory, `${name}.o`));
}

const libraries = execFileSync('rustc', ['--print', 'target-libdir'], { encoding: 'utf8' }).trim();
const good = object('good', '-O1', '-ffunction-sections');
const elf = (): Elf => new Elf(good);
const SYMBOL = 24;

/** Everything that lies, with what is said of it. */
const lies: Readonly<Record<string, readonly [Buffer, RegExp]>> = (() => {
  const e = elf();
  const text = e.section('.text.native');
  const symbols = e.section('.symtab');
  const rela = e.content('.rela.text.native');
  return {
    'a section beyond the file': [elf().u64(text + 24, 1n << 40n), /section/],
    'a section longer than the file': [elf().u64(text + 32, 1n << 31n), /section/],
    'a section of 2^63 bytes': [elf().u64(text + 32, 1n << 63n), /section \d+ claims/],
    'a huge count of symbols': [elf().u64(symbols + 32, 24n << 32n), /section|symbol/],
    'a huge count of sections': [elf().u16(60, 0xffff), /section/],
    'section headers beyond the file': [elf().u64(40, 1n << 50n), /section/],
    'a name table that is no section': [elf().u16(62, 0xfff0), /section|string/],
    'a relocation of an offset out of range': [elf().u64(rela, 1n << 33n), /relocation/],
    'a relocation just behind its section': [
      elf().u64(rela, e.bytes.readBigUInt64LE(text + 32)),
      /relocation/,
    ],
    'a relocation of a symbol that is not there': [
      elf().u32(rela + 12, 0x00ff_ffff),
      /relocation|symbol/,
    ],
    'relocations of a section that is not there': [
      elf().u32(e.section('.rela.text.native') + 44, 0xfff0),
      /relocation|section/,
    ],
    'a symbol in a section that is not there': [
      elf().u16(e.content('.symtab') + SYMBOL * lastSymbol(e) + 6, 0xfe00),
      /symbol|section/,
    ],
    'a symbol name beyond its table': [
      elf().u32(e.content('.symtab') + SYMBOL * lastSymbol(e), 0xffff_fff0),
      /symbol|string/,
    ],
    'an executable': [elf().u16(16, 2), /not a relocatable object/],
    'an unknown ELF class': [
      Buffer.concat([good.subarray(0, 4), Buffer.from([9]), good.subarray(5)]),
      /class/,
    ],
    'something else': [
      Buffer.from('hello, I am an object\n'),
      /neither an object file \(ELF, COFF, Mach-O\) nor/,
    ],
  };
})();

function lastSymbol(e: Elf): number {
  return Number(e.bytes.readBigUInt64LE(e.section('.symtab') + 32)) / SYMBOL - 1;
}

describe('through the workers', () => {
  const directory = join(packageRoot(), 'target', 'fixtures', 'worker');
  let pool: Piscina;
  let jobs = 0;
  const extract = async (bytes: Buffer, name = `${jobs++}.a`) => {
    writeFileSync(join(directory, name), bytes);
    const job = { kind: 'extract', paths: [join(directory, name)], debugInfo: true };
    const { value } = (await pool.run({ ...job, stores: [join(directory, 'facts')] })) as {
      value: { facts: string; members: number };
    };
    return value;
  };

  beforeAll(() => {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    // One worker, so that each job meets what the one before has left.
    pool = new Piscina({ filename: distPath('extract-worker.js'), minThreads: 1, maxThreads: 1 });
  });
  afterAll(() => pool.destroy());

  /** The facts of the good archive, extracted anew. */
  async function goodFacts(): Promise<Buffer> {
    rmSync(join(directory, 'facts'), { recursive: true, force: true });
    const { facts, members } = await extract(archive({ 'good.o': good }), 'good.a');
    expect(members).toBe(1);
    return factsOf(facts);
  }

  function factsOf(hash: string): Buffer {
    return readFacts(factsPath(join(directory, 'facts'), hash));
  }

  test('each lie is refused by file and member, and leaves the worker as good as new', async () => {
    const expected = await goodFacts();
    for (const [lie, [bytes, reason]] of Object.entries(lies)) {
      const path = `${lie}.a`;
      const refusal = extract(archive({ 'good.o': good, 'liar.o': bytes }), path);
      await expect(refusal, lie).rejects.toThrow(
        `cannot read ${join(directory, path)}: member liar.o: `,
      );
      await expect(extract(bytes, path), lie).rejects.toThrow(reason);
    }
    expect((await goodFacts()).equals(expected)).toBe(true);
  });

  test('cut anywhere: refused, or as if nothing were missing', async () => {
    const whole = archive({ 'good.o': good, 'second.o': good });
    const first = 8 + 60 + good.length + (good.length % 2);
    const expected = await goodFacts();
    for (let i = 1; i < 40; i++) {
      const length = Math.floor((whole.length * i) / 40);
      // Cut between two members, an archive is a whole one with less in it.
      if (length === first) continue;
      await expect(extract(whole.subarray(0, length)), `at ${length}`).rejects.toThrow(
        'cannot read ',
      );
    }
    for (let i = 1; i < 40; i++) {
      const length = Math.floor((good.length * i) / 40);
      await expect(extract(good.subarray(0, length)), `object at ${length}`).rejects.toThrow(
        'cannot read ',
      );
    }
    await expect(extract(Buffer.alloc(0))).rejects.toThrow(
      'neither an object file (ELF, COFF, Mach-O) nor an archive',
    );
    expect((await goodFacts()).equals(expected)).toBe(true);
  });

  test('objects that are read as one are what an archive of them is; the one at fault is named', async () => {
    const together = async (objects: Readonly<Record<string, Buffer>>) => {
      const paths = Object.entries(objects).map(([name, bytes]) => {
        writeFileSync(join(directory, name), bytes);
        return join(directory, name);
      });
      const job = { kind: 'extract', paths, debugInfo: true, stores: [join(directory, 'facts')] };
      const { value } = (await pool.run(job)) as { value: { facts: string; members: number } };
      return { ...value, content: factsOf(value.facts) };
    };
    const odd = object('odd', '-O2');
    const objects = {
      'good.o': good,
      'padded.o': Buffer.concat([odd, Buffer.alloc(1)]),
      'odd.o': odd,
    };
    const { facts } = await extract(archive(objects));
    const asArchive = factsOf(facts);
    const asOne = await together(objects);
    expect(asOne.members).toBe(3);
    expect(asOne.content.equals(asArchive)).toBe(true);
    const long = 'a-name-that-does-not-fit.into-the-header.of-a-member.rcgu.o';
    const named = decodeFacts((await together({ [long]: good, 'odd.o': odd })).content);
    expect([...named.memberName].map((id) => factString(named, id))).toEqual([long, 'odd.o']);
    await expect(together({ 'good.o': good, 'bad.o': Buffer.from('no object') })).rejects.toThrow(
      `cannot read ${join(directory, 'bad.o')}: neither an object file (ELF, COFF, Mach-O) nor an archive`,
    );
    await expect(together({ 'good.o': good, 'empty.o': Buffer.alloc(0) })).rejects.toThrow(
      `cannot read ${join(directory, 'empty.o')}: neither an object file (ELF, COFF, Mach-O) nor an archive`,
    );
  });

  test('symbol names that are not UTF-8 are kept, byte by byte', async () => {
    const strings = good.indexOf('helper\0');
    const odd = Buffer.from(good);
    odd[strings] = 0xff;
    await expect(extract(archive({ 'odd.o': odd }))).resolves.toMatchObject({ members: 1 });
  });

  test('a file that is not there', async () => {
    const job = { kind: 'extract', paths: ['/nowhere/x.a'], debugInfo: true, stores: [directory] };
    await expect(pool.run(job)).rejects.toThrow('cannot read /nowhere/x.a: it does not exist');
  });
});

test('a parser that stops for good is an error by file and member, and the next job has a new one', async () => {
  const [std] = readdirSync(libraries).filter((f) => /^libstd-.*\.rlib$/.test(f)) as [string];
  const [small] = readdirSync(libraries).filter((f) => /^libcfg_if-.*\.rlib$/.test(f)) as [string];
  const store = join(packageRoot(), 'target', 'fixtures', 'stopped');
  rmSync(store, { recursive: true, force: true });
  // 64 KiB a page: enough to hold the standard library's rlib, too little to read it.
  const script = `import extract from ${JSON.stringify(distPath('extract-worker.js'))};
const job = (path) => ({ kind: 'extract', paths: [path], debugInfo: false, stores: [${JSON.stringify(store)}] });
await extract(job(process.argv[1])).catch((error) => console.log(error.message));
console.log((await extract(job(process.argv[2]))).value.extracted);`;
  const args = ['--wasm-max-mem-pages=200', '--input-type=module', '-e', script];
  const ran = await run(process.execPath, [...args, join(libraries, std), join(libraries, small)]);
  const [refusal, next] = ran.stdout.split('\n');
  expect(refusal).toContain(`cannot read ${join(libraries, std)}: member `);
  expect(refusal).toMatch(/member std-\S+\.o: the parsers gave up \(unreachable\)/);
  expect(next).toBe('true');
});

test('a parser that gets no more memory is an error by file, and the check ends', async () => {
  const directory = fixture('simple');
  // 64 KiB a page: less than the standard library's rlibs need.
  const ran = await run(
    process.execPath,
    ['--wasm-max-mem-pages=200', distPath('cli.js'), '-n', '--path', directory],
    { XDG_CACHE_HOME: emptyCache(join(directory, 'no-facts-here')) },
  );
  const stderr = expectRefusal(ran);
  expect(stderr).toMatch(/cannot read \S+\.rlib: (?:member \S+\.o: )?the parsers gave up .*memory/);
  expect(stderr).toContain('what cannot be read cannot be judged');
  await expectClean(directory);
});

describe('through a build', () => {
  const directory = fixture('native-archive', {
    files: { 'libnative.a': archive({ 'good.o': good }) },
  });
  const library = join(directory, 'libnative.a');
  const put = (bytes: Buffer): void => {
    writeFileSync(library, bytes);
    // Cargo compares times; two tests may fall into one tick.
    const later = new Date(Date.now() + 1000 * ++clock);
    utimesSync(library, later, later);
  };
  let clock = 0;

  test.each(sampled(Object.keys(lies).slice(0, 3).concat('something else'), 2))(
    '%s',
    async (lie) => {
      put(archive({ 'liar.o': (lies[lie] as readonly [Buffer, RegExp])[0] }));
      const stderr = await refused(directory);
      expect(stderr).toContain(`cannot read ${library}: member liar.o: `);
      expect(stderr).toContain('otherwise leave it out of the link');
      put(archive({ 'good.o': good }));
      await expectClean(directory);
    },
  );

  test('cut short', async () => {
    const whole = archive({ 'good.o': good });
    for (const part of [0.2, 0.6, 0.97]) {
      put(whole.subarray(0, Math.floor(whole.length * part)));
      expect(await refused(directory)).toContain(`cannot read ${library}: `);
    }
    put(whole);
    await expectClean(directory);
  });

  test('for another machine', async () => {
    put(archive({ 'arm.o': new Elf(object('plain', '-g0', '-DPLAIN')).u16(18, 183) }));
    const stderr = await refused(directory);
    expect(stderr).toContain(library);
    expect(stderr).toContain('aarch64');
    expect(stderr).toContain('x86-64');
    put(archive({ 'good.o': good }));
    await expectClean(directory);
  });

  test('LLVM bitcode', async () => {
    put(
      archive({ 'bit.o': Buffer.concat([Buffer.from('BC\xc0\xde', 'latin1'), Buffer.alloc(64)]) }),
    );
    const stderr = await refused(directory);
    expect(stderr).toContain(`cannot read ${library}, which simple (`);
    expect(stderr).toContain(' links: bit.o: LLVM bitcode, not machine code');
    expect(stderr).toContain('compile it without link-time optimisation');
    put(archive({ 'good.o': good }));
    await expectClean(directory);
  });
});

test('an rlib that is damaged in the target directory between two checks', async () => {
  const directory = fixture('depends-on-rlib');
  await expectClean(directory);
  const deps = join(directory, 'target', 'cackle', 'deps');
  const rlib = join(deps, readdirSync(deps).find((f) => /^liblib-.*\.rlib$/.test(f)) as string);
  const whole = readFileSync(rlib);
  const { mtime, atime } = statSync(rlib);
  // Cargo looks at times only: it calls all of these fresh.
  for (const bytes of [whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
    writeFileSync(rlib, bytes);
    utimesSync(rlib, atime, mtime);
    const report = await check(directory);
    expect(report.status).toBe(0);
    expect(report.counts.unitsBuilt).toBeGreaterThan(0);
    expect(readFileSync(rlib).length).toBe(whole.length);
    expect((await cackle(['-n', '--path', directory])).status).toBe(0);
  }
});
