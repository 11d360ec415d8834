// Makes the seeds of COFF, Mach-O and CodeView: small objects, libraries and import libraries of the local rustc for other systems.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kinds of seeds, and the targets that give them. */
const kinds = /** @type {const} */ ({
  coff: ['x86_64-pc-windows-gnu', 'x86_64-pc-windows-msvc'],
  macho: ['aarch64-apple-darwin', 'x86_64-apple-darwin'],
  codeview: ['x86_64-pc-windows-msvc'],
});

/** No library is larger; members lie one after another, so that what matters is not the whole. */
const LARGEST_LIBRARY = 10 * 1024;

const sources = {
  guard:
    '#![no_std]\nextern "C-unwind" { fn other(); }\nstruct G;\nimpl Drop for G { fn drop(&mut self) { unsafe { other() } } }\n#[no_mangle] pub extern "C-unwind" fn one() { let _g = G; unsafe { other() } }',
  imports:
    '#![no_std]\n#[link(name = "k", kind = "raw-dylib")] extern "C" { fn imp(x: i32) -> i32; static DATA: i32; }\npub fn f() -> i32 { unsafe { imp(1) + DATA } }',
};

/** Written into the object of each format, where rustc writes no such thing of itself. */
const assembly = {
  coff: [
    '.section .drectve,\\"yn\\"',
    '.ascii \\" /INCLUDE:kept -export:\\\\\\"e\\\\\\",data /alternatename:from=to /DEFAULTLIB:libcmt\\"',
    '.text',
    '.weak lazy',
    '.globl caller',
    'caller: call lazy',
    'call *__imp_Sleep(%rip)',
    '.section .CRT$XCU,\\"dr\\"',
    '.quad caller',
    '.section .list$b,\\"dr\\"',
    '.long caller@IMGREL',
    '.section .text$x,\\"xr\\",discard,comdat_one',
    '.globl comdat_one',
    'comdat_one: ret',
    '.section .pdata$x,\\"dr\\",associative,comdat_one',
    '.long comdat_one@IMGREL',
  ],
  macho: [
    '.globl _entry',
    '.alt_entry _entry',
    '_entry: nop',
    '.no_dead_strip _entry',
    '.section __DATA,__const',
    '_distance: .quad _entry - _distance',
    '.globl _bounds',
    '_bounds: .quad \\"section$start$__DATA$__list\\"',
    '.section __DATA,__mod_init_func,mod_init_funcs',
    '.quad _entry',
    '.globl _other_name',
    '.set _other_name, _elsewhere',
    '.linker_option \\"-framework\\", \\"Cocoa\\"',
    '.zerofill __DATA,__bss,_zeros,64,3',
  ],
};

/** Writes seeds for each kind into a directory of its name below `directory`. Returns the directories.
 * @param {string} directory @param {string} work where files may lie meanwhile @param {Readonly<Record<string, string>>} plain
 * sources that ELF's seeds are made of, by name @param {number} largest bytes of an object */
export function makeForeignSeeds(directory, work, plain, largest) {
  const [coff, macho, codeview] = /** @type {const} */ (['coff', 'macho', 'codeview']).map(
    (kind) => {
      const into = join(directory, kind);
      mkdirSync(into, { recursive: true });
      for (const target of kinds[kind]) seedsOf(kind, target, into, work, plain, largest);
      return into;
    },
  );
  return /** @type {{ coff: string, macho: string, codeview: string }} */ ({
    coff,
    macho,
    codeview,
  });
}

/** @param {keyof typeof kinds} kind @param {string} target @param {string} into @param {string} work
 * @param {Readonly<Record<string, string>>} plain @param {number} largest */
function seedsOf(kind, target, into, work, plain, largest) {
  const compile = (/** @type {string} */ name, /** @type {string[]} */ given) => {
    const common = ['--target', target, '--crate-type=rlib', '--edition=2021'];
    const v0 = ['-Ccodegen-units=1', '-Csymbol-mangling-version=v0'];
    const out = `${target}-${name}`;
    const emitted = given.includes('--emit=link') ? `-o${out}` : `--emit=obj=${out}`;
    execFileSync('rustc', [...common, ...v0, ...given, emitted, 'source.rs'], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return readFileSync(join(work, out));
  };
  const keep = (/** @type {string} */ name, /** @type {Buffer} */ bytes, most = largest) => {
    if (bytes.length <= most) writeFileSync(join(into, `${target}-${name}`), bytes);
  };
  const source = (/** @type {string} */ text) => writeFileSync(join(work, 'source.rs'), text);
  // Sections have other names there.
  const { sections: _, ...texts } = plain;
  for (const [name, text] of Object.entries({ ...texts, guard: sources.guard })) {
    source(text);
    const options = [['-Cdebuginfo=1'], ['-Cdebuginfo=2', '-Copt-level=1'], ['-Cdebuginfo=0']];
    for (const [index, given] of options.entries()) {
      if (kind === 'codeview' && index === 2) continue;
      const object = compile(`${name}-${index}.o`, given);
      keep(`${name}-${index}.o`, object);
      if (kind === 'coff') keep(`${name}-${index}-big.o`, withBigHeader(object));
    }
  }
  if (kind === 'codeview') return;
  const lines = assembly[kind].map((line) => `"${line}"`).join(',');
  const syntax = target.startsWith('x86') ? ', options(att_syntax)' : '';
  source(`#![no_std]\ncore::arch::global_asm!(${lines}${syntax});`);
  keep('assembly.o', compile('assembly.o', ['-Cdebuginfo=0']));
  if (kind === 'coff') source(sources.imports);
  keep(
    'library.a',
    compile('library', ['-Cdebuginfo=0', '-Copt-level=1', '--emit=link']),
    LARGEST_LIBRARY,
  );
}

/** Returns a COFF object with the header of `/bigobj`, whose symbols name sections by 32 bits. @param {Buffer} object */
function withBigHeader(object) {
  const more = 56 - 20;
  const [sections, table, symbols] = [
    object.readUInt16LE(2),
    object.readUInt32LE(8),
    object.readUInt32LE(12),
  ];
  const header = Buffer.alloc(56);
  header.writeUInt32LE(0xffff0000, 0);
  header.writeUInt16LE(2, 4);
  object.copy(header, 6, 0, 2);
  Buffer.from('c7a1bad1eebaa94baf20faf66aa4dcb8', 'hex').copy(header, 12);
  header.writeUInt32LE(sections, 44);
  header.writeUInt32LE(table + more, 48);
  header.writeUInt32LE(symbols, 52);
  const headers = Buffer.from(object.subarray(20, 20 + 40 * sections));
  for (let section = 0; section < sections; section++)
    for (const pointer of [20, 24]) {
      const at = headers.readUInt32LE(40 * section + pointer);
      headers.writeUInt32LE(at === 0 ? 0 : at + more, 40 * section + pointer);
    }
  const rows = [];
  for (let row = 0, auxiliary = 0; row < symbols; row++) {
    const bytes = object.subarray(table + 18 * row, table + 18 * (row + 1));
    const isAuxiliary = auxiliary > 0;
    auxiliary = isAuxiliary ? auxiliary - 1 : bytes.readUInt8(17);
    const section = Buffer.alloc(4);
    section.writeInt32LE(bytes.readInt16LE(12));
    rows.push(
      isAuxiliary
        ? Buffer.concat([bytes, Buffer.alloc(2)])
        : Buffer.concat([bytes.subarray(0, 12), section, bytes.subarray(14)]),
    );
  }
  const content = object.subarray(20 + 40 * sections, table);
  return Buffer.concat([header, headers, content, ...rows, object.subarray(table + 18 * symbols)]);
}
