// Runs set-up's commands: one line a step on stderr, their output in a log that is shown when they fail.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './paths.mjs';

const log = join(cache, 'setup.log');

/** Tells what is being done and how long it took.
 * @template T @param {string} title @param {() => Promise<T>} work */
export async function step(title, work) {
  const started = Date.now();
  process.stderr.write(`cackle set-up: ${title} …\n`);
  const result = await work();
  process.stderr.write(
    `cackle set-up: ${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  return result;
}

/** Waits for all of them, and throws the first error only then: what still ran would be in the way of the next start.
 * @param {readonly Promise<unknown>[]} work */
export async function all(work) {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/**
 * @typedef {object} RunOptions
 * @property {boolean} [allowFailure] a program that fails is no error
 * @property {number} [timeout] in milliseconds, after which it is killed
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 */

/** Runs a program to its end; its output goes to the log. Throws when it fails, with the log's place.
 * @param {string} program @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<boolean>} did it succeed? */
export async function run(program, args, options = {}) {
  const { allowFailure = false, timeout, ...rest } = options;
  mkdirSync(cache, { recursive: true });
  appendFileSync(log, `\n$ ${program} ${args.join(' ')}\n`);
  const out = openSync(log, 'a');
  /** @type {number} */
  const status = await new Promise((done) => {
    const child = spawn(program, [...args], { stdio: ['ignore', out, out], ...rest });
    const timer = timeout && setTimeout(() => child.kill('SIGKILL'), timeout);
    child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      appendFileSync(log, `${error.message}\n`);
      done(error.code === 'ENOENT' ? 127 : 1);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      done(code ?? 1);
    });
  });
  if (status !== 0 && !allowFailure) {
    const missing =
      status === 127
        ? `${program} was not found: install it`
        : `\`${program} ${args.slice(0, 3).join(' ')}\` failed`;
    throw new Error(`set-up: ${missing} (the log is ${log})`);
  }
  return status === 0;
}

/** What a program prints, trimmed; undefined when it fails.
 * @param {string} program @param {readonly string[]} args @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string | undefined>} */
export async function output(program, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'ignore'], ...options });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', () => done(undefined));
    child.on('close', (code) => done(code === 0 ? text.trim() : undefined));
  });
}
