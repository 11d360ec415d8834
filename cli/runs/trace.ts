import { observe } from '../../engine/tracing/observe.ts';
import { suggest as narrowest } from '../../engine/tracing/suggest.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import type { formats } from '../arguments/options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { observedText, suggestionText } from '../output/observed-text.ts';
import { paintFor } from '../output/paint.ts';
import { printableJson } from '../output/printable.ts';
import { wantsColour } from './choices.ts';
import { watched } from './watched.ts';

/** The options of `trace`. */
export interface TraceArguments extends BuildArguments {
  readonly tests: boolean;
  readonly suggest: boolean;
  readonly write: boolean;
  readonly form: (typeof formats)[number];
}

/** Prints what programs did beside what they may; resolves to the exit status (rule 14.6). Throws UsageError. */
export async function runTrace(args: TraceArguments): Promise<number> {
  const { tests, suggest, write, form } = args;
  if (write && !suggest) throw new UsageError('--write writes what --suggest finds: give both');
  if (suggest && tests) throw new UsageError('--suggest is about the build: leave --tests out');
  return watched(args, async ({ options, observer, signal, clear }) => {
    const request = { options: { ...options, backtraces: false }, tests, observer, signal };
    const traced = await observe(request);
    const { observed, ran } = traced;
    const suggestion = suggest ? await narrowest(request, traced, write) : undefined;
    clear();
    const paint = paintFor(wantsColour(args.colour, process.stdout.isTTY === true));
    const text =
      form === 'json'
        ? `${printableJson({ schemaVersion: 1, ...observed, suggestion })}\n`
        : observedText(observed, paint, args.debug) + suggestionText(suggestion);
    const { problems, unchecked } = observed;
    const isWrong = problems.length + unchecked.length > 0 || (ran?.cargoStatus ?? 0) !== 0;
    if (!args.quiet || form === 'json' || isWrong || suggest) process.stdout.write(text);
    return isWrong ? 1 : 0;
  });
}
