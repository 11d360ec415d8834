import { constants } from 'node:os';
import { type Denial, reportsDeniedWrite, reportsMissingFile } from '../sandbox/denied.ts';
import { hiddenBy } from '../sandbox/hidden.ts';

export type { Denial };

/** How a program failed. */
export interface Failure {
  readonly status?: number | undefined;
  readonly signal?: number | undefined;
  /** The command line of its sandbox; absent when it ran without one. */
  readonly sandboxCommand?: readonly string[] | undefined;
  /** What the sandbox denied to it, when that is known. */
  readonly denied?: readonly Denial[] | undefined;
}

/** Returns how to get the command line of a sandbox, which fills a screen; a check may keep a log. */
export const howToSeeTheCommand = (keepsLog: boolean): string =>
  `--debug shows its command line${keepsLog ? ', --log-file keeps it' : ''}`;

/** Returns how a program ended. In a sandbox, the status for a signal is 128 plus its number (bwrap's manual; engine/launcher does the same). */
export function endingOf(failed: Pick<Failure, 'status' | 'signal' | 'sandboxCommand'>): string {
  const { status, signal, sandboxCommand } = failed;
  const sandboxed = sandboxCommand === undefined ? '' : ' in its sandbox';
  if (signal !== undefined) return `${sandboxed}: ${signalText(signal)}`;
  if (status === undefined) return sandboxed;
  const within = sandboxCommand !== undefined && status > 128 && status <= 128 + 64;
  return `${sandboxed}: exit status ${status}${within ? `, as for ${signalText(status - 128)}` : ''}`;
}

/** Returns what the sandbox denied to a failed program, one line each, and how to go on when its output does not tell. */
export function deniedText({
  denied = [],
  sandboxCommand,
  output,
}: Pick<Failure, 'denied' | 'sandboxCommand'> & { readonly output: string }): string[] {
  if (sandboxCommand === undefined) return [];
  if (denied.length > 0) return denied.map(textOfDenial);
  // In Landlock strace does not hear of it.
  const traced = hiddenBy(sandboxCommand).refuses ? ', in Bubblewrap,' : '';
  if (reportsDeniedWrite(output))
    return [
      `it was not let write somewhere that its output does not name: \`cackle trace\`${traced} tells where; \`bind_writable\` in the section of its sandbox opens a place, \`make_writable\` a new directory`,
    ];
  const alone =
    'nothing shows that its sandbox denied it anything: check whether it fails under cargo alone, too';
  if (!reportsMissingFile(output)) return [alone];
  return [
    `${alone}; if it does not, \`cackle trace\`${traced} tells what its sandbox hides, which \`bind_readable\`, \`bind_writable\` or \`make_writable\` shows`,
  ];
}

function textOfDenial(denial: Denial): string {
  switch (denial.what) {
    case 'write':
      return `its sandbox does not let it write in ${denial.path}`;
    case 'mode':
      return `${denial.path} is read-only by its own permissions, which only root outside a sandbox may ignore: \`chmod u+w\` it`;
    case 'read':
      return `its sandbox hides ${denial.path}; \`bind_readable = ["${denial.path}"]\` in the section of its sandbox shows it`;
    case 'network':
      return 'its sandbox has no network';
    case 'variable':
      return `its sandbox hides the variable ${denial.name} from it`;
  }
}

function signalText(signal: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `signal ${signal}${name === undefined ? '' : ` (${name})`}`;
}
