import { defineCommand } from 'citty';
import { checkArgs } from '../arguments/check-arguments.ts';
import { workspaceOptions } from '../arguments/options.ts';
import { type Command, command } from '../arguments/types.ts';

/** A command of cargo's behind the gates; what stands after its name is cargo's. */
function gatedCommand(
  name: 'cargo' | 'check' | 'build',
  texts: { readonly description: string; readonly usage: string; readonly notes: string },
): Command {
  return command({
    ...{ name, ...texts },
    passesOn: 'all',
    definition: defineCommand({
      args: {
        path: workspaceOptions.path,
        'cackle-path': workspaceOptions['cackle-path'],
        colour: checkArgs.colour,
        debug: checkArgs.debug,
      },
      async run({ args, rawArgs }): Promise<number> {
        const { runGatedCargo } = await import('../runs/cargo.ts');
        const rest = rawArgs.slice(rawArgs.indexOf('--') + 1);
        return runGatedCargo({
          args: name === 'cargo' ? rest : [name, ...rest],
          path: args.path ?? '.',
          configFile: args['cackle-path'],
          colour: args.colour,
          debug: args.debug ?? false,
        });
      },
    }),
  });
}

const HELD = `A build script or proc macro that cackle.toml does not allow does not run, and the command fails as cargo fails.
Exit status: cargo's; 2 where nothing could be judged.`;

/** `cackle cargo` */
export const cargoCommand = gatedCommand('cargo', {
  description:
    'any command of cargo, with build scripts and proc macros (and what run, test and bench run) judged before they run',
  usage: '<cargo command> [arguments for cargo]',
  notes: `${HELD}

Examples:
  cackle cargo clippy --all-targets
  cackle cargo +nightly build --release
  cackle cargo nextest run`,
});

/** `cackle check` */
export const gatedCheckCommand = gatedCommand('check', {
  description: 'cargo check, with build scripts and proc macros judged before they run',
  usage: '[arguments for cargo]',
  notes: `${HELD}\n\nThe whole workspace, and all that its programs use, is checked by \`cackle\` without a command.`,
});

/** `cackle build` */
export const gatedBuildCommand = gatedCommand('build', {
  description: 'cargo build, with build scripts and proc macros judged before they run',
  usage: '[arguments for cargo]',
  notes: HELD,
});
