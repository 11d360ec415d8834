import { existsSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { runProgram } from '../workspace/run-program.ts';
import type { LinkerCommand } from './linker-command.ts';

/** The usual directories in which linkers look by default. */
const usual = ['/usr/local/lib', '/lib64', '/usr/lib64', '/lib', '/usr/lib'];

/** Variables that affect where a compiler driver looks, and where it is found. */
const searchVariables = ['PATH', 'LIBRARY_PATH', 'COMPILER_PATH', 'GCC_EXEC_PREFIX', 'HOME'];

/** Asks linkers where they look for libraries, once for each set of options. */
export class LibraryDirectories {
  private readonly known = new Map<string, Promise<readonly string[]>>();

  /** Resolves to the directories in search order, which follow those of `-L`; `environment` is the linker's. */
  async directoriesOf(
    linker: string,
    command: LinkerCommand,
    environment: ReadonlyMap<string, string>,
    cwd: string,
  ): Promise<readonly string[]> {
    const env: Record<string, string> = { LC_ALL: 'C' };
    for (const name of searchVariables) {
      const value = environment.get(name);
      if (value !== undefined) env[name] = value;
    }
    // Cargo starts a rustc in each package: nearly always all of them get one answer.
    const place = isSameEverywhere(linker, command, env) ? '' : cwd;
    const key = JSON.stringify([linker, command.searchOptions, command.sysroot, env, place]);
    let answer = this.known.get(key);
    if (answer === undefined) {
      answer = ask(linker, command, env, cwd);
      this.known.set(key, answer);
    }
    const absolute = (await answer).map((path) => resolve(cwd, path));
    return [...new Set(absolute)].filter((path) => existsSync(path));
  }
}

/** Returns whether a linker gives the same answer in every directory: nothing that it is told names a place relative to one. */
function isSameEverywhere(
  linker: string,
  { searchOptions, sysroot = '/' }: LinkerCommand,
  env: Readonly<Record<string, string>>,
): boolean {
  const isNamed = !linker.includes('/') || isAbsolute(linker);
  const options = searchOptions.map((option) => option.replace(/^(?:-B|--sysroot=)/, ''));
  const isPlaced = (option: string, i: number): boolean =>
    !isAbsolute(option) && (option.includes('/') || option !== searchOptions[i]);
  return (
    isNamed &&
    isAbsolute(sysroot) &&
    !options.some(isPlaced) &&
    // An empty entry of a search path is the directory itself.
    searchVariables.every((name) => (env[name] ?? '/').split(':').every(isAbsolute))
  );
}

/** Resolves to the directories as a linker names them, those of the system behind them. */
async function ask(
  linker: string,
  command: LinkerCommand,
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<readonly string[]> {
  const answer = async (args: readonly string[]): Promise<string> => {
    const all = [...command.searchOptions, ...args];
    // For a linker that does not know the option, the usual directories are used.
    const { stdout, stderr } = await runProgram(linker, all, { cwd, env }).catch(() => ({
      stdout: Buffer.alloc(0),
      stderr: '',
    }));
    return `${stdout.toString()}${stderr}`;
  };
  // A linker that is not a compiler driver knows the second option only.
  const direct = /^(?:ld|rust-lld|lld|mold)(?:[.-]|$)/.test(basename(linker));
  const driver = direct ? '' : await answer(['-print-search-dirs']);
  const ld = await answer(
    direct ? ['--verbose'] : ['-nostdlib', '-Wl,--verbose', '-o', '/dev/null'],
  );
  const root = command.sysroot ?? '';
  const directories = [
    ...(/^libraries: =?(.*)$/m.exec(driver)?.[1] ?? '').split(':'),
    ...[...ld.matchAll(/SEARCH_DIR\("(=?)([^"]*)"\)/g)].map(
      ([, inRoot, path]) => `${inRoot === '=' ? root : ''}${path}`,
    ),
    ...usual.map((path) => `${root}${path}`),
  ];
  return directories.filter((path) => path !== '');
}
