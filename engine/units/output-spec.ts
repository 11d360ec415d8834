import { statSync } from 'node:fs';
import type { LinkRecord } from '../facts/unit-record.ts';
import type { OutputSpec } from '../judge/joiner.ts';
import { startSymbols } from './start-symbols.ts';

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
    format: link.format,
    inputs: link.inputs.map((input) => ({
      facts: pathOf(input.path, input.facts),
      archive: input.kind === 'archive' && !input.wholeArchive,
      path: input.path,
    })),
    runtime: link.runtime.map((path) => ({ path, stamp: stampOf(path) })),
    roots: {
      drops: link.drops,
      symbols: [...startSymbols(link.format), ...link.rootSymbols],
      exportPatterns: link.exportPatterns,
      exports: exportsOf(link),
      kept: link.kept,
    },
  };
}

function exportsOf({ outputKind, format, exportsAll }: LinkRecord): OutputSpec['roots']['exports'] {
  if (outputKind === 'static-library') return format === 'coff' ? 'unmangled-coff' : 'unmangled';
  return exportsAll ? 'all' : 'listed';
}
