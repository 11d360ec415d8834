/**
 * Reads one input that is made to cost more than its size, `size` large, and prints how long that took, the most memory of this
 * process and the bytes of the input. Run by cases/bombs.mjs: `node bench/bombs.mjs KIND SIZE`, in a process of its own each time.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { bench } from './places.mjs';

/** Bundled by importEngine. @param {string} name */
const engine = (name) => import(join(bench, 'engine', `engine-${name}.ts.mjs`));

/** @typedef {{ name: string, type: number, flags?: number, link?: number, info?: number, entry?: number, content: Buffer }} Section */

/** A relocatable object for x86-64 (ELF gABI). @param {readonly Section[]} given */
function elf(given) {
  const names = Buffer.from(`\0${[...given.map(({ name }) => name), '.shstrtab'].join('\0')}\0`);
  const sections = [...given, { name: '.shstrtab', type: 3, content: names }];
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(1, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(sections.length + 1, 60);
  header.writeUInt16LE(sections.length, 62);
  const table = Buffer.alloc(64 * (sections.length + 1));
  let offset = 64;
  for (const [i, section] of sections.entries()) {
    const at = 64 * (i + 1);
    table.writeUInt32LE(names.indexOf(`${section.name}\0`), at);
    table.writeUInt32LE(section.type, at + 4);
    table.writeBigUInt64LE(BigInt(section.flags ?? 0), at + 8);
    table.writeBigUInt64LE(BigInt(offset), at + 24);
    table.writeBigUInt64LE(BigInt(section.content.length), at + 32);
    table.writeUInt32LE(section.link ?? 0, at + 40);
    table.writeUInt32LE(section.info ?? 0, at + 44);
    table.writeBigUInt64LE(1n, at + 48);
    table.writeBigUInt64LE(BigInt(section.entry ?? 0), at + 56);
    offset += section.content.length;
  }
  header.writeBigUInt64LE(BigInt(offset), 40);
  return Buffer.concat([header, ...sections.map(({ content }) => content), table]);
}

/** An object with a function for each name. @param {readonly string[]} names */
function functions(names) {
  const symbols = Buffer.alloc(24 * (names.length + 1));
  let at = 1;
  for (const [i, name] of names.entries()) {
    symbols.writeUInt32LE(at, 24 * (i + 1));
    symbols.writeUInt8(0x12, 24 * (i + 1) + 4);
    symbols.writeUInt16LE(1, 24 * (i + 1) + 6);
    symbols.writeBigUInt64LE(BigInt(i), 24 * (i + 1) + 8);
    symbols.writeBigUInt64LE(1n, 24 * (i + 1) + 16);
    at += Buffer.byteLength(name) + 1;
  }
  return elf([
    { name: '.text', type: 1, flags: 6, content: Buffer.alloc(names.length, 0xc3) },
    { name: '.symtab', type: 2, link: 3, info: 1, entry: 24, content: symbols },
    { name: '.strtab', type: 3, content: Buffer.from(`\0${names.join('\0')}\0`) },
  ]);
}

/** Texts of 200 bytes that deflate to about a hundredth: more is refused. @param {number} size */
function compressed(size) {
  const text = Buffer.alloc(size, 'x');
  for (let at = 0; at < size; at += 200) text.writeUInt32LE((at * 2654435761) >>> 0, at);
  const head = Buffer.alloc(24);
  head.writeUInt32LE(1, 0);
  head.writeBigUInt64LE(BigInt(size), 8);
  head.writeBigUInt64LE(1n, 16);
  const content = Buffer.concat([head, deflateSync(text)]);
  return elf([{ name: '.debug_str', type: 1, flags: 0x800, content }]);
}

/** @param {number} count @param {(n: number) => string} of */
const many = (count, of) => Array.from({ length: count }, (_, n) => of(n));

/** @param {Buffer} bytes @returns {Promise<() => void>} */
async function extraction(bytes) {
  const { FileInput } = await engine('parsers-file-input');
  const file = join(directory, 'input.o');
  writeFileSync(file, bytes);
  return () => {
    const input = new FileInput([file]);
    input.extract(true);
    input.free();
  };
}

/** @param {string} text @returns {Promise<() => void>} */
async function source(text) {
  const { namesOfFiles, scanSource } = await engine('parsers-parsers');
  const bytes = Buffer.from(text);
  return () => {
    if (!scanSource(bytes, 'unix').ok) throw new Error('it is no source');
    namesOfFiles(bytes);
  };
}

/** Makes an input of a kind; gives its bytes and what reads it.
 * @type {Record<string, (size: number) => Promise<{ bytes: number, read: () => void }>>} */
const kinds = {
  async symbols(size) {
    const object = functions(many(size, (n) => `a::f${n}::<std::fs::File>`));
    return { bytes: object.length, read: await extraction(object) };
  },
  async 'deep-types'(size) {
    const object = functions([`a::f::<${'b::C<'.repeat(size)}${'>'.repeat(size)}>`]);
    return { bytes: object.length, read: await extraction(object) };
  },
  async 'giant-name'(size) {
    const object = functions([`a::${'x'.repeat(size)}`]);
    return { bytes: object.length, read: await extraction(object) };
  },
  async compressed(size) {
    const object = compressed(size);
    return { bytes: object.length, read: await extraction(object) };
  },
  async macros(size) {
    const rule = (/** @type {number} */ n) =>
      `#[macro_export] macro_rules! m${n} { ($e:expr, $($t:tt)*) => { m${n + 1}!($e); unsafe { $($t)* } extern "C" {} } }\n`;
    const text = many(size, rule).join('');
    return { bytes: text.length, read: await source(text) };
  },
  async 'nested-calls'(size) {
    const text = `fn f() { ${'m!('.repeat(size)}x${')'.repeat(size)} }`;
    return { bytes: text.length, read: await source(text) };
  },
  async conditions(size) {
    const text = `${'#[cfg(all(windows, not(test)))] unsafe fn f() {}\n'.repeat(size)}`;
    return { bytes: text.length, read: await source(text) };
  },
  async 'dep-info'(size) {
    const { readDepInfo } = await engine('workspace-dep-info');
    const names = many(size, (n) => `src/module_${n}.rs`);
    const text = `out.d: ${names.join(' ')}\n\n${names.map((name) => `${name}:`).join('\n')}\n`;
    const file = join(directory, 'out.d');
    writeFileSync(file, text);
    const read = () => {
      if (readDepInfo(file, '/work').length !== size) throw new Error('files are missing');
    };
    return { bytes: text.length, read };
  },
  async instructions(size) {
    const { instructionsOf, withoutInstructions } = await engine('judge-build-instructions');
    const printed = Buffer.from(many(size, (n) => `cargo:rustc-env=A${n}=1\n`).join(''));
    const read = () => void withoutInstructions(printed, instructionsOf(printed) ?? []);
    return { bytes: printed.length, read };
  },
  async 'response-file'(size) {
    const { expandLinkerArguments } = await engine('build-response-file');
    const text = many(size, (n) => `-lx${n}\n`).join('');
    writeFileSync(join(directory, 'arguments'), text);
    const read = () => void expandLinkerArguments(['@arguments'], directory);
    return { bytes: text.length, read };
  },
};

const directory = mkdtempSync(join(tmpdir(), 'cackle-bomb-'));
try {
  const [kind = '', size = ''] = process.argv.slice(2);
  const make = kinds[kind];
  if (make === undefined) throw new Error(`no kind is called ${kind}`);
  const { bytes, read } = await make(Number(size));
  const started = performance.now();
  read();
  const milliseconds = performance.now() - started;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ milliseconds, megabytes, bytes }));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
