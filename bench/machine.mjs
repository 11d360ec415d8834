/** What has to be known of a machine to read its numbers. */
import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** @returns {Record<string, string>} */
export function machineFacts() {
  return {
    processor: `${cpus()[0]?.model.trim() ?? '?'}, ${availableParallelism()} usable cores, ${arch()}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: release(),
    node: process.version,
    rustc: first('rustc', ['--version']),
    cargo: first('cargo', ['--version']),
    linker: first('cc', ['--version']),
    load: loadNow(),
  };
}

/** The load average of the last minute: a busy machine makes the numbers noise. */
export function loadNow() {
  return (loadavg()[0] ?? 0).toFixed(1);
}

/** @param {string} program @param {string[]} args */
function first(program, args) {
  return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
}
