/** What two programs found, side by side, as Markdown. */
import { key } from '../../../tools/grants.mjs';

/** @typedef {import('../../../tools/grants.mjs').Grant} Grant */
/** @typedef {import('../../../tools/grants.mjs').Found} Found */

/**
 * @typedef {object} Explanation why a difference is right; a missing field matches anything, a
 *   trailing `*` any rest
 * @property {string} [crate] @property {string} [package] @property {string} [scope]
 * @property {string} [api] @property {'ours' | 'original'} who @property {string} why
 */
/** @typedef {'both' | 'ours' | 'original'} Finder */
/** @typedef {{ grant: Grant, who: Finder, explanation: Explanation | undefined }} Row */
/** @typedef {{ crate: string, rows: Row[] }} Comparison */

/** Every grant that either has, in order, each difference with its explanation.
 * @param {string} crate @param {Found} original @param {Found} ours
 * @param {readonly Explanation[]} explanations @returns {Comparison} */
export function compared(crate, original, ours, explanations) {
  const byKey = (/** @type {Found} */ found) =>
    new Map([...found.grants, ...(found.exports ?? [])].map((grant) => [key(grant), grant]));
  const theirs = byKey(original);
  const own = byKey(ours);
  const all = [...new Map([...theirs, ...own])].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = all.map(([id, grant]) => {
    /** @type {Finder} */
    const who = !theirs.has(id) ? 'ours' : own.has(id) ? 'both' : 'original';
    const explanation = who === 'both' ? undefined : explain(explanations, crate, grant, who);
    return { grant, who, explanation };
  });
  return { crate, rows };
}

/** @param {readonly Explanation[]} explanations @param {string} crate @param {Grant} grant
 * @param {Finder} who */
function explain(explanations, crate, grant, who) {
  const fits = (/** @type {string | undefined} */ pattern, /** @type {string} */ text) =>
    pattern === undefined ||
    (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern);
  return explanations.find(
    (e) =>
      e.who === who &&
      fits(e.crate, crate) &&
      fits(e.package, grant.package) &&
      fits(e.scope, grant.scope) &&
      fits(e.api, grant.api),
  );
}

/** @param {Row} row */
const isUnexplained = ({ who, explanation }) => who !== 'both' && explanation === undefined;

/** How many differences nobody has explained.
 * @param {readonly Comparison[]} comparisons */
export function unexplained(comparisons) {
  return comparisons.flatMap(({ rows }) => rows).filter(isUnexplained).length;
}

/** One line per crate: how much agrees.
 * @param {readonly Comparison[]} comparisons */
export function countsTable(comparisons) {
  const line = (/** @type {string} */ name, /** @type {Row[]} */ rows) => {
    const count = (/** @type {(row: Row) => boolean} */ test) => String(rows.filter(test).length);
    return [
      name,
      count(({ who }) => who === 'both'),
      count(({ who }) => who === 'original'),
      count(({ who }) => who === 'ours'),
      count(isUnexplained),
    ];
  };
  const lines = comparisons.map(({ crate, rows }) => line(crate, rows));
  if (lines.length > 1)
    lines.push(
      line(
        'all',
        comparisons.flatMap(({ rows }) => rows),
      ),
    );
  return markdownTable(['crate', 'both', 'original alone', 'ours alone', 'unexplained'], lines);
}

/** What one has and the other has not, with the reasons; grouped by reason below the table.
 * @param {readonly Comparison[]} comparisons */
export function differencesTable(comparisons) {
  const reasons = new Map();
  const lines = comparisons.flatMap(({ crate, rows }) =>
    rows
      .filter(({ who }) => who !== 'both')
      .map(({ grant, who, explanation }) => {
        const why = explanation?.why;
        if (why !== undefined && !reasons.has(why)) reasons.set(why, reasons.size + 1);
        const reason = why === undefined ? '**unexplained**' : `(${reasons.get(why)})`;
        return [crate, grant.package, grant.scope, grant.api, who, reason];
      }),
  );
  if (lines.length === 0) return 'No difference.\n';
  const table = markdownTable(['crate', 'package', 'scope', 'API', 'found by', 'why'], lines);
  const notes = [...reasons].map(([why, number]) => `${number}. ${why}`).join('\n');
  return notes === '' ? table : `${table}\n${notes}\n`;
}

/** Every grant of a crate and who found it.
 * @param {Comparison} comparison */
export function allTable({ rows }) {
  const lines = rows.map(({ grant, who }) => [grant.package, grant.scope, grant.api, who]);
  return markdownTable(['package', 'scope', 'API', 'found by'], lines);
}

/** A table in Markdown, its columns aligned.
 * @param {readonly string[]} head @param {readonly string[][]} lines */
export function markdownTable(head, lines) {
  const cells = [head, ...lines].map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const width = head.map((_, i) => Math.max(3, ...cells.map((line) => (line[i] ?? '').length)));
  const row = (/** @type {readonly string[]} */ line) =>
    `| ${line.map((cell, i) => cell.padEnd(width[i] ?? 0)).join(' | ')} |`;
  const [first, ...rest] = cells.map(row);
  const rule = `|${width.map((w) => '-'.repeat(w + 2)).join('|')}|`;
  return `${[first, rule, ...rest].join('\n')}\n`;
}
