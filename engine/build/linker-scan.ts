import { resolve } from 'node:path';
import type { CommandInput, LinkerCommand, WrittenPath } from './linker-command.ts';
import { emulation, ldFlags, ldWithValue } from './linker-options.ts';

/** The options of an ld that affect no code, and its emulations (`-m`). */
export interface LdOptions {
  readonly flags: ReadonlySet<string>;
  readonly withValue: ReadonlySet<string>;
  readonly emulation: RegExp;
}

const forElf: LdOptions = { flags: ldFlags, withValue: ldWithValue, emulation };

/** Collects what the options of a linker command line say, read one after the other. */
export class LinkerScan {
  output = 'a.out';
  sysroot: string | undefined;
  shared = false;
  drops: LinkerCommand['drops'] = 'nothing';
  exportsAll = false;
  versioned = false;
  readonly rootSymbols: string[] = [];
  readonly exportPatterns: string[] = [];
  readonly scripts: string[] = [];
  readonly unsupported: string[] = [];
  readonly searched: string[] = [];
  readonly programs: LinkerCommand['programs'][number][] = [];
  readonly searchOptions: string[] = [];
  readonly maps: WrittenPath[] = [];
  readonly inputs: CommandInput[] = [];
  private wholeArchive = false;
  private static = false;
  private allStatic = false;
  private readonly saved: { wholeArchive: boolean; static: boolean }[] = [];
  readonly cwd: string;
  private readonly options: LdOptions;

  constructor(cwd: string, options: LdOptions = forElf) {
    this.cwd = cwd;
    this.options = options;
  }

  file(path: string): void {
    this.inputs.push({ path: resolve(this.cwd, path), wholeArchive: this.wholeArchive });
  }

  script(path: string): void {
    this.scripts.push(resolve(this.cwd, path));
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

  /** A system root: start files and the C library come from there. */
  root(written: string): void {
    this.sysroot = resolve(this.cwd, written);
    this.place(`--sysroot=${written}`, written, false);
  }

  /** `-B`: the place where a compiler driver looks first for programs and start files. */
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

  /** Reads one option of ld itself; `next` returns the following argument. */
  ld(argument: string, next: () => string | undefined): void {
    const long = /^--?([A-Za-z][A-Za-z0-9-]*)(?:=(.*))?$/s.exec(argument);
    const name = long?.[1] ?? '';
    const value = (): string => long?.[2] ?? next() ?? '';
    if (long !== null && this.known(name, argument, value)) return;
    if (argument === '-(' || argument === '-)') return;
    if (this.options.flags.has(name)) {
      if (this.options.withValue.has(name) && long?.[2] === undefined) next();
      return;
    }
    if (this.options.withValue.has(name)) {
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

  /** Reads an option that affects the contents of the output. Returns false when it is none of these. */
  private known(name: string, argument: string, value: () => string): boolean {
    switch (name) {
      case 'version-script':
        this.versioned = true;
        this.script(value());
        return true;
      case 'dynamic-list':
      case 'export-dynamic-symbol-list':
        this.script(value());
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
        this.drops = 'sections';
        return true;
      case 'no-gc-sections':
        this.drops = 'nothing';
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

  /** Reads a single-letter option, with its value attached or, when `rest` is empty, in the next argument. */
  short(letter: string, rest: string, next: () => string | undefined, argument: string): void {
    const value = rest === '' ? (): string => next() ?? '' : (): string => rest;
    // With a single dash, an unknown long option looks like a short option with its value.
    if (/[euhyl]/.test(letter) && rest.includes('=')) {
      this.refuse(argument, 'an option that cackle does not know');
      return;
    }
    switch (letter) {
      case 'm': {
        const name = value();
        if (!this.options.emulation.test(name))
          this.refuse(`-m ${name}`, 'no emulation that cackle knows');
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
    if (this.options.withValue.has(letter)) value();
    else if (!this.options.flags.has(letter) || !/^[0-9]*$/.test(rest))
      this.refuse(argument, 'an option that cackle does not know');
  }
}
