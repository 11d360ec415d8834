import { summarize } from '../../engine/commands/summary.ts';
import type { FeatureChoice } from '../../engine/config/features.ts';
import { failed } from '../output/error-text.ts';
import { printableJson } from '../output/printable.ts';
import { renderSummary, summaryJson } from '../output/summary-text.ts';

/** The options of `summary`. */
export interface SummaryArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly targets: readonly string[] | undefined;
  readonly features: FeatureChoice | undefined;
  readonly byPackage: boolean;
  readonly byPermission: boolean;
  readonly impureProcMacros: boolean;
  readonly counts: boolean;
  readonly headers: boolean;
  readonly outputFormat: 'human' | 'json';
}

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
