import { resolve } from 'node:path';
import {
  driverFeatures,
  driverFlags,
  driverWithValue,
  emulation,
  ldFlags,
  ldWithValue,
} from './linker-options.ts';

/** A file or `-lNAME` of a linker command line; options in force where it stands. */
export type CommandInput = { readonly wholeArchive: boolean } & (
  | { readonly path: string }
  | { readonly library: string; readonly static: boolean }
);

/** A path as an option has it, and absolute. */
export interface NamedPlace {
  readonly written: string;
  readonly path: string;
}

/** What a linker command line (GNU ld options as gcc and lld take them) says about the output. */
export interface LinkerCommand {
  readonly output: string;
  readonly inputs: readonly CommandInput[];
  /** `-L` directories in order, absolute. */
  readonly searched: readonly string[];
  readonly sysroot: string | undefined;
  readonly shared: boolean;
  readonly gcSections: boolean;
  readonly exportsAll: boolean;
  readonly rootSymbols: readonly string[];
  /** `--export-dynamic-symbol`: patterns. */
  readonly exportPatterns: readonly string[];
  /** Is there a version script, which hides what it does not name? */
  readonly versioned: boolean;
  /** Version scripts and dynamic lists, absolute. */
  readonly scripts: readonly string[];
  /** Files and directories from which the link or the output runs programs (`-B`, `-fuse-ld`, `--dynamic-linker`), and system roots. */
  readonly programs: readonly (NamedPlace & { readonly option: string; readonly runs: boolean })[];
  /** Files that the linker writes beside the output: `-Map`. */
  readonly maps: readonly NamedPlace[];
  /** Options that decide where a compiler driver looks for libraries. */
  readonly searchOptions: readonly string[];
  readonly unsupported: readonly string[];
}

class Scan {
  output = 'a.out';
  sysroot: string | undefined;
  shared = false;
  gcSections = false;
  exportsAll = false;
  versioned = false;
  readonly rootSymbols: string[] = [];
  readonly exportPatterns: string[] = [];
  readonly scripts: string[] = [];
  readonly unsupported: string[] = [];
  readonly searched: string[] = [];
  readonly programs: LinkerCommand['programs'][number][] = [];
  readonly searchOptions: string[] = [];
  readonly maps: NamedPlace[] = [];
  readonly inputs: CommandInput[] = [];
  private wholeArchive = false;
  private static = false;
  private allStatic = false;
  private readonly saved: { wholeArchive: boolean; static: boolean }[] = [];
  readonly cwd: string;

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

  search(directory: string): void {
    const inSysroot = /^(?:=|\$SYSROOT)/.exec(directory)?.[0];
    this.searched.push(
      inSysroot === undefined
        ? resolve(this.cwd, directory)
        : `${this.sysroot ?? ''}/${directory.slice(inSysroot.length)}`,
    );
  }

  program(option: string, written: string): void {
    if (written.includes('/')) this.place(option, written, true);
  }

  private place(option: string, written: string, runs: boolean): void {
    this.programs.push({ option, written, path: resolve(this.cwd, written), runs });
  }

  /** Start files and the C library come from there. */
  root(written: string): void {
    this.sysroot = resolve(this.cwd, written);
    this.place(`--sysroot=${written}`, written, false);
  }

  /** `-B`: where a compiler driver looks for programs and start files first. */
  prefix(written: string): void {
    this.place(`-B${written}`, written, true);
    this.searchOptions.push(`-B${written}`);
  }

  private map(written: string): void {
    this.maps.push({ written, path: resolve(this.cwd, written) });
  }

  refuse(argument: string, why: string): void {
    this.unsupported.push(`${argument} (${why})`);
  }

  staticEverything(): void {
    this.allStatic = true;
  }

  /** One option that ld itself takes; `next` gives the argument behind it. */
  ld(argument: string, next: () => string | undefined): void {
    const long = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$/s.exec(argument);
    const name = long?.[1] ?? '';
    const value = (): string => long?.[2] ?? next() ?? '';
    if (long !== null && this.known(name, argument, value)) return;
    if (argument === '-(' || argument === '-)') return;
    if (ldFlags.has(name)) {
      if (ldWithValue.has(name) && long?.[2] === undefined) next();
      return;
    }
    if (ldWithValue.has(name)) {
      value();
      return;
    }
    const short = /^-([A-Za-z])(.*)$/s.exec(argument);
    if (short === null || argument.startsWith('--')) {
      this.refuse(argument, 'an option that cackle does not know');
      return;
    }
    const [, letter, rest] = short as unknown as [string, string, string];
    this.short(letter, rest, next, argument);
  }

  /** Options that bear on what the output holds; false when it is none of them. */
  private known(name: string, argument: string, value: () => string): boolean {
    switch (name) {
      case 'version-script':
        this.versioned = true;
        this.scripts.push(resolve(this.cwd, value()));
        return true;
      case 'dynamic-list':
      case 'export-dynamic-symbol-list':
        this.scripts.push(resolve(this.cwd, value()));
        return true;
      case 'undefined':
      case 'require-defined':
      case 'entry':
      case 'init':
      case 'fini':
        this.rootSymbols.push(value());
        return true;
      case 'export-dynamic-symbol':
        this.exportPatterns.push(value());
        return true;
      case 'gc-sections':
        this.gcSections = true;
        return true;
      case 'no-gc-sections':
        this.gcSections = false;
        return true;
      case 'export-dynamic':
      case 'E':
      case 'dynamic-list-data':
      case 'dynamic-list-cpp-new':
      case 'dynamic-list-cpp-typeinfo':
      case 'gc-keep-exported':
        this.exportsAll = true;
        return true;
      case 'whole-archive':
        this.wholeArchive = true;
        return true;
      case 'no-whole-archive':
        this.wholeArchive = false;
        return true;
      case 'Bstatic':
      case 'dn':
      case 'non_shared':
      case 'static':
        this.static = true;
        return true;
      case 'Bdynamic':
      case 'dy':
      case 'call_shared':
        this.static = false;
        return true;
      case 'push-state':
        this.saved.push({ wholeArchive: this.wholeArchive, static: this.static });
        return true;
      case 'pop-state': {
        const state = this.saved.pop();
        if (state !== undefined) ({ wholeArchive: this.wholeArchive, static: this.static } = state);
        return true;
      }
      case 'shared':
      case 'Bshareable':
        this.shared = true;
        return true;
      case 'relocatable':
      case 'r':
      case 'i':
        this.refuse(argument, 'a relocatable output');
        return true;
      case 'script':
      case 'default-script':
      case 'just-symbols':
        this.refuse(`--${name}=${value()}`, 'a linker script or symbol file');
        return true;
      case 'defsym':
      case 'wrap':
        // `--defsym a=b` and `--wrap a` turn references to one symbol into another.
        this.refuse(`--${name}=${value()}`, 'redirects symbols');
        return true;
      case 'plugin':
        this.refuse(`--plugin=${value()}`, 'code that only the linker sees');
        return true;
      case 'plugin-opt':
        this.refuse(
          `--plugin-opt=${value()}`,
          'options for code that only the linker sees: compile without linker-plugin-lto',
        );
        return true;
      case 'auxiliary':
      case 'filter':
      case 'f':
      case 'F':
        this.refuse(`--${name}=${value()}`, 'a library that is loaded in place of this one');
        return true;
      case 'Map':
        this.map(value());
        return true;
      case 'dynamic-linker': {
        const path = value();
        this.program(`--dynamic-linker=${path}`, path);
        return true;
      }
      case 'library':
        this.library(value());
        return true;
      case 'library-path':
        this.search(value());
        return true;
      case 'sysroot':
        this.root(value());
        return true;
      default:
        return false;
    }
  }

  /** A single-letter option with its value attached, or in the next argument when `rest` is empty. */
  short(letter: string, rest: string, next: () => string | undefined, argument: string): void {
    const value = rest === '' ? (): string => next() ?? '' : (): string => rest;
    // Written with one dash, a long option that is not known looks like a short one with its value.
    if (/[euhyl]/.test(letter) && rest.includes('=')) {
      this.refuse(argument, 'an option that cackle does not know');
      return;
    }
    switch (letter) {
      case 'm': {
        const name = value();
        if (!emulation.test(name)) this.refuse(`-m ${name}`, 'no emulation that cackle knows');
        return;
      }
      case 'o':
        this.output = value();
        return;
      case 'L':
        this.search(value());
        return;
      case 'l':
        this.library(value());
        return;
      case 'u':
      case 'e':
        this.rootSymbols.push(value());
        return;
      case 'I': {
        const path = value();
        this.program(`--dynamic-linker=${path}`, path);
        return;
      }
      case 'T':
        this.refuse(`-T ${value()}`, 'a linker script');
        return;
      case 'R':
        this.refuse(`-R ${value()}`, 'a symbol file');
        return;
    }
    if (ldWithValue.has(letter)) value();
    else if (!ldFlags.has(letter) || !/^[0-9]*$/.test(rest))
      this.refuse(argument, 'an option that cackle does not know');
  }
}

/** Reads a linker command line; response files have to be expanded before. */
export function parseLinkerArguments(args: readonly string[], cwd: string): LinkerCommand {
  const scan = new Scan(cwd);
  let index = -1;
  const next = (): string | undefined => args[++index];
  // Words for ld alone. What an option of the driver takes as its value is none, whatever it looks like.
  let passed: readonly string[] = [];
  let at = 0;
  const nextOfLd = (): string | undefined => {
    if (at < passed.length) return passed[at++];
    const argument = next();
    if (argument === '-Xlinker') return next();
    if (!argument?.startsWith('-Wl,')) return argument;
    passed = argument.slice(4).split(',');
    at = 1;
    return passed[0];
  };
  const ld = (word: string): void => {
    if (word === '') return;
    if (word.startsWith('-')) scan.ld(word, nextOfLd);
    else scan.file(word);
  };
  while (index + 1 < args.length) {
    const argument = next() as string;
    if (argument === '-Xlinker') ld(next() ?? '');
    else if (argument.startsWith('-Wl,')) {
      passed = argument.slice(4).split(',');
      at = 0;
    } else if (!argument.startsWith('-')) {
      if (argument !== '') scan.file(argument);
    } else {
      driver(argument, scan, next);
    }
    while (at < passed.length) ld(passed[at++] as string);
  }
  return {
    output: resolve(cwd, scan.output),
    inputs: scan.inputs,
    searched: scan.searched,
    sysroot: scan.sysroot,
    shared: scan.shared,
    gcSections: scan.gcSections,
    exportsAll: scan.exportsAll,
    rootSymbols: scan.rootSymbols,
    exportPatterns: scan.exportPatterns,
    versioned: scan.versioned,
    scripts: scan.scripts,
    programs: scan.programs,
    searchOptions: scan.searchOptions,
    maps: scan.maps,
    unsupported: scan.unsupported,
  };
}

/** One option of gcc or clang, or of an ld that is called without a compiler driver. */
function driver(argument: string, scan: Scan, next: () => string | undefined): void {
  if (argument === '-static' || argument === '-static-pie') {
    scan.staticEverything();
  } else if (argument === '-rdynamic') {
    scan.exportsAll = true;
  } else if (argument === '-x') {
    scan.refuse(`-x ${next() ?? ''}`, 'inputs of another language');
  } else if (argument === '-flavor') {
    next();
  } else if (argument.startsWith('-fuse-ld=') || argument.startsWith('--ld-path=')) {
    scan.program(argument, argument.slice(argument.indexOf('=') + 1));
  } else if (/^-B(?!(?:static|dynamic|shareable|symbolic|no-symbolic)$)/.test(argument)) {
    scan.prefix(argument.slice(2) || (next() ?? ''));
  } else if (/^-f(?:lto|plugin|thinlto)/.test(argument)) {
    scan.refuse(argument, 'code that only the linker sees');
  } else if (argument.startsWith('-f') && argument !== '-fno-lto') {
    if (!driverFeatures.test(argument))
      scan.refuse(argument, 'an option that cackle does not know');
  } else if (
    /^-(?:[oLl]|u(?!n(?:defined|resolved))|T(?!text|data|bss|rodata|ldata)|e(?!h-frame|nable|xport|nd|rror|mit|xecute|ntry))/.test(
      argument,
    )
  ) {
    scan.short(argument[1] as string, argument.slice(2), next, argument);
  } else if (driverWithValue.has(argument)) {
    const value = next() ?? '';
    if (argument === '--sysroot') scan.root(value);
    if (/^(?:-target|--sysroot|-arch)$/.test(argument)) scan.searchOptions.push(argument, value);
  } else if (driverFlags.test(argument)) {
    if (argument.startsWith('--sysroot=')) scan.root(argument.slice('--sysroot='.length));
    if (/^(?:-m|--target=|--sysroot=)/.test(argument)) scan.searchOptions.push(argument);
  } else {
    scan.ld(argument, next);
  }
}
