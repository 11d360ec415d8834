import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LinkRecord } from '../../../engine/facts/unit-record.ts';

/** A symbol that a linker kept, in the words of its map file. */
export interface KeptSymbol {
  /** Its object, without directories and archive: lld-link's map names a member alone. */
  readonly object: string;
  /** Without the underscore in front that C names have on Apple's systems, as in facts. */
  readonly name: string;
}

/** A link as rustc asked for it: what `--print link-args` says. */
export interface LinkLine {
  readonly output: string;
  readonly words: readonly string[];
}

const sysroot = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim();
const libraries = (target: string): string => join(sysroot, 'lib', 'rustlib', target, 'lib');

/** rustc's own copy of LLVM's linker. */
const program = join(libraries('x86_64-unknown-linux-gnu'), '..', 'bin', 'rust-lld');

/** Why nothing can be linked for other systems; undefined when rustc has lld here. */
export const noLld: string | undefined = existsSync(program)
  ? undefined
  : 'this toolchain has no rust-lld';

/** Reads what `--print link-args` wrote. */
export function readLinkLine(text: string): LinkLine {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replace(/\\(.)/g, '$1'),
  );
  const output = words.findLast((word, i) => words[i - 1] === '-o' || word.startsWith('/OUT:'));
  return { output: (output ?? '').replace(/^\/OUT:/, ''), words };
}

const isInput = (word: string): boolean => /^\/.*\.(?:o|rlib|a|lib)$/.test(word);

/** Links with rust-lld, leaving out what nothing refers to, and gives what its map file lists. Throws when it fails. */
export function linkedByLld(
  target: string,
  kind: LinkRecord['outputKind'],
  { words }: LinkLine,
  directory: string,
): KeptSymbol[] {
  const odd = words.find((word) => /whole-?archive|force_load|all_load/i.test(word));
  if (odd !== undefined) throw new Error(`${odd}: this comparison does not know it`);
  const map = join(directory, 'map');
  const out = join(directory, 'out');
  const own = words.flatMap((word) => word.split(',')).filter((word) => word !== '-Wl');
  const inputs = words.filter(isInput);
  const shared = kind !== 'executable';
  rmSync(map, { force: true });
  if (target.includes('apple')) {
    const exported = own[own.indexOf('-exported_symbols_list') + 1] ?? '';
    run([
      ...['-flavor', 'ld64', '-arch', target.startsWith('aarch64') ? 'arm64' : 'x86_64'],
      ...['-platform_version', 'macos', '11.0', '11.0', '-undefined', 'dynamic_lookup'],
      ...['-dead_strip', '-map', map, '-o', out, ...(shared ? ['-dylib'] : [])],
      ...(shared && exported !== '' ? ['-exported_symbols_list', exported] : []),
      ...inputs,
    ]);
    return keptInAppleMap(readFileSync(map, 'utf8'));
  }
  const definitions = own.map((word) => word.replace(/^\/DEF:/, '')).find((w) => /\.def$/.test(w));
  const flags = ['/OPT:REF,NOICF', '/DEMANGLE:NO', '/ERRORLIMIT:0', `/LLDMAP:${map}`];
  const start = join(libraries(target), 'self-contained', shared ? 'dllcrt2.o' : 'crt2.o');
  const options = target.endsWith('-gnu')
    ? [
        ...['-flavor', 'gnu', '-m', 'i386pep', '--gc-sections', ...(shared ? ['--shared'] : [])],
        ...flags.map((flag) => `-Xlink=${flag}`),
        ...[`--entry=${shared ? 'DllMainCRTStartup' : 'mainCRTStartup'}`, '-o', out, start],
        ...(definitions === undefined ? [] : [definitions]),
      ]
    : [
        ...['-flavor', 'link', '/NOLOGO', '/NODEFAULTLIB', '/SUBSYSTEM:CONSOLE', `/OUT:${out}`],
        ...[...flags, ...(shared ? ['/DLL', '/NOENTRY'] : ['/ENTRY:main'])],
        ...(definitions === undefined ? [] : [`/DEF:${definitions}`]),
      ];
  run([...options, ...inputs, ...systemLibrary(target, [...options, ...inputs], directory)]);
  return keptInLldMap(readFileSync(map, 'utf8'));
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`rust-lld ended with ${status}: ${stderr.slice(0, 2000)}`);
}

/** Makes an object that stands for the libraries of Windows, which are not here: it defines the names that are missing. */
function systemLibrary(target: string, args: readonly string[], directory: string): string[] {
  const { stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const missing = new Set(
    [...stderr.matchAll(/error: undefined symbol: (\S+)/g)].map(([, name]) => name as string),
  );
  if (missing.size === 0) return [];
  const source = join(directory, 'system.rs');
  const object = join(directory, 'system.o');
  writeFileSync(
    source,
    // rustc adds `__imp_NAME` to what it exports.
    `#![no_std]\n${[...missing]
      .filter((name) => !name.startsWith('__imp_') || !missing.has(name.slice(6)))
      .map(
        (name, i) =>
          `#[unsafe(export_name = ${JSON.stringify(name)})]\npub static S${i}: [u64; 64] = [0; 64];\n`,
      )
      .join('')}`,
  );
  const made = spawnSync(
    'rustc',
    [
      '--target',
      target,
      '--crate-type',
      'lib',
      '--edition',
      '2024',
      `--emit=obj=${object}`,
      source,
    ],
    // rustc puts files of its own beside.
    { encoding: 'utf8', cwd: directory },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return [object];
}

/** The object of a line in a map; members stand in parentheses behind their archive. */
function objectOf(text: string): string {
  return basename(/\((.*)\)$/.exec(text)?.[1] ?? text);
}

/** `ld64.lld -map`: files by number, then symbols with theirs; those that were left out come last. */
function keptInAppleMap(text: string): KeptSymbol[] {
  const objects = new Map<string, string>();
  const kept: KeptSymbol[] = [];
  let part = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) part = /^# Address|^# +\t/.test(line) ? part : line;
    const [, number, rest] = /\[ *(\d+)\] (.*)$/.exec(line) ?? [];
    if (number === undefined || rest === undefined) continue;
    if (part === '# Object files:') objects.set(number, objectOf(rest));
    else if (part === '# Symbols:')
      kept.push({ object: objects.get(number) ?? '', name: rest.replace(/^_/, '') });
  }
  return kept;
}

/**
 * `lld-link /LLDMAP`: sections of the output, below each those of objects, below each its symbols: once for each object that has
 * it, or refers to it.
 */
function keptInLldMap(text: string): KeptSymbol[] {
  const kept: KeptSymbol[] = [];
  const seen = new Set<string>();
  let object = '';
  for (const line of text.split('\n')) {
    const [, address, rest] = /^([0-9a-f]{8}) [0-9a-f]{8} +\d+ (.*)$/.exec(line) ?? [];
    if (rest === undefined) continue;
    const chunk = /^ {8}(\S.*):\(.*\)$/.exec(rest)?.[1];
    const name = /^ {16}(\S.*)$/.exec(rest)?.[1];
    if (chunk !== undefined) object = objectOf(chunk);
    else if (name !== undefined && !seen.has(`${address} ${object} ${name}`)) {
      seen.add(`${address} ${object} ${name}`);
      kept.push({ object, name });
    }
  }
  return kept;
}
