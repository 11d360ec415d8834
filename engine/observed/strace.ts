import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { realPath } from '../paths.ts';
import { reasonOf } from '../system-errors.ts';
import { runProgram } from '../workspace/run-program.ts';
import { readings } from './calls.ts';

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
  const [, version] = /version (\S+)/.exec((await run(['--version'])).stdout.toString()) ?? [];
  if (version === undefined) throw new CheckError(`${real} does not tell its version`, INSTALL);
  const help = (await run(['--help'])).stdout.toString();
  const strace = { program: real, version, hasArgv0: help.includes('--argv0') };
  const tried = await run([...options, '/bin/true']);
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

/**
 * The options by which strace follows a program and all that it starts. Its filter (seccomp) stops only the calls that are
 * read here. What escapes strace (CLONE_UNTRACED) keeps the filter, and its calls fail.
 */
const options: readonly string[] = [
  ...['-f', '--seccomp-bpf', '-y', '--decode-pids=pidns', '-s', '256'],
  ...['--quiet=attach,personality', '-e'],
  `trace=${[...readings.keys()].map((name) => `?${name}`).join(',')}`,
];

/** Returns the command line that traces a command into a file. Its first word is an absolute path. */
export function tracedCommand(
  { program, hasArgv0 }: Strace,
  file: string,
  command: readonly string[],
  arg0: string | undefined,
): string[] {
  const name = arg0 !== undefined && hasArgv0 ? [`--argv0=${arg0}`] : [];
  return [program, ...options, '-o', file, ...name, '--', ...command];
}
