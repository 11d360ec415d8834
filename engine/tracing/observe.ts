import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramsOutcome } from '../build/types.ts';
import { checkTree } from '../check/check.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import type { FinishedCheck } from '../check/report.ts';
import { runJudgedPrograms } from '../check/run-programs.ts';
import { readTree, type Tree } from '../check/tree.ts';
import { CheckError } from '../errors.ts';
import { compare } from '../observed/compare.ts';
import { Recorder } from '../observed/recorder.ts';
import { seenOf } from '../observed/seen.ts';
import { requireStrace, type Strace } from '../observed/strace.ts';
import type { Observed } from '../observed/types.ts';
import { severityOf } from '../problems/kinds.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { forgetPrograms, tracedWorkspace } from './target-directory.ts';

/** What is traced. */
export interface TraceRequest {
  readonly options: CheckOptions;
  /** Tests too, as `cargo test` runs them. */
  readonly tests: boolean;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
}

/** A trace with the check that it was made in, and the tree as it was built for that. */
export interface Traced {
  readonly observed: Observed;
  readonly checked: FinishedCheck;
  readonly tree: Tree;
  /** How the tests ended, if any ran. */
  readonly ran: ProgramsOutcome | undefined;
}

/**
 * `cackle trace`, from start to end: has every build script, what loads proc macros and, with `tests`, every test run again, each under
 * strace, and sets what they did beside what their code names. What the check holds does not run. Throws CheckError.
 */
export async function observe(request: TraceRequest): Promise<Traced> {
  const strace = await requireStrace();
  const tree = await readTree(request.options, commandOf(request));
  return observeTree(request, strace, { ...tree, workspace: tracedWorkspace(tree.workspace) });
}

/** The same, for a tree that is built where {@link tracedWorkspace} says. */
export async function observeTree(
  request: TraceRequest,
  strace: Strace,
  tree: Tree,
): Promise<Traced> {
  const { observer, signal } = request;
  const directory = await mkdtemp(join(tmpdir(), 'cackle-strace-'));
  try {
    await forgetPrograms(tree.workspace);
    const tracer = new Recorder(strace, directory, buildDirectories(tree.workspace));
    const options = { ...request.options, ...commandOf(request), tracer };
    const checked = await checkTree({ options, observer, signal, tree });
    const { report, workspace } = checked;
    const isWrong = report.problems.some((problem) => severityOf(problem) === 'error');
    const { command } = options;
    const mayRun = command !== undefined && !isWrong && report.unchecked.length === 0;
    const ran = mayRun
      ? await runJudgedPrograms({ ...options, command }, checked, observer, signal)
      : undefined;
    signal.throwIfAborted();
    const found = compare(checked, seenOf(tracer.recorded(), tracer, workspace));
    return {
      ...{ checked, ran, tree },
      observed: {
        ...{ strace: strace.version, targets: report.targets, ...found },
        ...{ unchecked: report.unchecked, otherProblems: report.problems.length },
      },
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function commandOf({ tests, options }: TraceRequest): Pick<CheckOptions, 'command' | 'wholeFor'> {
  if (!tests) return {};
  if (options.packages.length > 0)
    throw new CheckError('tests are traced of the whole workspace', 'leave --package out');
  return {
    command: { subcommand: 'test', args: ['--no-fail-fast'] },
    wholeFor: '`cackle trace --tests`',
  };
}
