/** The results as a Markdown table and as JSON. */

/** @typedef {import('./rounds.mjs').Spread} Spread */
/**
 * @typedef {object} Row
 * @property {string} name the case
 * @property {string} input
 * @property {Spread} [ours] @property {Spread} [other] the two sides, in `unit`
 * @property {string} [unit]
 * @property {Spread} value the ratio, or the quantity where there is nothing to divide by
 * @property {string} [valueUnit] absent for a ratio
 * @property {{ atMost: number } | { atLeast: number }} [goal]
 * @property {string} [note]
 */

/** True when the row misses its goal. @param {Row} row */
export function misses({ goal, value }) {
  if (goal === undefined) return false;
  return 'atMost' in goal ? value.median > goal.atMost : value.median < goal.atLeast;
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const lines = [
    '| case | input | one | other | ratio (min..max) | goal | |',
    '|---|---|---|---|---|---|---|',
  ];
  for (const row of rows) {
    const goal = row.goal === undefined ? '' : goalText(row.goal, row.valueUnit);
    const verdict = row.goal === undefined ? '' : misses(row) ? 'missed' : 'met';
    const cells = [
      row.name,
      row.input,
      shown(row.ours, row.unit),
      shown(row.other, row.unit),
      shown(row.value, row.valueUnit),
      goal,
      [verdict, row.note].filter(Boolean).join('; '),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** @param {Spread | undefined} spread @param {string | undefined} unit */
function shown(spread, unit) {
  if (spread === undefined) return '';
  const suffix = unit === undefined ? '' : ` ${unit}`;
  const { median, min, max } = spread;
  if (min === max) return `${digits(median)}${suffix}`;
  return `${digits(median)} (${digits(min)}..${digits(max)})${suffix}`;
}

/** @param {number} value */
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

/** @param {NonNullable<Row['goal']>} goal @param {string | undefined} unit */
function goalText(goal, unit) {
  const suffix = unit === undefined ? '' : ` ${unit}`;
  return 'atMost' in goal ? `≤ ${goal.atMost}${suffix}` : `≥ ${goal.atLeast}${suffix}`;
}

/** @param {Record<string, string>} machine */
export function machineTable(machine) {
  const lines = Object.entries(machine).map(([name, value]) => `| ${name} | ${value} |`);
  return ['| machine | |', '|---|---|', ...lines].join('\n');
}
