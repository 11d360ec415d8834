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

/** The start of a shell's `${…}`, which means something else in a template. */
const open = '${';

/**
 * Stands in for MinGW's dlltool, as rustc calls it for `raw-dylib`: writes an import library of short import objects ("PE Format",
 * Import Library Format), which say of each symbol what it is in the DLL. rustc writes `NAME` and `NAME @4 NONAME`; a line that is
 * neither is an error.
 */
const dlltool = String.raw`#!/bin/sh
LC_ALL=C
while [ $# -gt 0 ]; do
  case "$1" in -d) list=$2 ;; -D) dll=$2 ;; -l) out=$2 ;; -m) machine=$2 ;; esac
  shift
done
case "$machine" in
  i386:x86-64) machine='\144\206' ;;
  i386) machine='\114\001' ;;
  arm64) machine='\144\252' ;;
  *) echo "the machine $machine is not known" >&2; exit 1 ;;
esac
half() { printf '\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)); }
refuse() { echo "an export is not understood: $line" >&2; exit 1; }
{
  printf '!<arch>\n'
  while IFS= read -r line || [ -n "$line" ]; do
    [ "$line" = EXPORTS ] && continue
    name=$line number=0 kind=4
    case "$line" in
      *' @'*' NONAME') name=${open}line%% @*} kind=0
        number=${open}line#"$name @"} number=${open}number% NONAME} ;;
    esac
    case "$name" in '' | *[!A-Za-z0-9_?@$.]*) refuse ;; esac
    case "$number" in '' | *[!0-9]*) refuse ;; esac
    size=$((${open}#name} + ${open}#dll} + 2))
    printf '%-16s%-12s%-6s%-6s%-8s%-10s\140\n' import/ 0 0 0 644 $((size + 20))
    printf "\000\000\377\377\000\000$machine\000\000\000\000$(half $size)\000\000$(half $number)\00$kind\000%s\000%s\000" "$name" "$dll"
    [ $((size % 2)) = 0 ] || echo
  done < "$list"
} > "$out"
`;

/**
 * Returns the variables with which rustc finds what it looks for, where the user has not got it: an SDK of Apple, of
 * which nothing is read when nothing is linked; and a dlltool of ours. `directory` takes our own tools.
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
  if (name === undefined) return none;
  const directory = join(places.directory, 'dlltool');
  const tool = join(directory, name);
  if (!existsSync(tool)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const temporary = `${tool}.${process.hrtime.bigint()}`;
    await writeFile(temporary, dlltool, { mode: 0o755 });
    await rename(temporary, tool);
  }
  // Before the user's own, which says the same at more length: what is judged does not depend on the machine.
  return { set: [['PATH', `${directory}:${env.get('PATH') ?? ''}`]], reads: [directory] };
}
