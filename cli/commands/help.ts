import { defineCommand } from 'citty';
import { helpText } from '../arguments/help.ts';
import { command, type Program } from '../arguments/types.ts';
import { findCommand } from '../arguments/usage-error.ts';

/** `cackle help`, for a whole command line. */
export const helpOf = (program: () => Program) =>
  command({
    name: 'help',
    description: 'print the help of a command',
    usage: '[options] [command]',
    notes: '',
    definition: defineCommand({
      args: { command: { type: 'positional', required: false, description: 'the command' } },
      async run({ args }): Promise<number> {
        const { command: name } = args;
        const all = program();
        process.stdout.write(
          helpText(all, name === undefined ? all.main : findCommand(all.commands, name)),
        );
        return 0;
      },
    }),
  });
