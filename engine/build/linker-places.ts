import { lstatSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin, realPath } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';
import type { LinkerCommand } from './linker-command.ts';
import type { RustcInvocation } from './types.ts';

/** The unit that links, and every instruction that build scripts gave cargo, in the older spelling (`cargo:X`). */
export interface LinkOrigin {
  readonly workspace: Workspace;
  readonly invocation: Pick<RustcInvocation, 'scriptOutDir'>;
  readonly instructions: readonly string[];
}

/** Where a system keeps its programs and libraries. An attacker who can write there needs no linker option. */
const system = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/opt', '/nix/store', '/gnu'];

const toLinker = /^cargo:rustc-(?:[a-z-]*link-arg[a-z-]*|flags|link-lib|link-search)=(.*)$/s;

/**
 * Returns why places that a linker command line names are refused: a linker, its start files or a loader that a
 * package or a build script could have put there, and a map file that would overwrite another file. A linker does not
 * run in the sandbox of the build script that gives it arguments. The user's own configuration may name any place
 * that no package holds.
 */
export function refusedPlaces(command: LinkerCommand, origin: LinkOrigin): string[] {
  const { workspace } = origin;
  const said = saidByScripts(origin.instructions);
  const trusted = [...system, workspace.sysroot];
  const programs = command.programs.flatMap(({ option, path, written, runs }) => {
    if (runs && isUnderJudgement(path, workspace))
      return [`${option} (a program of a package or of the target directory)`];
    if (!said(written) || trusted.some((place) => isWithin(path, place))) return [];
    return [`${option} (a build script says where the linker finds programs or start files)`];
  });
  const maps = command.maps.flatMap(({ path, written }) => {
    const why = refusedMap(path, said(written), origin.invocation.scriptOutDir);
    return why === undefined ? [] : [`-Map=${written} (${why})`];
  });
  return [...programs, ...maps];
}

function refusedMap(path: string, said: boolean, outDir: string | undefined): string | undefined {
  if (!/\.map$/i.test(path)) return 'writes a file that is no .map';
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !isPlain(there)) return 'writes through a link';
  if (!said) return undefined;
  const within = outDir !== undefined && isWithin(realPlace(path), realPath(outDir));
  return within ? undefined : 'a build script has it written outside of its OUT_DIR';
}

function isPlain(file: Stats): boolean {
  return file.isFile() && file.nlink === 1;
}

function realPlace(path: string): string {
  return join(realPath(dirname(path)), '.');
}

/**
 * Returns a function that tells whether build scripts gave an argument. When one of them gave a file of arguments,
 * any argument may come from it.
 */
function saidByScripts(instructions: readonly string[]): (written: string) => boolean {
  const texts = instructions.flatMap((line) => {
    const text = toLinker.exec(line)?.[1];
    return text === undefined ? [] : [text];
  });
  const fromFile = texts.some((text) => text.includes('@'));
  return (written) => fromFile || texts.some((text) => text.includes(written));
}

/** Returns whether code that is not judged yet may have made the file at this path: then nothing may run it. */
function isUnderJudgement(path: string, workspace: Workspace): boolean {
  const places = [...buildDirectories(workspace), ...workspace.packages.map((p) => p.directory)];
  return places.some((place) => isWithin(path, place));
}
