import { defineCommand } from 'citty';
import { format, workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle doctor` */
export const doctorCommand = command({
  name: 'doctor',
  description: 'tell what works on this machine, and how to mend what does not',
  usage: '[options]',
  notes: `Looks at the toolchain, both kinds of sandboxes, and what the workspace asks for; builds nothing of it.
Exit status: 0 a check can be made here, 1 something that it needs does not work.

Examples:
  cackle doctor
  cackle doctor --output-format json`,
  definition: defineCommand({
    args: {
      path: workspaceOptions.path,
      'cackle-path': workspaceOptions['cackle-path'],
      'output-format': format,
    },
    async run({ args }): Promise<number> {
      const { runDoctor } = await import('../runs/doctor.ts');
      return runDoctor({
        path: args.path ?? '.',
        configFile: args['cackle-path'],
        form: args['output-format'] ?? 'human',
      });
    },
  }),
});
