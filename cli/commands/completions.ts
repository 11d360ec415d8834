import { defineCommand } from 'citty';
import { type Shell, shells } from '../arguments/options.ts';
import { command, type Program } from '../arguments/types.ts';

/** `cackle completions`, for a whole command line. */
export const completionsOf = (program: () => Program) =>
  command({
    name: 'completions',
    description: 'print completions for a shell, for `cackle` and `cargo-acl`',
    usage: '[options] <shell>',
    notes: `Examples:
  cackle completions bash > ~/.local/share/bash-completion/completions/cackle
  cackle completions zsh > ~/.zfunc/_cackle
  cackle completions fish > ~/.config/fish/completions/cackle.fish`,
    definition: defineCommand({
      args: {
        shell: { type: 'positional', required: true, choices: shells, description: 'the shell' },
      },
      async run({ args }): Promise<number> {
        const { completions } = await import('../arguments/completions.ts');
        process.stdout.write(completions(args.shell as Shell, program()));
        return 0;
      },
    }),
  });
