import { defineCommand } from 'citty';
import { where } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle init` */
export const init = command({
  name: 'init',
  description: 'write a first cackle.toml; never over an existing one',
  usage: '[options]',
  notes: 'Example:\n  cackle init && cackle -n',
  definition: defineCommand({
    args: { path: where.path, 'cackle-path': where['cackle-path'] },
    async run({ args }): Promise<number> {
      const { runInit } = await import('../runs/init.ts');
      return runInit({ path: args.path ?? '.', configFile: args['cackle-path'] });
    },
  }),
});
