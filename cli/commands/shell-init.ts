import { defineCommand } from 'citty';
import { type Shell, shells } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle shell-init` */
export const shellInitCommand = command({
  name: 'shell-init',
  description: 'print a function for a shell that makes `cargo` go through `cackle cargo`',
  usage: '[options] <shell>',
  notes: `\`command cargo\` goes around it. Scripts and editors are not concerned: docs/editors.md tells what an editor needs.

Examples, in the file that the shell reads when it starts:
  eval "$(cackle shell-init bash)"
  eval "$(cackle shell-init zsh)"
  cackle shell-init fish | source`,
  definition: defineCommand({
    args: {
      shell: { type: 'positional', required: true, choices: shells, description: 'the shell' },
    },
    async run({ args }): Promise<number> {
      process.stdout.write(functions[args.shell as Shell]);
      return 0;
    },
  }),
});

const posix = `# cargo goes through cackle; \`command cargo\` goes around it.
cargo() {
  command cackle cargo "$@"
}
`;

const functions: Readonly<Record<Shell, string>> = {
  bash: posix,
  zsh: posix,
  fish: `# cargo goes through cackle; \`command cargo\` goes around it.
function cargo --wraps cargo --description 'cargo through cackle'
    command cackle cargo $argv
end
`,
};
