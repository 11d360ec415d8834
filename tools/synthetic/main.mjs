/** `node tools/synthetic/main.mjs DIR [--packages N …]`: bench/README.md has its options. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generate, usual } from './generate.mjs';

/** @param {string} name */
const optionOf = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      Object.keys(usual).map((name) => [optionOf(name), { type: /** @type {const} */ ('string') }]),
    ),
  });
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1)
    throw new Error('name one directory: it is written anew');
  const wanted = Object.keys(usual).flatMap((name) => {
    const value = values[optionOf(name)];
    return value === undefined ? [] : [[name, Number(value)]];
  });
  const knobs = generate(resolve(directory), Object.fromEntries(wanted));
  const shown = Object.entries(knobs).map(([name, value]) => `${optionOf(name)} ${value}`);
  process.stdout.write(`${resolve(directory)}: ${shown.join(', ')}\n`);
} catch (error) {
  process.stderr.write(`synthetic: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
