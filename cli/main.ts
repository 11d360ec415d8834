#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../engine/paths.ts';
import { helpText, readArguments, UsageError } from './arguments.ts';
import { printable, printableLines } from './printable.ts';

/** Runs the command line; resolves to the exit status (spec §6). */
async function main(argv: readonly string[]): Promise<number> {
  const invokedByCargo =
    argv[0] === 'acl' &&
    (basename(process.argv[1] ?? '').startsWith('cargo-acl') || process.env.CARGO !== undefined);
  try {
    const args = readArguments(invokedByCargo ? argv.slice(1) : argv);
    if (args.help) {
      process.stdout.write(helpText);
      return 0;
    }
    if (args.version) {
      const manifest: { version: string } = JSON.parse(
        readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
      );
      process.stdout.write(`cackle ${manifest.version}\n`);
      return 0;
    }
    const { runCheck } = await import('./check.ts');
    return await runCheck(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(
      `error: ${printable(error.message)}\n  \`cackle --help\` lists what there is\n`,
    );
    return 2;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe may leave early: it has what it wanted, and the status still tells the rest.
  if (error.code === 'EPIPE') return;
  process.stderr.write(`error: cannot write the report to stdout: ${error.message}\n`);
  process.exit(2);
});
// Progress and cargo's words may get lost; the report does not depend on them.
process.stderr.on('error', () => undefined);
// Whatever nobody caught: no check was made, and Node's own status would say "problems found".
process.on('uncaughtException', (error) => {
  process.stderr.write(
    `${printableLines(`error: internal error, please report it: ${error.stack ?? error.message}`)}\n`,
  );
  process.exit(2);
});
process.exitCode = await main(process.argv.slice(2));
