import { defineCommand } from 'citty';
import { buildArgs, buildArguments } from '../arguments/build-arguments.ts';
import { format } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle coverage` */
export const coverageCommand = command({
  name: 'coverage',
  description: 'tell which packages and which of their code no build of a check compiles',
  usage: '[options]',
  notes: `Names a target or feature that would show it. In cackle.toml, common.targets and [[common.build]] add builds.
Exit status: 0, or 2 when the check could not be made.

Examples:
  cackle coverage
  cackle coverage --all-features    what is left for other targets`,
  definition: defineCommand({
    args: { ...buildArgs, 'output-format': format },
    async run({ args }): Promise<number> {
      const { runCoverage } = await import('../runs/coverage.ts');
      return runCoverage(buildArguments(args), args['output-format'] ?? 'human');
    },
  }),
});
