import { defineCommand } from 'citty';
import { checkArgs, checkArguments } from '../arguments/check-arguments.ts';
import { type Command, command } from '../arguments/types.ts';

/** A cargo command that runs judged programs. Options of a check stand before its name; arguments after it go to cargo. */
function cargoCommand(name: 'test' | 'run', description: string, example: string): Command {
  return command({
    name,
    description,
    usage: '[arguments for cargo]',
    notes: `Options of cackle stand before the command: cackle --path ../tool ${name}
Nothing runs while the check finds a problem.

Examples:
  cackle ${name} --release
  cackle ${name} ${example}`,
    passesOn: true,
    definition: defineCommand({
      args: checkArgs,
      async run({ args, rawArgs }): Promise<number> {
        const { runCheck } = await import('../runs/check.ts');
        const rest = rawArgs.slice(rawArgs.indexOf('--') + 1);
        return runCheck(checkArguments(args), { command: { subcommand: name, args: rest } });
      },
    }),
  });
}

/** `cackle test` */
export const cargoTestCommand = cargoCommand(
  'test',
  'cargo test, with every test binary judged before it runs, in its sandbox',
  '--package mine -- --nocapture',
);

/** `cackle run` */
export const cargoRunCommand = cargoCommand(
  'run',
  'cargo run, with the program judged before it runs',
  '--bin tool -- input.txt',
);
