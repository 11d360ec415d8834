import { defineCommand } from 'citty';
import { buildArgs, buildArguments } from '../arguments/build-arguments.ts';
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
    args: buildArgs,
    async run({ args }): Promise<number> {
      const { runLock } = await import('../runs/lock.ts');
      return runLock(buildArguments(args));
    },
  }),
});
