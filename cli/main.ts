#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CommanderError } from '@commander-js/extra-typings';
import { packageRoot } from '../engine/paths.ts';
import { askEarly } from '../engine/workspace/early-questions.ts';
import { uiFor } from './choices.ts';
import { commandLine, type Handlers } from './commands.ts';
import { signals } from './exit-status.ts';
import { printableLines } from './printable.ts';

/** What needs the engine is loaded when it is asked for. */
const handlers: Handlers = {
  async check(args) {
    const ui = uiFor(args);
    if (typeof ui === 'object') {
      process.stderr.write(`error: ${ui.refused}\n`);
      return 2;
    }
    if (ui === 'none') {
      const loaded = untilLoaded();
      askEarly(args.path, args.features, !args.verify && !args.autoAcceptFixes, loaded.signal);
      const { runCheck } = await import('./check.ts');
      loaded.done();
      return runCheck(args);
    }
    return (await import('./interactive.ts')).runInteractive(args, ui);
  },
  cargo: async (subcommand, args, rest) =>
    (await import('./check.ts')).runCheck(args, { subcommand, args: rest }),
  summary: async (args) => (await import('./summary.ts')).runSummary(args),
  init: async (args) => (await import('./init.ts')).runInit(args),
  cache: async (args) => (await import('./cache.ts')).runCache(args),
  bench: async (args) => (await import('./bench.ts')).runBench(args),
  async completions(shell) {
    const { completions } = await import('./completions.ts');
    const describe = commandLine(handlers, '', () => undefined);
    process.stdout.write(completions(shell, describe));
    return 0;
  },
};

/** Ends what was started early when a signal comes, and the process too before the check listens to it. */
function untilLoaded(): { readonly signal: AbortSignal; done(): void } {
  const abort = new AbortController();
  const names = Object.keys(signals);
  const end = (name: string): void => {
    abort.abort();
    process.exit(signals[name]);
  };
  for (const name of names) process.on(name, end);
  return {
    signal: abort.signal,
    done() {
      for (const name of names) {
        // One that came while nothing could be heard is lost if there is a moment without anybody who listens.
        process.on(name, () => abort.abort());
        process.off(name, end);
      }
    },
  };
}

/** Runs the command line; resolves to the exit status (spec §6). */
async function main(argv: readonly string[]): Promise<number> {
  const invokedByCargo =
    argv[0] === 'acl' &&
    (basename(process.argv[1] ?? '').startsWith('cargo-acl') || process.env.CARGO !== undefined);
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
  );
  let status = 0;
  const program = commandLine(handlers, manifest.version, (ended) => {
    status = ended;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      outputError: (text, write) => write(printableLines(text.replace(/\n$/, '')).concat('\n')),
    });
    command.showHelpAfterError('  `cackle --help` lists what there is');
  }
  try {
    await program.parseAsync(invokedByCargo ? argv.slice(1) : [...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
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
