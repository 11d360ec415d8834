import { readdirSync, readlinkSync } from 'node:fs';
import { readRegularFile } from '../regular-file.ts';
import { LAUNCHER } from '../sandbox/launcher.ts';
import type { BuildHandlers } from './types.ts';

/** Signals that ask a program to end, and go to the programs that cargo runs. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Names of programs that stand between cargo and a program, beside the shim. */
const wrappers = new Set(['bwrap', LAUNCHER, 'strace']);

/** Signals to this process go to the programs below cargo, from `forwardSignals` to `end`. */
export interface ForwardedSignals {
  /** True since the first signal that was passed on: nothing more may start. */
  readonly ending: boolean;
  end(): void;
}

/**
 * Passes signals to this process on to the programs that `cargo`, a process, runs: to itself when it `becomes` its
 * program or has started none yet. `shim` is the file of the shim. A Ctrl-C is not passed on: the terminal sends it to
 * all of them.
 */
export function forwardSignals(cargo: number, becomes: boolean, shim: string): ForwardedSignals {
  let ending = false;
  const forward = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' && isInForeground()) return;
    ending = true;
    for (const pid of becomes ? [cargo] : programsOf(cargo, shim)) send(pid, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return {
    get ending() {
      return ending;
    },
    end() {
      for (const signal of FORWARDED) process.off(signal, forward);
    },
  };
}

/** Returns handlers that let no program start any more once a signal was passed on. */
export function untilSignalled(handlers: BuildHandlers, isEnding: () => boolean): BuildHandlers {
  return {
    ...handlers,
    async onProgramStart(executable) {
      const answer = await handlers.onProgramStart(executable);
      return isEnding()
        ? { do: 'refuse', reason: `${executable} does not start: cackle was asked to end` }
        : answer;
    },
  };
}

function programsOf(cargo: number, shim: string): number[] {
  const { names, children } = readProcesses();
  return programsBelow(cargo, (pid) => isWrapper(pid, names, shim), children);
}

/** Returns the nearest processes below `root` that start nothing on behalf of cargo; `root` itself when it has none. */
function programsBelow(
  root: number,
  isWrapping: (pid: number) => boolean,
  children: ReadonlyMap<number, readonly number[]>,
): number[] {
  const below = children.get(root) ?? [];
  if (below.length === 0) return [root];
  return below.flatMap((pid) =>
    isWrapping(pid) ? programsBelow(pid, isWrapping, children) : [pid],
  );
}

/** A shim that waits for what it started, a sandbox, or strace, which passes no signal on; each stands between cargo and a program. */
function isWrapper(pid: number, names: ReadonlyMap<number, string>, shim: string): boolean {
  if (wrappers.has(names.get(pid) ?? '')) return true;
  try {
    return readlinkSync(`/proc/${pid}/exe`) === shim;
  } catch {
    return false;
  }
}

function readProcesses(): {
  readonly names: ReadonlyMap<number, string>;
  readonly children: ReadonlyMap<number, readonly number[]>;
} {
  const names = new Map<number, string>();
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const found = Number.isInteger(pid) ? readStat(name) : undefined;
    // A process that has ended, but for which nobody has waited yet, takes no signal.
    if (found === undefined || found.fields[0] === 'Z') continue;
    const parent = Number(found.fields[1]);
    names.set(pid, found.name);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return { names, children };
}

/** Whether this process is in the foreground of a terminal, which then sends Ctrl-C to it and to all that it started. */
function isInForeground(): boolean {
  const fields = readStat('self')?.fields ?? [];
  return fields[2] !== undefined && fields[2] === fields[5];
}

/** Returns the name of a process and the fields after it: state, parent, group, session, terminal, foreground group. */
function readStat(pid: string): { readonly name: string; readonly fields: string[] } | undefined {
  try {
    const text = readRegularFile(`/proc/${pid}/stat`).toString('latin1');
    const end = text.lastIndexOf(')');
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
