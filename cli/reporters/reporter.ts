import type { CheckReport } from '../../engine/problems/report.ts';
import type { ReportOptions } from '../output/report-options.ts';

/** A finished check, and how much of it a report for people shows. */
export interface CheckResult {
  readonly report: CheckReport;
  readonly options: ReportOptions;
  /** May the text have colours? */
  readonly colour: boolean;
  /** The version of this program. */
  readonly version: string;
}

/** A check that could not be made: exit status 2. */
export interface FailedCheck {
  /** What was wrong, where, and what to do; printable, each of one or more lines. */
  readonly faults: readonly string[];
  readonly version: string;
}

/** A form of report (rule 6.18). Each method gives the whole text, with a line break at its end. */
export interface Reporter {
  /** Returns the report of a check. */
  check(result: CheckResult): string;
  /** Returns what stands in place of a report when no check was made. */
  failure(failed: FailedCheck): string;
}
