/** What a check that ends with problems costs when nothing changed: it builds nothing, and takes about as long as a clean one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ourCheck, targetOf } from '../inputs.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

/** @typedef {import('../context.mjs').Context} Context */
/** @typedef {import('../inputs.mjs').Input} Input */
/** @typedef {import('../report.mjs').Row} Row */

export const names = ['problems'];

/** @param {Context} context @returns {Promise<Row[]>} */
export async function measure(context) {
  /** @type {Row[]} */
  const rows = [];
  for (const input of context.inputs) {
    context.tell(`problems: ${input.name}`);
    const clean = ourCheck(input, targetOf(input, 'ours'));
    const held = {
      ...ourCheck(input, targetOf(input, 'problems'), { config: withoutBuildScripts(input) }),
      statuses: [1],
    };
    await run(clean);
    await run(held);
    const results = await alternate(
      [
        { name: 'problems', measure: () => again(held) },
        { name: 'clean', measure: () => again(clean) },
      ],
      context.rounds(5),
    );
    const [ours, other] = [results.get('problems') ?? [], results.get('clean') ?? []];
    rows.push({
      name: 'problems: second check with problems ÷ clean second check',
      input: input.name,
      unit: 's',
      ours: spread(ours),
      other: spread(other),
      value: ratio(ours, other),
      goal: { atMost: 1.2 },
    });
  }
  return rows;
}

/** A configuration by which build scripts, their output and proc macros are held. @param {Input} input */
function withoutBuildScripts(input) {
  let table = '';
  const kept = readFileSync(input.config, 'utf8')
    .split('\n')
    .filter((line) => {
      if (line.startsWith('[')) table = line;
      if (/^\[pkg\..*\.build\]$/.test(table)) return line === table;
      return !/^(?:build\.|allow_build_instructions|allow_proc_macro)/.test(line);
    });
  const file = join(dirname(input.config), 'held.toml');
  writeFileSync(file, kept.join('\n'));
  return file;
}

/** Seconds of a check that builds nothing and reads nothing. @param {import('../process.mjs').Program} program */
async function again(program) {
  const result = await run(program);
  const { unitsBuilt, objectsExtracted } = JSON.parse(result.stdout).counts;
  if (unitsBuilt + objectsExtracted > 0)
    throw new Error(`a check built ${unitsBuilt} units and read ${objectsExtracted} objects`);
  return result.seconds;
}
