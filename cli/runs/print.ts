import { join } from 'node:path';
import { packageRoot } from '../../engine/paths.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { readRegularFile } from '../../engine/regular-file.ts';
import type { CheckArguments } from '../arguments/check-arguments.ts';
import type { ReportFormat } from '../arguments/options.ts';
import { type ReportTargets, reportTargets, writeReport } from '../reporters/files.ts';
import { reporterOf } from '../reporters/registry.ts';
import type { CheckResult } from '../reporters/reporter.ts';
import { wantsColour } from './choices.ts';

/** Gives the report of a check, or the faults that stand in its place, to stdout and files (rule 6.18). */
export class ReportPrinter {
  readonly #args: CheckArguments;
  readonly #targets: ReportTargets;
  /** Has the report gone out, as far as it could? */
  #reported = false;

  /** Throws CheckError when the options do not fit together, or a file cannot be written. */
  constructor(args: CheckArguments) {
    this.#args = args;
    this.#targets = reportTargets(args.outputFormat, args.furtherReports);
  }

  /** Prints to stdout, and writes the files. Throws CheckError when one cannot be written. */
  async print(report: CheckReport): Promise<void> {
    const { stdout } = this.#targets;
    const isNews = stdout !== 'human' || !this.#args.quiet || report.problems.length > 0;
    if (isNews) {
      const result = this.#resultFor(
        report,
        wantsColour(this.#args.colour, process.stdout.isTTY === true),
      );
      process.stdout.write((await reporterOf(stdout)).check(result));
    }
    await this.write(report);
  }

  /** Writes the files only: stdout belongs to a program. Throws CheckError when one cannot be written. */
  async write(report: CheckReport): Promise<void> {
    this.#reported = true;
    await writeEach(this.#targets, async (format) =>
      (await reporterOf(format)).check(this.#resultFor(report, false)),
    );
  }

  /** Writes what stands in place of a report when no check was made, as {@link printFailure}. Throws CheckError. */
  async fail(faults: readonly string[]): Promise<void> {
    if (!this.#reported) await printFailure(this.#targets, faults);
  }

  #resultFor(report: CheckReport, colour: boolean): CheckResult {
    const { backtraces, debug, failOnWarnings } = this.#args;
    return {
      report,
      options: { backtraces, everyUsage: debug, failOnWarnings },
      colour,
      version: programVersion(),
    };
  }
}

/**
 * Writes what stands in place of a report when there is no result, so that nobody takes an older file for it. stdout stays empty for
 * people and as JSON: they have the message, and they expect a report. Throws CheckError.
 */
export async function printFailure(
  targets: ReportTargets,
  faults: readonly string[],
): Promise<void> {
  const failed = { faults, version: programVersion() };
  const textOf = async (format: ReportFormat): Promise<string> =>
    (await reporterOf(format)).failure(failed);
  const { stdout } = targets;
  if (stdout !== 'human' && stdout !== 'json') process.stdout.write(await textOf(stdout));
  await writeEach(targets, textOf);
}

/** Writes the files; tries all of them before it throws the first error, a CheckError. */
export async function writeEach(
  { files }: ReportTargets,
  textOf: (format: ReportFormat) => Promise<string>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const file of files)
    await writeReport(file, await textOf(file.format)).catch((error: unknown) => {
      errors.push(error);
    });
  if (errors.length > 0) throw errors[0];
}

/** Returns the version of this program. */
export function programVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readRegularFile(join(packageRoot(), 'package.json')).toString(),
  );
  return manifest.version;
}
