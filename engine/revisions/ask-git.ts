import { CheckError } from '../errors.ts';
import { type Finished, runProgram } from '../workspace/run-program.ts';

/** A git repository with a work tree. */
export interface Repository {
  /** The top directory of the work tree. */
  readonly root: string;
}

/** Variables by which git, when it runs a hook, tells of a work tree or index: what we ask, and what runs in a copy, is about another. */
export const OF_HOOKS: readonly string[] = [
  'GIT_INDEX_FILE',
  'GIT_WORK_TREE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_COMMON_DIR',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
];

/**
 * What no question of ours may run (rule 11.10): hooks (githooks), the file system monitor, and what a directory of the
 * work tree that looks like a bare repository configures (git-config, `safe.bareRepository`).
 */
const harmless = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'safe.bareRepository=explicit'],
];

/** Advice where git cannot answer. */
export const WHOLE = 'is the repository whole?';

/** What a question takes besides its arguments. */
interface Given {
  readonly input?: string | Buffer;
  /** Variables beside those of the process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs git in a directory and resolves when it has ended, whatever it says. Throws CheckError where there is no git. */
export async function git(
  directory: string,
  args: readonly string[],
  { input, env: more }: Given = {},
): Promise<Finished> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  for (const name of OF_HOOKS) delete env[name];
  try {
    const own = [...harmless, '-C', directory];
    const given = input === undefined ? {} : { input };
    return await runProgram('git', [...own, ...args], { env: { ...env, ...more }, ...given });
  } catch (error) {
    throw new CheckError(
      `cannot run git: ${(error as Error).message}`,
      'a diff needs git to read the base: install it, or compare lock files with --lock',
      { cause: error },
    );
  }
}

/** Resolves to what git answers. Throws CheckError with `help` when it fails. */
export async function asked(
  directory: string,
  args: readonly string[],
  help: string,
  given: Given = {},
): Promise<string> {
  const { status, stdout, stderr } = await git(directory, args, given);
  if (status === 0) return stdout.toString();
  throw new CheckError(`\`git ${args.join(' ')}\` failed in ${directory}: ${stderr.trim()}`, help);
}

/** Returns an answer of one line without the line's end; a path may have more such. */
export const line = (text: string): string => text.replace(/\n$/, '');
