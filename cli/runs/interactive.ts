import { Worker } from 'node:worker_threads';
import { proxy, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { distPath } from '../../engine/paths.ts';
import type { CheckArguments } from '../arguments/check-arguments.ts';
import { messages } from '../output/messages.ts';
import { isUtf8Locale } from '../ui/text.ts';
import type { Session, SessionEnding, SessionOptions } from '../ui-worker/api.ts';
import { checkOptions, wantsColour } from './choices.ts';
import { signals } from './exit-status.ts';

/** Checks the workspace and asks what to allow; resolves to the exit status (rules 6.2, 6.6). */
export async function runInteractive(args: CheckArguments, ui: 'basic' | 'full'): Promise<number> {
  // Both take a moment to load, so they load at the same time.
  const loading =
    ui === 'full'
      ? import('../ui/full.tsx').then((m) => m.FullUi)
      : import('../ui/basic.ts').then((m) => m.BasicUi);
  const worker = new Worker(distPath('ui-worker.js'));
  const session = wrap<Session>(nodeEndpoint(worker));
  const colour = wantsColour(args.colour, process.stdout.isTTY === true);
  const options: SessionOptions = {
    // cargo's colours would be lost between ours.
    check: checkOptions(args, { colour: false, showProgress: true }),
    ascii: !isUtf8Locale(process.env),
    debug: args.debug,
    logFile: args.logFile,
    logLevel: args.logLevel,
  };
  // A session that failed answers no more calls.
  let broken = false;
  worker.once('error', () => {
    broken = true;
  });
  let running: Promise<SessionEnding> | undefined;
  const given = {
    session,
    options,
    colour,
    start: (onEvent: Parameters<Session['run']>[1]): Promise<SessionEnding> => {
      const failed = new Promise<SessionEnding>((_, reject) => worker.once('error', reject));
      const ran = session.run(options, proxy(onEvent));
      running = Promise.race([ran, failed]);
      running.catch(() => undefined);
      return running;
    },
  };
  const Ui = await loading;
  const shown = new Ui(given);
  let endedBy: string | undefined;
  const listeners = Object.keys(signals).map((signal) => {
    const ended = (): void => {
      // At the second signal the user does not want to wait for cargo.
      if (endedBy !== undefined) process.exit(signals[signal]);
      if (!shown.quit()) return;
      endedBy = signal;
    };
    process.on(signal, ended);
    return () => process.off(signal, ended);
  });
  try {
    const left = await shown.run();
    if (left.ending === undefined && !broken) {
      await session.stop();
      await running?.catch(() => undefined);
    }
    const { errors, warnings, complete } = left;
    const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
    const edited = broken ? '' : writtenText(await session.written());
    if (left.ending !== undefined) {
      const { status, text } = left.ending;
      if (edited !== '') messages.log(edited);
      if (status === 0) process.stdout.write(`${text}\n`);
      else messages.log(text);
      if (args.printTiming)
        for (const [phase, seconds] of Object.entries(left.ending.timing))
          messages.log(`${phase}: ${Number(seconds).toFixed(3)} s`);
      return status ?? 2;
    }
    const open = `${count(errors, 'problem')} and ${count(warnings, 'warning')} left`;
    const state = complete ? open : `the check was not finished; ${open} so far`;
    const next = complete && errors + warnings === 0 ? '' : '; `cackle` again goes on from here';
    if (edited !== '') messages.log(edited);
    messages.log(`${state}${next}`);
    if (endedBy !== undefined) return signals[endedBy] ?? 2;
    return complete && errors === 0 && !(args.failOnWarnings && warnings > 0) ? 0 : 1;
  } finally {
    for (const off of listeners) off();
    await worker.terminate();
    process.stdin.unref?.();
  }
}

const SHOWN_TITLES = 4;

/** The changes of cackle.toml, on one line. */
function writtenText(titles: readonly string[]): string {
  if (titles.length === 0) return '';
  const shown = titles.slice(0, SHOWN_TITLES).join('; ');
  const hidden = titles.length - SHOWN_TITLES;
  return `cackle.toml: ${shown}${hidden > 0 ? `; and ${hidden} more` : ''}`;
}
