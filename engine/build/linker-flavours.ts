import type { Platform } from '../workspace/platform.ts';
import { exportedByList, parseAppleArguments } from './linker-apple.ts';
import { parseLinkerArguments } from './linker-arguments.ts';
import type { LinkerCommand } from './linker-command.ts';
import { MingwScan } from './linker-mingw.ts';
import { exportedByDefinitions, parseMsvcArguments } from './linker-msvc.ts';
import { exportedPatterns } from './linker-scripts.ts';
import { expandLinkerArguments, splitWindowsWords } from './response-file.ts';
import { namesOnWindows } from './symbol-names.ts';

type ReadFile = (path: string) => Buffer;

/** How the command lines of one kind of linker are read. */
export interface LinkerFlavour {
  /** Replaces each `@FILE` by the words in it. Throws when a file cannot be decoded, or files name each other without end. */
  expand(args: readonly string[], cwd: string, read?: ReadFile): string[];
  /** Reads a command line whose response files were expanded. */
  parse(args: readonly string[], cwd: string): LinkerCommand;
  /** Returns the names that a script of the linker exports, `*` allowed; undefined when it may do more than that. */
  exported(script: string): string[] | undefined;
}

const gnu: LinkerFlavour = {
  expand: (args, cwd, read) => expandLinkerArguments(args, cwd, read),
  parse: (args, cwd) => parseLinkerArguments(args, cwd),
  exported: exportedPatterns,
};

/** By {@link Platform.linker}. */
export const linkerFlavours: Readonly<Record<Platform['linker'], LinkerFlavour>> = {
  gnu,
  mingw: {
    ...gnu,
    parse(args, cwd) {
      const command = parseLinkerArguments(args, cwd, new MingwScan(cwd));
      const shared = command.shared || args.includes('-mdll');
      // Definition files are on the command line like inputs.
      return { ...command, shared, rootSymbols: command.rootSymbols.flatMap(namesOnWindows) };
    },
    exported: (script) => exportedByDefinitions(script) ?? exportedPatterns(script),
  },
  msvc: {
    expand: (args, cwd, read) =>
      expandLinkerArguments(args, cwd, read, undefined, splitWindowsWords),
    parse: parseMsvcArguments,
    exported: exportedByDefinitions,
  },
  apple: { ...gnu, parse: parseAppleArguments, exported: exportedByList },
};
