import { spawnSync } from 'node:child_process';
import { normalize } from 'node:path';
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

/** A file and line as text; `?` where one of them is unknown. */
export function placeText(file: string | undefined, line: number): string {
  return file === undefined || line === 0 ? '?' : `${normalize(file)}:${line}`;
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
    const symbol = value.replace(/[-+]0x[0-9a-f]+$/, '');
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

/** Why LLVM's programs cannot be compared with; undefined when they are here. */
export const noLlvm: string | undefined = ['llvm-symbolizer', 'llvm-objdump', 'llvm-ar'].some(
  (program) => spawnSync(program, ['--version']).status !== 0,
)
  ? 'apt install llvm'
  : undefined;

/**
 * llvm-symbolizer and llvm-objdump, for DWARF in COFF and Mach-O. All code of an object is in the section at address 0, so that
 * an offset is an address.
 */
export const llvmSymbolizer: PlaceReader = {
  name: 'llvm-symbolizer',
  perSection: 24,
  relocations: (object) =>
    relocationsIn(output('llvm-objdump', ['--reloc', object]), (section) =>
      ['.text', '__text'].includes(section),
    ),
  frames(object, _, offsets) {
    const options = ['--inlines', '--functions=linkage', '--no-demangle', `--obj=${object}`];
    const asked = offsets.map((offset) => `0x${offset.toString(16)}\n`).join('');
    const answers = output('llvm-symbolizer', options, asked).split('\n\n');
    return offsets.map((_offset, i) => {
      const lines = (answers[i] ?? '').split('\n').filter((line) => line !== '');
      const frames: Frame[] = [];
      for (let at = 0; at + 1 < lines.length; at += 2) {
        const [, file, line] = /^(.*):(\d+):\d+$/.exec(lines[at + 1] as string) ?? [];
        frames.push({ name: lines[at] as string, place: placeText(file, Number(line)) });
      }
      return frames;
    });
  },
};
