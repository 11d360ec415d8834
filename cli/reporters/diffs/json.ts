import { printableJson } from '../../output/printable.ts';
import type { DiffReporter } from './reporter.ts';

/** For programs: one object on one line, as docs/json.md describes it. */
export const jsonDiff: DiffReporter = ({ diff }) =>
  `${printableJson({ schemaVersion: 1, ...diff })}\n`;
