/** Speed of the parsers in WASM against the same source compiled for the machine, one thread each. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importEngine, nativeParsers, plainBuild, targetOf } from '../inputs.mjs';
import { bench, repository } from '../places.mjs';
import { run } from '../process.mjs';
import { alternate, ratio, spread } from '../rounds.mjs';

export const names = ['parsers'];

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  const input = context.inputs.at(-1);
  if (input === undefined) throw new Error('no input');
  context.tell(`parsers: rlibs of ${input.name}`);
  const files = await libraries(input);
  const native = await nativeParsers();
  await importEngine('engine/parsers/file-input.ts');
  await importEngine('engine/pool/extract-worker.ts');
  const list = join(bench, 'libraries.json');
  mkdirSync(bench, { recursive: true });
  writeFileSync(list, JSON.stringify(files));
  const speeds = async (/** @type {string} */ program, /** @type {string[]} */ args) =>
    JSON.parse((await run({ program, args, cwd: repository })).stdout);
  const script = join(repository, 'bench', 'parse-libraries.mjs');
  const results = await alternate(
    [
      { name: 'wasm', measure: () => speeds(process.execPath, [script, list]) },
      { name: 'native', measure: () => speeds(native, files) },
    ],
    context.rounds(5),
  );
  const natively = (results.get('native') ?? []).map((r) => r.megabytesPerSecond);
  const row = (
    /** @type {string} */ name,
    /** @type {string} */ field,
    /** @type {boolean} */ aim,
  ) => {
    const ours = (results.get('wasm') ?? []).map((r) => r[field]);
    return {
      name,
      input: `${input.name}, ${files.length} rlibs`,
      unit: 'MB/s',
      ours: spread(ours),
      other: spread(natively),
      value: ratio(ours, natively),
      ...(aim ? { goal: { atLeast: 0.7 } } : {}),
    };
  };
  return [
    row('parsers: WASM ÷ native', 'warm', true),
    row('parsers: WASM ÷ native, code not yet optimised', 'cold', false),
    row('parsers: WASM with reading, hashing and writing ÷ native', 'extraction', false),
  ];
}

/** @param {import('../inputs.mjs').Input} input */
async function libraries(input) {
  const target = targetOf(input, 'plain');
  await run(await plainBuild(input, target, 'cackle'));
  const directory = join(target, 'cackle', 'deps');
  const files = readdirSync(directory).filter((name) => name.endsWith('.rlib'));
  if (files.length === 0) throw new Error(`${directory} holds no rlib`);
  return files.sort().map((name) => join(directory, name));
}
