import { defineCommand } from 'citty';
import { workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';
import { UsageError } from '../arguments/usage-error.ts';

/** `cackle cache` */
export const cacheCommand = command({
  name: 'cache',
  description: 'print how much is kept from check to check, or remove it',
  usage: '[options] [action]',
  notes: `Without an action: the size of each part. clear removes the facts in the user's cache.
CACKLE_CACHE limits how much may be kept; \`off\` switches the user's cache off.

Examples:
  cackle cache
  cackle cache clear --all`,
  definition: defineCommand({
    args: {
      action: { type: 'positional', required: false, choices: ['clear'], description: 'clear' },
      path: workspaceOptions.path,
      all: {
        type: 'boolean',
        description:
          'with clear: the shim, the launcher and the store of this workspace too; all is built again',
      },
      json: { type: 'boolean', description: 'print JSON' },
    },
    async run({ args }): Promise<number> {
      const clear = args.action === 'clear';
      const all = args.all ?? false;
      if (all && !clear) throw new UsageError('--all goes with clear');
      const { runCache } = await import('../runs/cache.ts');
      return runCache({ path: args.path ?? '.', clear, all, json: args.json ?? false });
    },
  }),
});
