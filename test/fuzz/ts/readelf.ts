import { spawnSync } from 'node:child_process';

/** What readelf says of the names in an object. */
export interface Names {
  readonly undefined: Set<string>;
  /** Global and weak ones in loaded sections. */
  readonly defined: Set<string>;
  /** Undefined ones that relocations of loaded sections name, unwind tables aside. */
  readonly wanted: Set<string>;
  /** The same with unwind tables. */
  readonly referred: Set<string>;
}

/** Reads an object of x86-64 with readelf. Undefined for what it warns of, and for other files. */
export function readelf(path: string): Names | undefined {
  const args = ['--file-header', '--section-headers', '--symbols', '--relocs', '--wide', path];
  const { status, stdout, stderr } = spawnSync('readelf', args, {
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const isObject =
    /Type: +REL /.test(stdout) && /Machine: +Advanced Micro Devices X86-64/.test(stdout);
  if (status !== 0 || stderr !== '' || !isObject || /<corrupt|<unknown|\bWarning\b/.test(stdout))
    return undefined;
  const tables = stdout.match(/^Symbol table/gm) ?? [];
  if (tables.length > 1) return undefined;
  const names: Names = {
    undefined: new Set(),
    defined: new Set(),
    wanted: new Set(),
    referred: new Set(),
  };
  const sections = new Map<number, { loaded: boolean; frames: boolean }>();
  const relocated = new Map<number, number>();
  let from: { loaded: boolean; frames: boolean } | undefined;
  for (const line of stdout.split('\n')) {
    const section =
      /^ +\[ *(\d+)\] (.*?) +([A-Z0-9_]+) +[0-9a-f]{16} ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]{2,} +([A-Zxolp]*) +(\d+) +(\d+) +\d+$/.exec(
        line,
      );
    if (section !== null) {
      const [, number, name = '', type = '', offset = '', , flags = '', , info] = section;
      sections.set(Number(number), {
        loaded: flags.includes('A'),
        frames: name === '.eh_frame' || type === 'X86_64_UNWIND',
      });
      if (/^RELA?$/.test(type)) relocated.set(Number.parseInt(offset, 16), Number(info));
      continue;
    }
    const table = /^Relocation section .* at offset 0x([0-9a-f]+) contains/.exec(line)?.[1];
    if (table !== undefined) from = sections.get(relocated.get(Number.parseInt(table, 16)) ?? -1);
    const relocation =
      /^[0-9a-f]{16} +[0-9a-f]{16} +R_\S+ +[0-9a-f]+ (\S+)(?: [-+] [0-9a-f]+)?$/.exec(line)?.[1];
    if (relocation !== undefined && from?.loaded === true) {
      names.referred.add(relocation);
      if (!from.frames) names.wanted.add(relocation);
    }
    const symbol =
      /^ +\d+: [0-9a-f]{16} +\S+ +(\S+) +(GLOBAL|WEAK|UNIQUE) +\S+ +(?:\[<other>: \w+\] +)?(UND|\d+) (\S+)$/.exec(
        line,
      );
    if (symbol === null) continue;
    const [, type, , place, name = ''] = symbol;
    if (place === 'UND') names.undefined.add(name);
    else if (sections.get(Number(place))?.loaded === true && !/^(?:SECTION|FILE)$/.test(type ?? ''))
      names.defined.add(name);
  }
  // Of those that are defined here, the program knows the place.
  for (const set of [names.wanted, names.referred])
    for (const name of set) if (!names.undefined.has(name)) set.delete(name);
  return names;
}
