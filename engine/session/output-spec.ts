import type { LinkRecord } from '../facts/unit-record.ts';
import type { OutputSpec } from '../judge/joiner.ts';

/** What to join for a recorded link; `pathOf` gives the file that holds the facts of an input. */
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
    roots: {
      gcSections: link.gcSections,
      symbols: ['main', '_start', 'rust_eh_personality', '_init', '_fini', ...link.rootSymbols],
      exportPatterns: link.exportPatterns,
      exports:
        link.outputKind === 'static-library' ? 'unmangled' : link.exportsAll ? 'all' : 'listed',
      kept: link.kept,
    },
  };
}
