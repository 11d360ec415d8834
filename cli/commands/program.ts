import type { Program } from '../arguments/types.ts';
import { benchCommand } from './bench.ts';
import { cacheCommand } from './cache.ts';
import { cargoRunCommand, cargoTestCommand } from './cargo.ts';
import { checkCommand } from './check.ts';
import { completionsOf } from './completions.ts';
import { coverageCommand } from './coverage.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { cargoCommand, gatedBuildCommand, gatedCheckCommand } from './gated.ts';
import { helpOf } from './help.ts';
import { initCommand } from './init.ts';
import { lockCommand } from './lock.ts';
import { reportCommand } from './report.ts';
import { shellInitCommand } from './shell-init.ts';
import { summaryCommand } from './summary.ts';
import { traceCommand } from './trace.ts';

/** Returns the command line of a version of the program. */
export function programOf(version: string): Program {
  const program: Program = {
    name: 'cackle',
    version,
    main: checkCommand,
    commands: [
      cargoTestCommand,
      cargoRunCommand,
      cargoCommand,
      gatedCheckCommand,
      gatedBuildCommand,
      shellInitCommand,
      diffCommand,
      lockCommand,
      coverageCommand,
      traceCommand,
      reportCommand,
      summaryCommand,
      initCommand,
      doctorCommand,
      explainCommand,
      cacheCommand,
      benchCommand,
      completionsOf(() => program),
      helpOf(() => program),
    ],
  };
  return program;
}
