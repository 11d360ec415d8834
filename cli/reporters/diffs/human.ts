import { renderDiff } from '../../output/diff-text.ts';
import { paintFor } from '../../output/paint.ts';
import type { DiffReporter } from './reporter.ts';

/** For people, in a terminal or a log. */
export const humanDiff: DiffReporter = ({ diff, everything, colour }) =>
  renderDiff(diff, paintFor(colour), everything);
