/** `npm run bench`: see README.md beside this file. Exit status: 0, or 2 when a case is broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../setup/ensure.mjs';
import { loadNow, machineFacts } from './machine.mjs';
import { bench } from './places.mjs';
import { machineTable, table } from './report.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      original: { type: 'string' },
      input: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
    },
  });
  await ensureBuilt();
  // Loaded late: they need packages that the set-up installs.
  const { groups } = await import('./cases/groups.mjs');
  const { svgOf } = await import('./plot.mjs');
  const { openContext } = await import('./context.mjs');
  const { emptyTrash } = await import('./inputs.mjs');
  const known = groups.flatMap(({ names }) => names);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no case is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error('--rounds takes a number from 1');
  mkdirSync(bench, { recursive: true });
  const { quick, original, input: inputs } = values;
  emptyTrash();
  const context = openContext({ quick, original, inputs, rounds });
  const machine = machineFacts();
  const rows = [];
  const broken = [];
  for (const { names, measure } of groups) {
    const chosen = positionals.length === 0 ? names : names.filter((n) => positionals.includes(n));
    if (chosen.length === 0) continue;
    try {
      rows.push(...(await measure(context, chosen)));
    } catch (error) {
      // What the other cases measured took long, and is worth to be seen.
      broken.push(`${chosen.join(', ')}: ${error instanceof Error ? error.message : error}`);
    }
  }
  emptyTrash();
  machine['load at the end'] = loadNow();
  const { charts } = context;
  for (const chart of charts) writeFileSync(join(bench, `${chart.name}.svg`), svgOf(chart));
  const plots = charts.map(({ name, title }) => `![${title}](${name}.svg)\n`).join('\n');
  const text = `${machineTable(machine)}\n\n${table(rows)}\n${plots === '' ? '' : `\n${plots}`}`;
  writeFileSync(join(bench, 'report.md'), text);
  writeFileSync(
    join(bench, 'report.json'),
    `${JSON.stringify({ machine, rows, charts }, undefined, 2)}\n`,
  );
  process.stdout.write(text);
  if (broken.length > 0) throw new Error(`broken: ${broken.join('\n')}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
