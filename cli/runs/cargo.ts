import { constants } from 'node:os';
import { resolve } from 'node:path';
import { runCargoCommand } from '../../engine/cargo/gated-cargo.ts';
import type { NestedCommand } from '../../engine/cargo/nested.ts';
import type { GatedResult } from '../../engine/cargo/result.ts';
import type { ColourChoice } from '../arguments/options.ts';
import { messages } from '../output/messages.ts';
import { printableOutput } from '../output/printable.ts';
import { wantsColour } from './choices.ts';

/** Runs a command of cargo's behind the gates; resolves to its exit status, or 2 where nothing could be judged (rule 13.2). */
export async function runGatedCargo(args: {
  readonly args: readonly string[];
  readonly path: string;
  readonly configFile: string | undefined;
  readonly colour: ColourChoice;
  readonly debug: boolean;
  /** Where a program behind the gates has started this command. */
  readonly nested?: NestedCommand | undefined;
}): Promise<number> {
  const colour = wantsColour(args.colour, process.stderr.isTTY === true);
  const tell = (text: string): void => messages.log(printableOutput(text, colour));
  let result: GatedResult;
  try {
    const directory = resolve(args.path);
    result = await runCargoCommand({ ...args, directory }, tell);
  } catch (error) {
    const { faultsOf } = await import('../output/error-text.ts');
    for (const fault of faultsOf(error, args.debug)) messages.error(fault);
    return 2;
  }
  if (hasMore(result)) {
    const outer = args.nested?.outer.root;
    const { gatedText } = await import('../output/gated-text.ts');
    messages.log(gatedText(result, { colour, everything: args.debug, outer }).trimEnd());
  }
  const signal = constants.signals[result.signal as NodeJS.Signals];
  return result.status ?? (signal === undefined ? 1 : 128 + signal);
}

/** Is there more to say than cargo said? The texts are loaded only then. */
const hasMore = (result: GatedResult): boolean =>
  result.rustcSandbox?.words !== undefined ||
  result.ranUnjudged ||
  [result.held, result.problems, result.forgotten, result.failedTests].some(
    ({ length }) => length > 0,
  );
