import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RustcInvocation } from './types.ts';

/** What rustc asks this machine for when it compiles for another system, and what a sandbox has to show of it. */
export interface ForeignTools {
  readonly set: readonly (readonly [string, string])[];
  readonly reads: readonly string[];
}

const none: ForeignTools = { set: [], reads: [] };

/** `dlltool` by the first part of the target, as rustc calls it (rustc's source, `find_binutils_dlltool`). */
const dlltools: Readonly<Record<string, string>> = {
  x86_64: 'x86_64-w64-mingw32-dlltool',
  i686: 'i686-w64-mingw32-dlltool',
  i586: 'i686-w64-mingw32-dlltool',
  aarch64: 'aarch64-w64-mingw32-dlltool',
};

/**
 * Writes an import library that holds nothing: what it would say is where a DLL of the system has its functions, which
 * are no package's code.
 */
const emptyImportLibrary = `#!/bin/sh
while [ $# -gt 0 ]; do
  if [ "$1" = -l ]; then printf '!<arch>\\n' > "$2"; fi
  shift
done
`;

/**
 * Returns the variables with which rustc finds what it looks for, where the user has not got it: an SDK of Apple, of
 * which nothing is read when nothing is linked, and MinGW's dlltool. `directory` takes our own tools.
 */
export async function foreignTools(
  { target, platform }: Pick<RustcInvocation, 'target' | 'platform'>,
  env: ReadonlyMap<string, string>,
  places: { readonly sysroot: string; readonly directory: string },
): Promise<ForeignTools> {
  if (platform.linker === 'apple') {
    // rustc only looks whether it exists. Without one it asks Xcode's `xcrun` and warns that there is none.
    return { ...none, set: [['SDKROOT', env.get('SDKROOT') || places.sysroot]] };
  }
  if (platform.linker !== 'mingw') return none;
  const name = dlltools[target?.split('-')[0] ?? ''];
  const path = env.get('PATH') ?? '';
  if (name === undefined || path.split(':').some((place) => existsSync(join(place, name))))
    return none;
  const directory = join(places.directory, 'dlltool');
  const tool = join(directory, name);
  if (!existsSync(tool)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const temporary = `${tool}.${process.hrtime.bigint()}`;
    await writeFile(temporary, emptyImportLibrary, { mode: 0o755 });
    await rename(temporary, tool);
  }
  return { set: [['PATH', `${path}:${directory}`]], reads: [directory] };
}
