import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Observed, ObservedProgram } from '../../engine/observed/types.ts';
import type { Suggestion } from '../../engine/tracing/suggest.ts';
import { cackle } from '../support/cackle.ts';

/** Why nothing can be traced here; undefined when it can: the fixtures make system calls of this machine. */
export const noStrace =
  process.arch !== 'x64'
    ? 'the fixtures make system calls of x86-64'
    : (process.env.PATH ?? '').split(':').some(hasStrace)
      ? undefined
      : 'strace is not installed';

function hasStrace(directory: string): boolean {
  try {
    accessSync(join(directory, 'strace'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What `cackle trace` printed as JSON. */
export type Traced = Observed & {
  readonly status: number | null;
  readonly stderr: string;
  readonly suggestion?: Suggestion;
};

/** Traces a workspace. Fails the test where there is no result. */
export async function traced(
  directory: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Traced> {
  const ran = await cackle(['trace', '--output-format', 'json', '--path', directory, ...args], env);
  if (!ran.stdout.startsWith('{')) throw new Error(`no result (${ran.status}): ${ran.stderr}`);
  return { status: ran.status, stderr: ran.stderr, ...(JSON.parse(ran.stdout) as Observed) };
}

/** What a program did, a line an act, paths relative to the workspace. */
export function actsOf(
  { programs }: Observed,
  directory: string,
  packageLabel: string,
  kind: ObservedProgram['kind'] = 'build script',
): string[] {
  const of = programs.filter((p) => p.packageLabel === packageLabel && p.kind === kind);
  return of.flatMap(({ did }) =>
    did.map(({ what, of: path, by, result, where }) =>
      [
        ...[what, path.replace(`${directory}/`, '')],
        ...(by === undefined ? [] : [`by ${by}`]),
        ...(result === 'done' ? [] : [result]),
        ...(where === undefined ? [] : [`(${where})`]),
      ].join(' '),
    ),
  );
}
