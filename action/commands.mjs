import { randomUUID } from 'node:crypto';

/** Annotations of each level that GitHub shows of a step, and how many of them are kept for the comparison. */
const [SHOWN, OF_COMPARISON] = [10, 5];

/**
 * Returns the workflow commands of the check and of the comparison: as many of each level as GitHub shows of one step, then the others
 * as text that holds no command. @param {readonly string[]} checked @param {readonly string[]} compared
 */
export function limitedCommands(checked, compared) {
  const levelOf = (/** @type {string} */ line) => /^::(error|warning|notice) /.exec(line)?.[1];
  /** @param {readonly string[]} lines @param {string} level */
  const number = (lines, level) => lines.filter((line) => levelOf(line) === level).length;
  /** @type {string[]} */
  const rest = [];
  /** @param {readonly string[]} lines @param {(level: string) => number} most */
  const limited = (lines, most) => {
    /** @type {Record<string, number>} */
    const shown = {};
    return lines.filter((line) => {
      const level = levelOf(line);
      if (level === undefined) return line !== '';
      shown[level] = (shown[level] ?? 0) + 1;
      const isShown = shown[level] <= most(level);
      if (!isShown) rest.push(line.slice('::'.length).replaceAll('%0A', '\n    '));
      return isShown;
    });
  };
  const ofComparison = (/** @type {string} */ level) =>
    Math.min(number(compared, level), Math.max(OF_COMPARISON, SHOWN - number(checked, level)));
  const lines = [
    ...limited(checked, (level) => SHOWN - ofComparison(level)),
    ...limited(compared, ofComparison),
  ];
  if (rest.length > 0) {
    const mark = randomUUID();
    lines.push(
      `::notice title=cackle::${rest.length} more are in the log of this step and in the summary: GitHub shows ${SHOWN} of a level`,
      ...[`::stop-commands::${mark}`, ...rest, `::${mark}::`],
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
