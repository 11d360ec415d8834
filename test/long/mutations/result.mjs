/** The summary of a walk, as a page. */

/** @typedef {import('./walk.mjs').Step} Step */

/** Some checks end before anybody kills them. @param {Step} step */
const kindOf = ({ kind, what }) =>
  what.endsWith('ended before it was killed') ? 'killed too late' : kind;

/** @param {readonly { seed: string, steps: readonly Step[] }[]} walks @param {string} command */
export function summaryOf(walks, command) {
  const steps = walks.flatMap((walk) => walk.steps);
  const count = (/** @type {(step: Step) => boolean} */ is) => steps.filter(is).length;
  const different = steps.filter(({ difference }) => difference !== undefined);
  const kinds = [...new Set(steps.map(kindOf))].sort();
  const row = (/** @type {string} */ kind) => {
    const of = steps.filter((step) => kindOf(step) === kind);
    const compiled = of.filter(({ unitsBuilt }) => unitsBuilt > 0).length;
    const statuses = [0, 1, 2].map((s) => of.filter(({ status }) => status === s).length);
    const wrong = of.filter(({ difference }) => difference !== undefined).length;
    return `| ${[kind, of.length, ...statuses, compiled, wrong].join(' | ')} |`;
  };
  return `# Mutations: the last long run

Written by \`${command}\`.
Each step changes one thing in a small workspace, or a source and cackle.toml at once, and compares the incremental check's answer
(status, problems with every place and backtrace, grants, what is unchecked, counts) with that of a check from clean.

| | |
|---|---|
| steps | ${steps.length} (seed ${walks.map(({ seed, steps }) => `${seed}: ${steps.length}`).join(', ')}) |
| differences | ${different.length} |
| clean (status 0), with problems (1), not built (2) | ${count((s) => s.status === 0)}, ${count((s) => s.status === 1)}, ${count((s) => s.status === 2)} |
| steps that compiled something; units compiled by the incremental checks | ${count((s) => s.unitsBuilt > 0)}; ${steps.reduce((sum, { unitsBuilt }) => sum + unitsBuilt, 0)} |
| compared by strict equality | ${count((s) => s.rule === 'equal')} |
| compared by the rule for what is held back from clean | ${count((s) => s.rule === 'held')} |

A check that is not built reports no count of units: it counts as none compiled.

| change | steps | status 0 | 1 | 2 | compiled | differences |
|---|---|---|---|---|---|---|
${kinds.map(row).join('\n')}
${different.map(({ number, what, difference }) => `\n${number}: ${what}\n\n\`\`\`text\n${difference}\n\`\`\`\n`).join('')}`;
}
