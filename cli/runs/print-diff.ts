import type { Diff } from '../../engine/diff/types.ts';
import {
  type ColourChoice,
  type DiffFormat,
  diffFormats,
  type FurtherReport,
} from '../arguments/options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { diffReporterOf } from '../reporters/diffs/registry.ts';
import { type ReportTargets, reportTargets } from '../reporters/files.ts';
import { wantsColour } from './choices.ts';
import { printFailure, programVersion, writeEach } from './print.ts';

/** What the options say of the reports. */
interface PrintOptions {
  /** The report on stdout; undefined: not chosen. */
  readonly outputFormat: DiffFormat | undefined;
  readonly furtherReports: readonly FurtherReport[];
  readonly colour: ColourChoice;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** Gives the report of a diff, or the faults that stand in its place, to stdout and files (rule 6.18). */
export class DiffPrinter {
  readonly #args: PrintOptions;
  readonly #targets: ReportTargets;

  /** Throws UsageError and CheckError when the options do not fit together, or a file cannot be written. */
  constructor(args: PrintOptions) {
    this.#args = args;
    this.#targets = reportTargets(args.outputFormat, args.furtherReports);
    for (const { format } of this.#targets.files) formatOf(format);
    formatOf(this.#targets.stdout);
  }

  /** Prints to stdout, and writes the files. Throws CheckError when one cannot be written. */
  async print(diff: Diff): Promise<void> {
    const { quiet, debug, colour } = this.#args;
    const text = async (format: string, colours: boolean): Promise<string> =>
      (await diffReporterOf(formatOf(format)))({
        ...{ diff, everything: debug, colour: colours, version: programVersion() },
      });
    const { stdout } = this.#targets;
    if (stdout !== 'human' || !quiet || diff.gained)
      process.stdout.write(await text(stdout, wantsColour(colour, process.stdout.isTTY === true)));
    await writeEach(this.#targets, (format) => text(format, false));
  }

  /** Writes what stands in place of a report when there is no result. Throws CheckError. */
  fail(faults: readonly string[]): Promise<void> {
    return printFailure(this.#targets, faults);
  }
}

function formatOf(format: string): DiffFormat {
  const found = diffFormats.find((known) => known === format);
  if (found === undefined)
    throw new UsageError(`a diff has no report of the form ${format}: ${diffFormats.join(', ')}`);
  return found;
}
