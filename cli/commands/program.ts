import type { Program } from '../arguments/types.ts';
import { bench } from './bench.ts';
import { cache } from './cache.ts';
import { run, test } from './cargo.ts';
import { check } from './check.ts';
import { completionsOf } from './completions.ts';
import { helpOf } from './help.ts';
import { init } from './init.ts';
import { summary } from './summary.ts';

/** The command line of a version of the program. */
export function programOf(version: string): Program {
  const program: Program = {
    name: 'cackle',
    version,
    main: check,
    commands: [
      test,
      run,
      summary,
      init,
      cache,
      bench,
      completionsOf(() => program),
      helpOf(() => program),
    ],
  };
  return program;
}
