// Builds the fuzzers, and says how each is started.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeSeeds } from './seeds.mjs';
import { targets, targetsInTypeScript } from './targets.mjs';
import { bundle } from './ts/bundle.mjs';
import { environmentFor } from './ts/old-glibc.mjs';

const here = import.meta.dirname;
const rust = join(here, 'rust');
const ts = join(here, 'ts');

/**
 * @typedef {object} Fuzzer
 * @property {number} largest bytes of an input
 * @property {string} seeds the directory of its seeds
 * @property {(options: readonly string[]) => { program: string, args: string[], env: NodeJS.ProcessEnv }} start
 * how it is run with libFuzzer's options
 */

/** Builds targets, and puts their seeds below `work`.
 * @param {readonly string[]} names @param {string} work @returns {Promise<Map<string, Fuzzer>>} by name */
export async function prepare(names, work) {
  /** @type {Map<string, Fuzzer>} */
  const programs = new Map();
  const inRust = names.filter((name) => targets[name] !== undefined);
  if (inRust.length > 0) prepareRust(inRust, work, programs);
  const inTypeScript = names.filter((name) => targetsInTypeScript[name] !== undefined);
  if (inTypeScript.length > 0) await prepareTypeScript(inTypeScript, work, programs);
  return programs;
}

/** @param {readonly string[]} names @param {string} work @param {Map<string, Fuzzer>} programs */
function prepareRust(names, work, programs) {
  const options = ['--fuzz-dir', '.', '-s', 'none', '--no-cfg-fuzzing'];
  for (const name of names.length > 3 ? [undefined] : names)
    execFileSync('cargo', ['+nightly', 'fuzz', 'build', ...(name ? [name] : []), ...options], {
      cwd: rust,
      stdio: 'inherit',
    });
  const made = makeSeeds(join(work, 'seeds'));
  for (const name of names) {
    const target = targets[name];
    if (target === undefined) continue;
    const { largest, seeds } = target;
    programs.set(name, {
      largest,
      seeds: typeof seeds === 'string' ? made[seeds] : writeSeeds(work, name, seeds),
      start: (given) => ({
        program: join(rust, 'target/x86_64-unknown-linux-gnu/release', name),
        args: [...given],
        env: {},
      }),
    });
  }
}

/** @param {readonly string[]} names @param {string} work @param {Map<string, Fuzzer>} programs */
async function prepareTypeScript(names, work, programs) {
  if (!existsSync(join(ts, 'node_modules')))
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: ts, stdio: 'inherit' });
  const bundles = join(work, 'ts');
  await bundle(bundles, names);
  const require = createRequire(join(bundles, 'x.cjs'));
  const jazzer = join(ts, 'node_modules/@jazzer.js');
  const addon = join(jazzer, `fuzzer/prebuilds/fuzzer-${process.platform}-${process.arch}.node`);
  const env = process.platform === 'linux' ? environmentFor(addon, bundles) : {};
  for (const name of names) {
    const target = targetsInTypeScript[name];
    if (target === undefined) continue;
    const file = join(bundles, `${name}.cjs`);
    /** @type {{ seeds: readonly (string | Uint8Array)[], words: readonly string[] }} */
    const { seeds, words } = require(file);
    const dictionary = join(bundles, `${name}.words`);
    writeFileSync(dictionary, words.map(dictionaryEntry).join(''));
    programs.set(name, {
      largest: target.largest,
      seeds: writeSeeds(work, name, seeds),
      start: (given) => {
        // Jazzer.js takes the directories before libFuzzer's options.
        const isOption = (/** @type {string} */ argument) => argument.startsWith('-');
        return {
          program: process.execPath,
          args: [
            ...[join(jazzer, 'core/dist/cli.js'), file, ...given.filter((a) => !isOption(a))],
            ...['-f', 'fuzz', '--sync', '-i', `${name}.program.cjs`],
            // In milliseconds; libFuzzer's own option does not count.
            ...['--timeout', '120000'],
            ...[
              '--disable_bug_detectors',
              '.*',
              '--',
              ...given.filter(isOption),
              `-dict=${dictionary}`,
            ],
          ],
          env,
        };
      },
    });
  }
}

/** A line of libFuzzer's dictionaries. @param {string} word */
function dictionaryEntry(word) {
  const bytes = [...Buffer.from(word)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return `"${bytes.join('')}"\n`;
}

/** @param {string} work @param {string} name @param {readonly (string | Uint8Array)[]} seeds */
function writeSeeds(work, name, seeds) {
  const directory = join(work, 'seeds', name);
  mkdirSync(directory, { recursive: true });
  for (const [index, seed] of seeds.entries())
    writeFileSync(
      join(directory, `${index}`),
      seed,
      typeof seed === 'string' && targets[name] ? 'latin1' : undefined,
    );
  return directory;
}
