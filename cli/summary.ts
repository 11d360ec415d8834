import { summarize } from '../engine/commands/summary.ts';
import type { SummaryArguments } from './commands/summary.ts';
import { failed } from './output/error-text.ts';
import { printableJson } from './output/printable.ts';
import { renderSummary, summaryJson } from './output/summary-text.ts';

/** Prints what cackle.toml allows; resolves to the exit status. */
export async function runSummary(args: SummaryArguments): Promise<number> {
  try {
    const summary = await summarize(args);
    process.stdout.write(
      args.outputFormat === 'json'
        ? `${printableJson(summaryJson(summary, args))}\n`
        : renderSummary(summary, args),
    );
    return 0;
  } catch (error) {
    return failed(error);
  }
}
