import { defineCommand } from 'citty';
import { workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle init` */
export const initCommand = command({
  name: 'init',
  description: 'write a first cackle.toml; never over an existing one',
  usage: '[options]',
  notes: 'Examples:\n  cackle init && cackle -n\n  cackle init --gates && cackle -n',
  definition: defineCommand({
    args: {
      path: workspaceOptions.path,
      'cackle-path': workspaceOptions['cackle-path'],
      gates: {
        type: 'boolean',
        description:
          'restrict build scripts, proc macros and build instructions alone, and allow what they do today',
      },
    },
    async run({ args }): Promise<number> {
      const { runInit } = await import('../runs/init.ts');
      const { path = '.', gates = false } = args;
      return runInit({ path, configFile: args['cackle-path'], gates });
    },
  }),
});
