import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { realPath } from '../paths.ts';
import { reasonOf } from '../system-errors.ts';
import { runProgram } from '../workspace/run-program.ts';
import { harmlessCalls } from './harmless-calls.ts';

/** strace as it is on this machine. */
export interface Strace {
  readonly program: string;
  readonly version: string;
  /** Can it name the program to itself as somebody else called it (`--argv0`, from 6.3 on)? */
  readonly hasArgv0: boolean;
}

const INSTALL =
  'install the package strace (apt, dnf, pacman, zypper and apk all call it so), version 5.11 or newer';

/**
 * Finds strace on PATH (relative entries are not trusted) and has it trace `true` as it will trace programs (rule 14.1). Throws CheckError that
 * says why it cannot, and what to do.
 */
export async function requireStrace(path = process.env.PATH ?? ''): Promise<Strace> {
  const program = path
    .split(':')
    .filter(isAbsolute)
    .map((directory) => join(directory, 'strace'))
    .find(isExecutable);
  if (program === undefined)
    throw new CheckError(
      'what programs did is recorded by strace, which is not installed',
      INSTALL,
    );
  const real = realPath(program);
  const run = (args: readonly string[]) =>
    runProgram(real, args, { env: {} }).catch((error: unknown) => {
      throw new CheckError(`cannot run ${real}: ${reasonOf(error)}`, INSTALL, { cause: error });
    });
  const [told, helps, tried] = await Promise.all([
    run(['--version']),
    run(['--help']),
    run([FILTERED, ...options, '/bin/true']),
  ]);
  const [, version] = /version (\S+)/.exec(told.stdout.toString()) ?? [];
  if (version === undefined) throw new CheckError(`${real} does not tell its version`, INSTALL);
  const help = helps.stdout.toString();
  const strace = { program: real, version, hasArgv0: help.includes('--argv0') };
  if (tried.status !== 0 || !/\+\+\+ exited with 0 \+\+\+$/m.test(tried.stderr))
    throw new CheckError(
      `strace ${version} cannot trace programs here: ${tried.stderr.trim().split('\n').at(-1) || 'it said nothing'}`,
      `${INSTALL}; a container has to allow ptrace (--cap-add=SYS_PTRACE), and kernel.yama.ptrace_scope must not be 3`,
    );
  return strace;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A filter of the kernel stops only what is traced. What escapes strace (CLONE_UNTRACED) keeps the filter, and its calls fail. */
const FILTERED = '--seccomp-bpf';

/**
 * The options by which strace follows a program and all that it starts: whatever is not known to be harmless, calls that strace does not
 * know too. A list of messages is shown whole if it has no more than `-s` elements, which the kernel's limit is.
 */
const options: readonly string[] = [
  ...['-f', '-y', '--decode-pids=pidns', '-s', '1024', '--quiet=attach,personality', '-e'],
  `trace=!${harmlessCalls.map((name) => `?${name}`).join(',')}`,
];

/**
 * Returns the command line that traces a command into a file. Its first word is an absolute path. A command that sets filters of its
 * own (`hasFilters`) is stopped at every call: what these refuse, or leave to a supervisor, no filter of strace hears of.
 */
export function tracedCommand(
  { program, hasArgv0 }: Strace,
  file: string,
  { command, arg0, hasFilters }: Traced,
): string[] {
  const name = arg0 !== undefined && hasArgv0 ? [`--argv0=${arg0}`] : [];
  const filter = hasFilters ? [] : [FILTERED];
  return [program, ...filter, ...options, '-o', file, ...name, '--', ...command];
}

/** A command that is traced. */
interface Traced {
  readonly command: readonly string[];
  readonly arg0: string | undefined;
  readonly hasFilters: boolean;
}
