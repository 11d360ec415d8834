/** Runs one program to its end and measures it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bench } from './places.mjs';
import { TreeSampler } from './process-tree.mjs';

/**
 * @typedef {object} Program
 * @property {string} program @property {readonly string[]} args
 * @property {string} cwd
 * @property {Record<string, string>} [env] added to the environment
 * @property {readonly number[]} [statuses] exit statuses that are as they should be; 0 alone by default
 * @property {readonly string[]} [sample] names of the executables whose memory is watched
 */
/**
 * @typedef {object} Run
 * @property {number} seconds wall clock
 * @property {number} cpu user and system time of the program and all it waited for, in seconds
 * @property {number} [peak] most resident memory at one moment, in MB, of the watched processes together
 * @property {string} stdout
 */

/** The shell's `time` gives the processor time of a whole tree of processes, which Node does not. Descriptor 3 takes it. */
const timed = 'TIMEFORMAT="%U %S"; exec 4>&2; { time "$@" 2>&4 3>&- 4>&-; } 2>&3';

/** Runs a program. Throws an Error with the end of its output when it ends otherwise than it should.
 * @param {Program} wanted @returns {Promise<Run>} */
export async function run({ program, args, cwd, env, statuses = [0], sample }) {
  const log = join(bench, 'stderr.log');
  const errors = openSync(log, 'w');
  const started = performance.now();
  const child = spawn('bash', ['-c', timed, 'bench', program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', errors, 'pipe'],
    env: { ...process.env, CARGO_NET_OFFLINE: 'true', ...env },
  });
  closeSync(errors);
  const sampler = sample && child.pid ? new TreeSampler(child.pid, sample) : undefined;
  const [stdout, times] = [textOf(child.stdout), textOf(child.stdio[3])];
  const status = await new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => done(code ?? signal));
  });
  const seconds = (performance.now() - started) / 1000;
  const peak = sampler?.stop();
  if (!statuses.includes(status)) {
    const shown = `${(await stdout).slice(-2000)}\n${readFileSync(log, 'utf8').slice(-4000)}`;
    throw new Error(`${program} ${args.join(' ')} in ${cwd} ended with ${status}:\n${shown}`);
  }
  const cpu = (await times).trim().split(' ').map(Number);
  return {
    seconds,
    cpu: cpu.reduce((sum, part) => sum + part, 0),
    ...(peak === undefined ? {} : { peak }),
    stdout: await stdout,
  };
}

/** @param {import('node:stream').Stream | null | undefined} stream */
async function textOf(stream) {
  /** @type {Buffer[]} */
  const chunks = [];
  if (!(stream instanceof Readable)) throw new Error('this output is not read');
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
