#!/usr/bin/env node

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from 'citty';
import { packageRoot } from '../engine/paths.ts';
import { reasonOf } from '../engine/system-errors.ts';
import { type Invocation, readCommandLine } from './arguments/gate.ts';
import { helpText } from './arguments/help.ts';
import { helpLine, UsageError } from './arguments/usage-error.ts';
import { programOf } from './commands/program.ts';
import { messages } from './output/messages.ts';
import { printableLines } from './output/printable.ts';

/** Runs the command line; resolves to the exit status (rule 6.6). */
async function main(argv: readonly string[]): Promise<number> {
  const invokedByCargo =
    argv[0] === 'acl' &&
    (basename(process.argv[1] ?? '').startsWith('cargo-acl') || process.env.CARGO !== undefined);
  // Where a shell's `cargo` is `cackle cargo`: the check is no command that has to be behind the gates (rule 13.7).
  const isBehindUs = argv[0] === 'cargo' && argv[1] === 'acl';
  const given = invokedByCargo ? argv.slice(1) : isBehindUs ? argv.slice(2) : argv;
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
  );
  const program = programOf(manifest.version);
  let invocation: Invocation | undefined;
  try {
    invocation = readCommandLine(program, given);
    if (invocation.what === 'version') process.stdout.write(`cackle ${program.version}\n`);
    if (invocation.what === 'help') process.stdout.write(helpText(program, invocation.command));
    if (invocation.what !== 'run') return 0;
    const { result } = await runCommand(invocation.command.definition, {
      rawArgs: invocation.rawArgs,
    });
    if (typeof result !== 'number')
      throw new Error(`${invocation.command.name} ended without an exit status`);
    return result;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // What a command finds out itself is about its own arguments.
    const running = invocation?.what === 'run' ? invocation.command : undefined;
    const isOfOne = running !== program.main && running?.name !== 'help';
    const command = error.command ?? (isOfOne ? running : undefined);
    messages.error(
      printableLines(`${error.message}\n  \`${helpLine(command)}\` lists what there is`),
    );
    return 2;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may end early; the exit status still reports the result.
  if (error.code === 'EPIPE') return;
  messages.error(`cannot write the report to stdout: ${reasonOf(error)}`);
  process.exit(2);
});
// Progress and cargo's output may be lost; the report does not depend on them.
process.stderr.on('error', () => undefined);
// An uncaught error: no check was made, and Node's own status 1 would mean "problems found".
process.on('uncaughtException', (error) => {
  messages.error(
    printableLines(`internal error, please report it: ${error.stack ?? error.message}`),
  );
  process.exit(2);
});
process.exitCode = await main(process.argv.slice(2));
