import { defineCommand } from 'citty';
import { buildArgs, buildArguments } from '../arguments/build-arguments.ts';
import { format } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle trace` */
export const traceCommand = command({
  name: 'trace',
  description: 'tell what build scripts, proc macros and tests really do, beside what they may',
  usage: '[options]',
  notes: `Runs every build script again, and compiles again what loads proc macros, under strace, in target/cackle-trace.
Exit status: 0; 1 when something was done that no code names, or did not run; 2 when there is no result.

Examples:
  cackle trace
  cackle trace --tests              what tests do, too
  cackle trace --suggest --write    the narrowest sandbox under which the build passes, into cackle.toml`,
  definition: defineCommand({
    args: {
      ...buildArgs,
      tests: { type: 'boolean', description: 'run the tests, too' },
      suggest: {
        type: 'boolean',
        description: 'find the narrowest sandbox settings under which the build passes',
      },
      write: { type: 'boolean', description: 'write what --suggest found to cackle.toml' },
      'output-format': format,
    },
    async run({ args }): Promise<number> {
      const { runTrace } = await import('../runs/trace.ts');
      return runTrace({
        ...buildArguments(args),
        tests: args.tests ?? false,
        suggest: args.suggest ?? false,
        write: args.write ?? false,
        form: args['output-format'] ?? 'human',
      });
    },
  }),
});
