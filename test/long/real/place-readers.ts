import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { FileInput } from '../../../engine/parsers/file-input.ts';
import { binutils, output } from './binutils.ts';

/** One step out of the place: a function, and the place in it. */
export interface Frame {
  readonly name: string;
  readonly place: string;
}

/** A relocation in code, as objdump lists it: where, and the symbol that it names without an addend. */
export interface Relocation {
  readonly section: string;
  readonly offset: number;
  readonly symbol: string;
}

/** A program that reads debug info, independent of ours. */
export interface PlaceReader {
  readonly name: string;
  /** How many references of a section are asked for at once. */
  readonly perSection: number;
  /** The relocations of code; sections whose name another one has too are left out. */
  relocations(object: string): Relocation[];
  /** For each offset in a section the frames from the innermost outwards. */
  frames(object: string, section: string, offsets: readonly number[]): Frame[][];
}

/** A file and line as text; `?` where one of them is unknown. Std of Windows was built there: `library\\core\\src`. */
export function placeText(file: string | undefined, line: number): string {
  const isKnown = file !== undefined && line !== 0;
  return isKnown ? `${normalize(file.replaceAll('\\', '/'))}:${line}` : '?';
}

/** `objdump --reloc`, of binutils and of LLVM. */
function relocationsIn(text: string, isCode: (section: string) => boolean): Relocation[] {
  const found: Relocation[] = [];
  const sections = new Set<string>();
  const twice = new Set<string>();
  let section = '';
  for (const line of text.split('\n')) {
    const header = /^RELOCATION RECORDS FOR \[(.*)\]:$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      if (sections.has(section)) twice.add(section);
      sections.add(section);
      continue;
    }
    const [, offset, value] = /^([0-9a-f]{8,}) \S+ +(\S+)$/.exec(line) ?? [];
    if (!isCode(section) || offset === undefined || value === undefined) continue;
    const symbol = value.replace(/@GOTPCREL$|[-+]0x[0-9a-f]+$/, '');
    found.push({ section, offset: Number.parseInt(offset, 16), symbol });
  }
  return found.filter((relocation) => !twice.has(relocation.section));
}

/** addr2line and objdump of binutils, for ELF. */
export const addr2line: PlaceReader = {
  name: 'addr2line',
  perSection: 8,
  relocations: (object) =>
    relocationsIn(binutils('objdump', ['--reloc', '--wide', object]), (section) =>
      section.startsWith('.text'),
    ),
  frames(object, section, offsets) {
    const lines = binutils(
      'addr2line',
      ['--addresses', '--functions', '--inlines', '--section', section, '--exe', object],
      offsets.map((offset) => `0x${offset.toString(16)}\n`).join(''),
    ).split('\n');
    const frames: Frame[][] = [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string;
      if (/^0x[0-9a-f]{8,}$/.test(line)) {
        frames.push([]);
        continue;
      }
      if (line === '') continue;
      const where = (lines[++i] ?? '').replace(/ \(discriminator \d+\)$/, '');
      const [, file, number] = /^(.*):(\d+|\?)$/.exec(where) ?? [];
      frames.at(-1)?.push({
        name: line,
        place: placeText(file, number === '?' ? 0 : Number(number)),
      });
    }
    return frames;
  },
};

/** Writes the objects of an rlib into a directory, but for those that are bitcode. */
export function unpack(rlib: string, directory: string): void {
  const input = new FileInput([rlib]);
  for (const { name, content } of input.members())
    if (name.endsWith('.rcgu.o') && ![0x42, 0xde].includes(content[0] ?? 0x42))
      writeFileSync(join(directory, name), content);
  input.free();
}

/** A symbol without the underscore of Mach-O's names; `said` by llvm-objdump of the object. */
function plain(symbol: string, said: string): string {
  return said.includes('file format mach-o') ? symbol.replace(/^_/, '') : symbol;
}

/** The functions of an object by ascending address, as llvm-nm lists them. */
function functionsOf(object: string): { readonly at: number; readonly name: string }[] {
  const said = output('llvm-objdump', ['-h', object]);
  const lines = output('llvm-nm', ['--numeric-sort', object]).split('\n');
  return lines.flatMap((line) => {
    const [, at, name] = /^([0-9a-f]+) [tT] (\S+)$/.exec(line) ?? [];
    if (at === undefined || name === undefined || /^(?:ltmp\d+|\.text)$/.test(name)) return [];
    return [{ at: Number.parseInt(at, 16), name: plain(name, said) }];
  });
}

/** Why LLVM's programs cannot be compared with; undefined when they are here. */
export const noLlvm: string | undefined = ['llvm-symbolizer', 'llvm-objdump', 'llvm-nm'].some(
  (program) => spawnSync(program, ['--version']).status !== 0,
)
  ? 'apt install llvm'
  : undefined;

/**
 * llvm-symbolizer and llvm-objdump, for DWARF in COFF and Mach-O. All code of an object is in the section at address 0, so that
 * an offset is an address. It takes the outermost function from the symbol at the address, which may be data of another section:
 * llvm-nm says which function it is.
 */
export const llvmSymbolizer: PlaceReader = {
  name: 'llvm-symbolizer',
  perSection: 24,
  relocations(object) {
    const text = output('llvm-objdump', ['--reloc', object]);
    const found = relocationsIn(text, (section) => ['.text', '__text'].includes(section));
    return found.map((at) => ({ ...at, symbol: plain(at.symbol, text) }));
  },
  frames(object, _, offsets) {
    const options = ['--inlines', '--functions=linkage', '--no-demangle', `--obj=${object}`];
    const asked = offsets.map((offset) => `0x${offset.toString(16)}\n`).join('');
    const functions = functionsOf(object);
    const answers = output('llvm-symbolizer', options, asked).split('\n\n');
    return offsets.map((offset, i) => {
      const lines = (answers[i] ?? '').split('\n').filter((line) => line !== '');
      const frames: Frame[] = [];
      for (let at = 0; at + 1 < lines.length; at += 2) {
        const [, file, line] = /^(.*):(\d+):\d+$/.exec(lines[at + 1] as string) ?? [];
        frames.push({ name: lines[at] as string, place: placeText(file, Number(line)) });
      }
      const name = functions.findLast(({ at }) => at <= offset)?.name;
      const outermost = frames.pop();
      if (outermost !== undefined) frames.push({ ...outermost, name: name ?? outermost.name });
      return frames;
    });
  },
};
