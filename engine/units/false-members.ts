import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RustcOutcome } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { isWithin } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';
import { everyStem } from './makers.ts';
import type { Records } from './records.ts';

/**
 * Throws CheckError when a native static library that rustc may have used has a member that is named like an object
 * of the unit. rustc copies the members of such libraries into an rlib, beside its own objects, and only the names
 * distinguish them. Only libraries in directories that belong to packages or build scripts are examined.
 */
export async function refuseFalseMembers(
  { invocation, nativeDirectories, outputs }: RustcOutcome,
  workspace: Workspace,
  records: Records,
): Promise<void> {
  if (!outputs.some((path) => /\.(?:rlib|a|lib)$/.test(path))) return;
  const reach = [...buildDirectories(workspace), ...workspace.packages.map((p) => p.directory)];
  const stems = new Set([`${invocation.crateName}${invocation.extraFilename}`]);
  if (outputs.some((path) => /\.(?:a|lib)$/.test(path)))
    for (const stem of everyStem(records, workspace)) stems.add(stem);
  for (const directory of new Set(nativeDirectories)) {
    if (directory === invocation.outDir || !reach.some((place) => isWithin(directory, place)))
      continue;
    const names = await readdir(directory).catch(() => []);
    if (names.length > MAX_FILES)
      throw new CheckError(
        `${directory}, in which rustc looks for libraries of ${invocation.crateName}, holds ${names.length} files`,
        'a build script of the package or of a dependency may name that directory (`cargo:rustc-link-search`): let it name one that holds only libraries',
      );
    for (const name of names) {
      const path = join(directory, name);
      const member = (await memberNames(path)).find(
        (name) => name.endsWith('.rcgu.o') && stems.has(name.slice(0, name.indexOf('.'))),
      );
      if (member === undefined) continue;
      throw new CheckError(
        `${path} has the member ${member}, which is named like an object that rustc made for ${invocation.crateName}`,
        'remove that library, or rename the member',
      );
    }
  }
}

/** More files than any directory of libraries has. */
const MAX_FILES = 20_000;
const HEADER = 60;
/** Longest name that the parsers take, in bytes. */
const MAX_NAME = 4096;

/**
 * Returns a name in the table of long names. All members may have the same name, so that no more is read than a
 * name's length.
 */
function nameAt(longNames: string, at: number): string {
  const text = longNames.slice(at, at + MAX_NAME);
  return (text.split('\n', 1)[0] ?? '').replace(/\/$/, '');
}

/** Resolves to the names of an archive's members (ar(5), GNU long names); none for a file that is not an archive. */
async function memberNames(path: string): Promise<string[]> {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return [];
  try {
    const status = await file.stat();
    if (!status.isFile()) return [];
    const read = async (at: number, length: number): Promise<string> => {
      // A header can claim any size.
      const there = Math.max(0, Math.min(length, status.size - at));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(there), 0, there, at);
      return buffer.toString('latin1', 0, bytesRead);
    };
    if ((await read(0, 8)) !== '!<arch>\n') return [];
    const names: string[] = [];
    let longNames = '';
    for (let at = 8; ; ) {
      const header = await read(at, HEADER);
      if (header.length < HEADER) return names;
      const size = Number(header.slice(48, 58).trim());
      // Reading the rlib reports the error for an archive that cannot be read here.
      if (!Number.isSafeInteger(size) || size < 0) return names;
      const field = header.slice(0, 16).trimEnd();
      const long = /^\/(\d+)$/.exec(field)?.[1];
      const bsd = /^#1\/(\d+)$/.exec(field)?.[1];
      if (field === '//') longNames = await read(at + HEADER, size);
      else if (long !== undefined) names.push(nameAt(longNames, Number(long)));
      else if (bsd !== undefined)
        names.push(await read(at + HEADER, Math.min(MAX_NAME, Number(bsd))));
      else names.push(field.replace(/\/$/, ''));
      at += HEADER + size + (size % 2);
    }
  } finally {
    await file.close();
  }
}
