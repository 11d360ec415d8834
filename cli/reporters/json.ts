import { codeOf, severityOf } from '../../engine/problems/kinds.ts';
import { printableJson } from '../output/printable.ts';
import type { Reporter } from './reporter.ts';

/** For programs: one object on one line, as docs/json.md describes it. */
export const json: Reporter = {
  check({ report }) {
    const problems = report.problems.map((problem) => ({
      severity: severityOf(problem),
      code: codeOf(problem),
      ...problem,
    }));
    return `${printableJson({ schemaVersion: 1, ...report, problems })}\n`;
  },
  failure: ({ faults }) => `${printableJson({ schemaVersion: 1, faults })}\n`,
};
