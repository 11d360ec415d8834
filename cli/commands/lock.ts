import { defineCommand } from 'citty';
import { checkArgs } from '../arguments/check-arguments.ts';
import { words, workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle lock` */
export const lockCommand = command({
  name: 'lock',
  description:
    'record in cackle.lock what every package does; `cackle -n --locked` compares with it',
  usage: '[options]',
  notes: `Keep cackle.lock in version control, beside Cargo.lock. After a merge conflict in it, run the command again.

Examples:
  cackle lock
  cackle -n --locked                fail where the code does otherwise`,
  definition: defineCommand({
    args: {
      ...workspaceOptions,
      profile: checkArgs.profile,
      colour: checkArgs.colour,
      quiet: { type: 'boolean', alias: 'q', description: 'print nothing when all went well' },
      debug: checkArgs.debug,
    },
    async run({ args }): Promise<number> {
      const { runLock } = await import('../runs/lock.ts');
      return runLock({
        path: args.path ?? '.',
        configFile: args['cackle-path'],
        target: args.target,
        features: words(args.features),
        profile: args.profile,
        colour: args.colour,
        quiet: args.quiet ?? false,
        debug: args.debug ?? false,
      });
    },
  }),
});
