import { paintFor } from '../output/paint.ts';
import { renderReport } from '../output/report.ts';
import type { Reporter } from './reporter.ts';

/** For people, in a terminal or a log. */
export const human: Reporter = {
  check: ({ report, options, colour }) => renderReport(report, paintFor(colour), options),
  failure: ({ faults }) => faults.map((fault) => `error: ${fault}\n`).join(''),
};
