// Makes the inputs that the fuzzers of binary formats start from: small objects and archives of the local rustc and cc.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeForeignSeeds } from './foreign-seeds.mjs';

/** No seed is larger: a fuzzer is as fast as its inputs are small. */
const LARGEST = 6 * 1024;

const sources = {
  plain: '#![no_std]\n#[no_mangle] pub extern "C" fn f() -> i32 { 1 }',
  calls:
    '#![no_std]\nextern "C" { fn ext(p: *const u8); static S: u8; }\n#[inline(always)] fn g(p: &u8) { unsafe { ext(p) } }\npub fn f() { g(&1); unsafe { ext(&raw const S) } }',
  traits:
    '#![no_std]\npub trait T { fn m(&self) -> u8; }\npub struct A(u8);\nimpl T for A { fn m(&self) -> u8 { self.0 } }\npub static V: &(dyn T + Sync) = &A(1);\npub fn f(x: &dyn T) -> u8 { x.m() }',
  nested:
    '#![no_std]\n#[inline(always)] fn a(x: u32) -> u32 { x.wrapping_mul(3) }\n#[inline(always)] fn b(x: u32) -> u32 { a(x) ^ a(x + 1) }\npub mod m { pub fn f(x: u32) -> u32 { super::b(x) ^ super::b(x + 2) } }',
  sections:
    '#![no_std]\n#[used] #[link_section = ".init_array"] static I: extern "C" fn() = i;\nextern "C" fn i() {}\n#[link_section = "named"] #[used] static N: u8 = 1;\n#[thread_local] pub static mut Z: u8 = 0;',
};

/** Writes the seeds of every binary target below `directory`: objects, archives, archives that hold only text.
 * @param {string} directory */
export function makeSeeds(directory) {
  // Other fuzzers may be reading theirs.
  const work = join(directory, `work-${process.pid}`);
  const objects = join(directory, 'objects');
  const archives = join(directory, 'archives');
  for (const path of [work, objects, archives]) mkdirSync(path, { recursive: true });
  const run = (/** @type {string} */ program, /** @type {string[]} */ args) =>
    execFileSync(program, args, { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] });
  const options = [
    ['-Cdebuginfo=1'],
    ['-Cdebuginfo=2', '-Copt-level=1'],
    ['-Cdebuginfo=1', '-Copt-level=3', '-Cforce-frame-pointers'],
    ['-Cdebuginfo=0'],
  ];
  for (const [name, source] of Object.entries(sources)) {
    if (name === 'sections') {
      writeFileSync(join(work, `${name}.rs`), source.replace(/#\[thread_local\].*/, ''));
    } else writeFileSync(join(work, `${name}.rs`), source);
    options.forEach((given, index) => {
      const common = ['--crate-type=rlib', '--edition=2021', '-Cpanic=abort', '-Ccodegen-units=1'];
      run('rustc', [
        ...common,
        '-Csymbol-mangling-version=v0',
        ...given,
        `--emit=obj=${name}-${index}.o`,
        `${name}.rs`,
      ]);
    });
  }
  for (const [name, text] of /** @type {const} */ ([
    ['c', 'int e(void);\nstatic int g(int x) { return x + e(); }\nint f(int x) { return g(x); }\n'],
    ['weak', '__attribute__((weak)) int w(void) { return 1; }\nint (*p)(void) = w;\n'],
  ])) {
    writeFileSync(join(work, `${name}.c`), text);
    for (const [index, given] of [
      ['-g', '-O1'],
      ['-g', '-gz', '-O1'],
      ['-ffunction-sections', '-fdata-sections'],
      ['-m32', '-O1', '-fno-pic'],
    ].entries()) {
      try {
        run('cc', ['-c', ...given, `${name}.c`, '-o', `${name}-${index}.o`]);
      } catch {
        // No 32-bit compiler here.
      }
    }
  }
  const small = readdirSync(work).filter(
    (name) => name.endsWith('.o') && statSync(join(work, name)).size <= LARGEST,
  );
  for (const name of small) copyFileSync(join(work, name), join(objects, name));
  const [first, second] = small.sort(
    (a, b) => statSync(join(work, a)).size - statSync(join(work, b)).size,
  );
  if (first === undefined || second === undefined) throw new Error('no small object was made');
  run('ar', ['crs', 'two.a', first, second]);
  copyFileSync(join(work, 'two.a'), join(archives, 'two.a'));
  copyFileSync(join(work, 'two.a'), join(objects, 'two.a'));
  // The members of an archive need only their first bytes: small ones are read a hundred times faster.
  const member = (
    /** @type {string} */ name,
    /** @type {string} */ content,
    size = content.length,
  ) =>
    `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(size).padEnd(10)}\`\n${content}${content.length % 2 ? '\n' : ''}`;
  const elf = '\x7fELFxx';
  for (const [name, members] of Object.entries({
    gnu: [
      member('/', '\0\0\0\x01\0\0\0\x50f\0'),
      member('//', 'a-very-long-name.o/\n'),
      member('/0', elf),
      member('b.o/', elf),
    ],
    bsd: [member('#1/8', `long.o\0\0${elf}`), member('c.o', elf)],
    rust: [
      member('lib.rmeta/', 'rust\0\0\0'),
      member('x.o/', elf),
      member('bc.o/', 'BC\xc0\xde'),
      member('e.o/', ''),
    ],
    lies: [member('x.o/', elf, 999), member('y.o/', elf)],
  }))
    writeFileSync(join(archives, name), Buffer.from(`!<arch>\n${members.join('')}`, 'latin1'));
  const foreign = makeForeignSeeds(directory, work, sources, LARGEST);
  rmSync(work, { recursive: true });
  return { objects, archives, ...foreign };
}

if (process.argv[1] === import.meta.filename) {
  const made = makeSeeds(process.argv[2] ?? 'target/fuzz/seeds');
  for (const path of Object.values(made))
    process.stdout.write(`${path}: ${readdirSync(path).length}\n`);
}
