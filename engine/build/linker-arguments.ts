import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What a linker command line (GNU ld options as gcc and lld take them) says about the output. */
export interface LinkerCommand {
  readonly output: string;
  readonly inputs: readonly { readonly path: string; readonly wholeArchive: boolean }[];
  readonly shared: boolean;
  readonly gcSections: boolean;
  readonly exportsAll: boolean;
  readonly rootSymbols: readonly string[];
  /** Version scripts and dynamic lists, absolute. */
  readonly scripts: readonly string[];
  readonly unsupported: readonly string[];
}

/** Options of gcc whose value is the next argument. */
const driverWithValue = new Set([
  '-o',
  '-L',
  '-l',
  '-B',
  '-z',
  '-T',
  '-u',
  '-e',
  '-x',
  '-target',
  '--target',
  '-arch',
  '-Xlinker',
  '-h',
  '-soname',
  '-rpath',
  '-m',
  '-isysroot',
  '--sysroot',
  '-dynamic-linker',
]);

/** ld options with a separate value (also spelled `--NAME=VALUE`). */
const ldWithValue = new Set([
  'version-script',
  'dynamic-list',
  'undefined',
  'require-defined',
  'entry',
  'init',
  'fini',
  'export-dynamic-symbol',
  'export-dynamic-symbol-list',
  'soname',
  'rpath',
  'rpath-link',
  'dynamic-linker',
  'plugin',
  'plugin-opt',
  'library',
  'library-path',
  'sysroot',
  'defsym',
  'wrap',
  'script',
  'Map',
  'build-id',
  'hash-style',
  'sort-section',
  'threads',
  'thread-count',
  'default-script',
  'just-symbols',
  'section-start',
  'exclude-libs',
  'format',
  'emulation',
  'image-base',
  'unresolved-symbols',
  'auxiliary',
  'filter',
  'out-implib',
]);

/** Single-letter ld options with a value, attached or separate. */
const ldShortWithValue = new Set([
  'L',
  'l',
  'o',
  'u',
  'e',
  'z',
  'm',
  'h',
  'T',
  'R',
  'y',
  'I',
  'f',
  'F',
  'a',
  'A',
  'b',
  'G',
  'O',
  'Y',
  'c',
]);

class Scan {
  output = 'a.out';
  shared = false;
  relocatable = false;
  gcSections = false;
  exportsAll = false;
  readonly rootSymbols: string[] = [];
  readonly scripts: string[] = [];
  readonly unsupported: string[] = [];
  readonly searched: string[] = [];
  readonly inputs: (
    | { path: string; wholeArchive: boolean }
    | { library: string; static: boolean; wholeArchive: boolean }
  )[] = [];
  private wholeArchive = false;
  private static = false;
  private allStatic = false;
  private readonly saved: { wholeArchive: boolean; static: boolean }[] = [];
  private readonly cwd: string;

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  file(path: string): void {
    this.inputs.push({ path: resolve(this.cwd, path), wholeArchive: this.wholeArchive });
  }

  library(name: string): void {
    this.inputs.push({
      library: name,
      static: this.static || this.allStatic,
      wholeArchive: this.wholeArchive,
    });
  }

  /** One option that ld itself takes; `next` gives the argument behind it. */
  ld(argument: string, next: () => string | undefined): void {
    const long = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$/s.exec(argument);
    const name = long?.[1] ?? '';
    const short = /^-([A-Za-z])(.*)$/s.exec(argument);
    const value = (): string => long?.[2] ?? next() ?? '';
    switch (name) {
      case 'version-script':
      case 'dynamic-list':
      case 'export-dynamic-symbol-list':
        this.scripts.push(resolve(this.cwd, value()));
        return;
      case 'undefined':
      case 'require-defined':
      case 'entry':
      case 'init':
      case 'fini':
      case 'export-dynamic-symbol':
        this.rootSymbols.push(value());
        return;
      case 'gc-sections':
        this.gcSections = true;
        return;
      case 'no-gc-sections':
        this.gcSections = false;
        return;
      case 'export-dynamic':
      case 'E':
        this.exportsAll = true;
        return;
      case 'whole-archive':
        this.wholeArchive = true;
        return;
      case 'no-whole-archive':
        this.wholeArchive = false;
        return;
      case 'Bstatic':
      case 'dn':
      case 'non_shared':
        this.static = true;
        return;
      case 'static':
        this.static = true;
        return;
      case 'Bdynamic':
      case 'dy':
      case 'call_shared':
        this.static = false;
        return;
      case 'push-state':
        this.saved.push({ wholeArchive: this.wholeArchive, static: this.static });
        return;
      case 'pop-state': {
        const state = this.saved.pop();
        if (state !== undefined) ({ wholeArchive: this.wholeArchive, static: this.static } = state);
        return;
      }
      case 'shared':
      case 'Bshareable':
        this.shared = true;
        return;
      case 'relocatable':
      case 'r':
        this.unsupported.push(`${argument} (a relocatable output)`);
        return;
      case 'script':
      case 'default-script':
      case 'just-symbols':
        this.unsupported.push(`${argument} (a linker script or symbol file)`);
        value();
        return;
      case 'defsym':
      case 'wrap': {
        // `--defsym a=b` and `--wrap a` turn references to one symbol into another.
        const given = value();
        this.unsupported.push(`--${name}=${given} (redirects symbols)`);
        return;
      }
      case 'library':
        this.library(value());
        return;
      case 'library-path':
        this.searched.push(resolve(this.cwd, value()));
        return;
    }
    if (ldWithValue.has(name)) {
      if (
        long?.[2] === undefined &&
        name !== 'build-id' &&
        name !== 'threads' &&
        name !== 'plugin-opt'
      )
        next();
      return;
    }
    if (
      short !== null &&
      !argument.startsWith('--') &&
      ldShortWithValue.has(short[1] as string) &&
      !long?.[2]
    ) {
      const rest = short[2] as string;
      this.short(short[1] as string, rest === '' ? (next() ?? '') : rest);
    }
  }

  short(letter: string, value: string): void {
    switch (letter) {
      case 'o':
        this.output = value;
        return;
      case 'L':
        this.searched.push(resolve(this.cwd, value.replace(/^=/, '')));
        return;
      case 'l':
        this.library(value);
        return;
      case 'u':
      case 'e':
        this.rootSymbols.push(value);
        return;
      case 'T':
        this.unsupported.push(`-T ${value} (a linker script)`);
        return;
    }
  }

  staticEverything(): void {
    this.allStatic = true;
  }
}

/** Reads a linker command line; response files have to be expanded before. */
export function parseLinkerArguments(args: readonly string[], cwd: string): LinkerCommand {
  const scan = new Scan(cwd);
  let index = 0;
  const next = (): string | undefined => args[++index];
  for (; index < args.length; index++) {
    const argument = args[index] as string;
    if (argument.startsWith('-Wl,')) {
      const words = argument.slice(4).split(',');
      for (let w = 0; w < words.length; w++) {
        const word = words[w] as string;
        if (word.startsWith('-'))
          scan.ld(word, () => words[++w] ?? linkerValue(args, () => next()));
        else if (word !== '') scan.file(word);
      }
    } else if (argument === '-Xlinker') {
      const word = next() ?? '';
      scan.ld(word, () => {
        if (args[index + 1] === '-Xlinker') next();
        return next();
      });
    } else if (!argument.startsWith('-')) {
      scan.file(argument);
    } else {
      driver(argument, scan, next);
    }
  }
  const inputs: { path: string; wholeArchive: boolean }[] = [];
  for (const input of scan.inputs) {
    const path = 'path' in input ? input.path : find(input.library, input.static, scan.searched);
    if (path === undefined || isSharedObject(path)) continue;
    if (!/\.(?:o|obj|a|rlib|lo|rmeta)$/.test(path))
      scan.unsupported.push(`${path} (an input of an unknown kind)`);
    inputs.push({ path, wholeArchive: input.wholeArchive });
  }
  return {
    output: resolve(cwd, scan.output),
    inputs,
    shared: scan.shared,
    gcSections: scan.gcSections,
    exportsAll: scan.exportsAll,
    rootSymbols: scan.rootSymbols,
    scripts: scan.scripts,
    unsupported: scan.unsupported,
  };
}

/** `-Wl,--name -Wl,value` gives the value in the next -Wl argument. */
function linkerValue(args: readonly string[], next: () => string | undefined): string | undefined {
  void args;
  return next()?.replace(/^-Wl,/, '');
}

function driver(argument: string, scan: Scan, next: () => string | undefined): void {
  if (argument === '-shared' || argument === '--shared') scan.shared = true;
  else if (argument === '-static' || argument === '-static-pie') scan.staticEverything();
  else if (argument === '-rdynamic') scan.exportsAll = true;
  else if (argument === '-r') scan.unsupported.push('-r (a relocatable output)');
  else if (argument === '-flavor') next();
  else if (
    argument.startsWith('-flto') ||
    argument.startsWith('-fplugin') ||
    argument.startsWith('-specs')
  ) {
    scan.unsupported.push(`${argument} (code that only the linker sees)`);
  } else if (/^-[oLlueT]/.test(argument) && !/^-(?:lto|undefined|entry)/.test(argument)) {
    const rest = argument.slice(2);
    scan.short(argument[1] as string, rest === '' ? (next() ?? '') : rest);
  } else if (driverWithValue.has(argument)) {
    next();
  } else if (argument.startsWith('--') || /^-(?:Bstatic|Bdynamic|dn|dy|E)$/.test(argument)) {
    // lld and ld called without a compiler driver.
    scan.ld(argument, next);
  }
}

function isSharedObject(path: string): boolean {
  return /\.so(?:\.[0-9.]+)?$/.test(path);
}

/** The file that `-lNAME` finds; undefined for a shared or system library, whose code is not in the output. */
function find(name: string, isStatic: boolean, searched: readonly string[]): string | undefined {
  if (name.startsWith(':')) {
    return searched
      .map((directory) => join(directory, name.slice(1)))
      .find((path) => existsSync(path));
  }
  for (const directory of searched) {
    if (!isStatic) {
      const shared = join(directory, `lib${name}.so`);
      if (existsSync(shared)) return shared;
    }
    const archive = join(directory, `lib${name}.a`);
    if (existsSync(archive)) return archive;
  }
  return undefined;
}

/** Names that a version script makes global or a dynamic list exports (ld manual, "VERSION"). Nested `extern` blocks count by their names. */
export function exportedPatterns(script: string): string[] {
  const patterns: string[] = [];
  let global = true;
  for (const word of script
    .replace(/\/\*[\s\S]*?\*\/|#[^\n]*/g, ' ')
    .match(/"[^"]*"|[^\s{};]+|[{}]/g) ?? []) {
    if (word === 'global:') global = true;
    else if (word === 'local:') global = false;
    else if (word === '{') global = true;
    else if (word === '}' || word === 'extern' || word === '"C"' || word === '"C++"') continue;
    else if (global) patterns.push(word.replace(/^"|"$/g, ''));
  }
  return patterns;
}
