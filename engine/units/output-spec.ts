import { statSync } from 'node:fs';
import type { LinkRecord } from '../facts/unit-record.ts';
import type { OutputSpec } from '../judge/joiner.ts';

/**
 * Functions that the start files of C runtimes call if a program has them (glibc, musl, GCC), for start files that
 * cannot be found.
 */
const startSymbols = [
  ...[
    '_init',
    '_fini',
    '__libc_csu_init',
    '__libc_csu_fini',
    '__libc_start_main',
    '__gmon_start__',
  ],
  ...['__cxa_finalize', '__cxa_atexit', 'atexit', '_Jv_RegisterClasses', '__register_frame_info'],
  ...['__deregister_frame_info', '_ITM_registerTMCloneTable', '_ITM_deregisterTMCloneTable'],
];

/** Returns a stamp that changes with the file, which may then name others, so that earlier answers are not used. */
function stampOf(path: string): string {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? '' : `${status.ino} ${status.size} ${status.mtimeNs}`;
}

/** Returns what to join for a recorded link; `pathOf` returns the path of the facts file of an input. */
export function outputSpec(
  link: LinkRecord,
  name: string,
  pathOf: (input: string, facts: string) => string,
): OutputSpec {
  return {
    name,
    inputs: link.inputs.map((input) => ({
      facts: pathOf(input.path, input.facts),
      archive: input.kind === 'archive' && !input.wholeArchive,
      path: input.path,
    })),
    runtime: link.runtime.map((path) => ({ path, stamp: stampOf(path) })),
    roots: {
      gcSections: link.gcSections,
      symbols: ['main', '_start', 'rust_eh_personality', ...startSymbols, ...link.rootSymbols],
      exportPatterns: link.exportPatterns,
      exports:
        link.outputKind === 'static-library' ? 'unmangled' : link.exportsAll ? 'all' : 'listed',
      kept: link.kept,
    },
  };
}
