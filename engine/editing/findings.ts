import type { Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { isSettledBy } from '../problems/kinds.ts';
import { mergeKey, mergeProblems } from '../problems/merge.ts';

/** An open problem with its key (rule 5.19). */
export interface OpenProblem {
  readonly id: string;
  readonly problem: Problem;
}

interface FoundProblem {
  readonly problem: Problem;
  /** The configuration with which it was found. */
  readonly config: Config | undefined;
}

/**
 * The problems of an interactive check, in order of arrival: questions asked before the build, and problems found by
 * it. A problem that the configuration in force settles is not open; it is open again when the edit is undone.
 */
export class Findings {
  private questions: FoundProblem[] = [];
  private found: FoundProblem[] = [];
  private readonly passedOver = new Set<string>();
  /** Positions by id; a problem keeps its position. */
  private readonly order = new Map<string, number>();
  private lastOpen:
    | { readonly config: Config | undefined; readonly open: readonly OpenProblem[] }
    | undefined;

  /** Adds questions before the build (rules 5.1, 5.2, 5.3). */
  ask(problems: readonly Problem[]): void {
    for (const problem of problems) this.questions.push({ problem, config: undefined });
    this.lastOpen = undefined;
  }

  /** Removes questions that an edit had added. */
  withdraw(problems: readonly Problem[]): void {
    this.questions = this.questions.filter(({ problem }) => !problems.includes(problem));
    this.lastOpen = undefined;
  }

  /** Adds problems found while the build is running. */
  add(problems: readonly Problem[], config: Config): void {
    for (const problem of problems) this.found.push({ problem, config });
    this.lastOpen = undefined;
  }

  /** Adds the problems that a gate waits for and that are not known yet. */
  addUnknown(problems: readonly Problem[], config: Config): void {
    const known = new Set(this.found.map(({ problem }) => mergeKey(problem)));
    this.add(
      problems.filter((problem) => !known.has(mergeKey(problem))),
      config,
    );
  }

  /** Replaces the found problems by those of a finished check. */
  replace(problems: readonly Problem[], config: Config): void {
    this.found = problems.map((problem) => ({ problem, config }));
    this.lastOpen = undefined;
  }

  /** Closes a problem whose fix writes nothing. */
  passOver(id: string): void {
    this.passedOver.add(id);
    this.lastOpen = undefined;
  }

  /** Undoes {@link passOver}. */
  reopen(id: string): void {
    this.passedOver.delete(id);
    this.lastOpen = undefined;
  }

  /** Returns whether a question before the build is still open. */
  hasOpenQuestion(config: Config | undefined): boolean {
    return this.questions.some(
      (question) => isOpen(question, config) && !this.passedOver.has(mergeKey(question.problem)),
    );
  }

  /** Returns the open problems under a configuration; without one, only the question whether to create it. */
  open(config: Config | undefined): readonly OpenProblem[] {
    if (this.lastOpen !== undefined && this.lastOpen.config === config) return this.lastOpen.open;
    const open = this.openNow(config);
    this.lastOpen = { config, open };
    return open;
  }

  private openNow(config: Config | undefined): OpenProblem[] {
    const problems = [...this.questions, ...this.found]
      .filter((found) => isOpen(found, config))
      .map(({ problem }) => problem);
    const open = mergeProblems(problems)
      .map((problem) => ({ id: mergeKey(problem), problem }))
      .filter(({ id }) => !this.passedOver.has(id));
    for (const { id } of open) if (!this.order.has(id)) this.order.set(id, this.order.size);
    const place = (id: string): number => this.order.get(id) ?? 0;
    return open.sort((a, b) => place(a.id) - place(b.id));
  }
}

function isOpen({ problem, config: foundWith }: FoundProblem, config: Config | undefined): boolean {
  // Without a configuration, only the question whether to create it is open.
  if (config === undefined) return problem.kind === 'configuration-missing';
  // The check found the problem with this very configuration.
  if (foundWith === config) return true;
  return !isSettledBy(problem, config, foundWith);
}
