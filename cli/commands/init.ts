import { defineCommand } from 'citty';
import { workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle init` */
export const initCommand = command({
  name: 'init',
  description: 'write a first cackle.toml; never over an existing one',
  usage: '[options]',
  notes: 'Example:\n  cackle init && cackle -n',
  definition: defineCommand({
    args: { path: workspaceOptions.path, 'cackle-path': workspaceOptions['cackle-path'] },
    async run({ args }): Promise<number> {
      const { runInit } = await import('../runs/init.ts');
      return runInit({ path: args.path ?? '.', configFile: args['cackle-path'] });
    },
  }),
});
