import { splitArguments, UnreadableTrace } from './values.ts';

/** A system call that ended. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
  /** What stands behind `=`, without the error: `3</etc/passwd>`, `-1`, `2 /* 14 in strace's PID NS *\/`. `?`: it did not return. */
  readonly result: string;
  /** E.g. `ENOENT`. */
  readonly error: string | undefined;
}

/** What a line of a trace says of a process. */
export type TraceLine =
  | { readonly what: 'call'; readonly pid: number; readonly call: Call }
  /** The process calls; another line tells how it ended. */
  | { readonly what: 'begun'; readonly pid: number; readonly text: string }
  | { readonly what: 'resumed'; readonly pid: number; readonly name: string; readonly text: string }
  | { readonly what: 'signal'; readonly pid: number }
  | { readonly what: 'ended'; readonly pid: number; readonly how: string }
  | { readonly what: 'superseded'; readonly pid: number; readonly by: number };

const lineForm = /^(\d+) +(.*)$/s;
const resumedForm = /^<\.\.\. (\w+) resumed>(.*)$/s;
/** The second form: a thread ends its process by execve. */
const unfinishedForm = / <(?:unfinished|pid changed to \d+) \.\.\.>$/;
const endedForm = /^\+\+\+ (exited with \d+|killed by \w+(?: \(core dumped\))?) \+\+\+$/;
const supersededForm = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/;
const signalForm = /^--- (?:SIG[A-Z0-9_+]+ \{.*\}|stopped by SIG[A-Z0-9_+]+) ---$/s;
const resultForm =
  /^ += (-?\d+(?:<[^<>]*>(?:\(deleted\))?)?(?: \/\* \d+ in strace's PID NS \*\/)?|0x[0-9a-f]+|\?)(?: (E[A-Z0-9]+) \([^)]*\))?(?: \([^)]*\))?$/;

/** Reads a line of `strace -f -o FILE`. Throws {@link UnreadableTrace}. */
export function readLine(line: string): TraceLine {
  const [, number, rest] = lineForm.exec(line) ?? [];
  if (number === undefined || rest === undefined) throw new UnreadableTrace('it names no process');
  const pid = Number(number);
  if (rest.startsWith('+++ ')) return readEnd(pid, rest);
  if (rest.startsWith('--- ')) {
    if (!signalForm.test(rest)) throw new UnreadableTrace('not a signal');
    return { what: 'signal', pid };
  }
  const [, name, text] = resumedForm.exec(rest) ?? [];
  if (name !== undefined && text !== undefined) return { what: 'resumed', pid, name, text };
  if (unfinishedForm.test(rest))
    return { what: 'begun', pid, text: rest.replace(unfinishedForm, '') };
  return { what: 'call', pid, call: readCall(rest) };
}

function readEnd(pid: number, text: string): TraceLine {
  const [, how] = endedForm.exec(text) ?? [];
  if (how !== undefined) return { what: 'ended', pid, how };
  const [, by] = supersededForm.exec(text) ?? [];
  if (by !== undefined) return { what: 'superseded', pid, by: Number(by) };
  throw new UnreadableTrace('not the end of a process');
}

/** Reads a whole call, `name(arguments) = result`. Throws {@link UnreadableTrace}. */
export function readCall(text: string): Call {
  // A process that was killed in a call: strace ends the call of which it knows no more.
  const whole = text.replace(/ <unfinished \.\.\.>\) += \?$/, ') = ?');
  const [, name] = /^(\w+)\(/.exec(whole) ?? [];
  if (name === undefined) throw new UnreadableTrace('not a system call');
  const { args, end } = splitArguments(whole, name.length + 1);
  const [, result, error] = resultForm.exec(whole.slice(end)) ?? [];
  if (result === undefined) throw new UnreadableTrace(`not a result:${whole.slice(end)}`);
  return { name, args, result, error };
}
