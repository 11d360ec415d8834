import { coverage } from '../../engine/coverage/coverage.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import type { formats } from '../arguments/options.ts';
import { coverageText } from '../output/coverage-text.ts';
import { paintFor } from '../output/paint.ts';
import { printableJson } from '../output/printable.ts';
import { wantsColour } from './choices.ts';
import { watched } from './watched.ts';

/** Prints what the builds of a check do not cover; resolves to the exit status. */
export async function runCoverage(
  args: BuildArguments,
  form: (typeof formats)[number],
): Promise<number> {
  return watched(args, async ({ options, observer, signal, clear }) => {
    const found = await coverage(options, observer, signal);
    clear();
    const paint = paintFor(wantsColour(args.colour, process.stdout.isTTY === true));
    const text =
      form === 'json'
        ? `${printableJson({ schemaVersion: 1, ...found })}\n`
        : coverageText(found, paint, args.debug);
    const isWhole = found.uncompiled.length + found.partlySeen.length + found.unknown.length === 0;
    if (!args.quiet || form === 'json' || !isWhole) process.stdout.write(text);
    return 0;
  });
}
