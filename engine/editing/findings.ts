import type { Config } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { isSettledBy } from '../problems/kinds.ts';
import { mergeKey, mergeProblems } from '../problems/merge.ts';

/** A problem that is open, by its key (rule 5.19). */
export interface OpenProblem {
  readonly id: string;
  readonly problem: Problem;
}

interface Found {
  readonly problem: Problem;
  /** The configuration that it was found with. */
  readonly config: Config | undefined;
}

/**
 * The problems of an interactive check, in the order in which they came: those asked before the build, and those found by it. What
 * the configuration in force has settled is not open, and is again when the edit is taken back.
 */
export class Findings {
  private asked: Found[] = [];
  private found: Found[] = [];
  private readonly passedOver = new Set<string>();
  /** By id; a problem keeps its place for good. */
  private readonly order = new Map<string, number>();
  private last:
    | { readonly config: Config | undefined; readonly open: readonly OpenProblem[] }
    | undefined;

  /** Questions before the build (rules 5.1, 5.2, 5.3). */
  ask(problems: readonly Problem[]): void {
    for (const problem of problems) this.asked.push({ problem, config: undefined });
    this.last = undefined;
  }

  /** Takes back questions that an edit had asked. */
  withdraw(problems: readonly Problem[]): void {
    this.asked = this.asked.filter(({ problem }) => !problems.includes(problem));
    this.last = undefined;
  }

  /** What came to light while the build goes on. */
  add(problems: readonly Problem[], config: Config): void {
    for (const problem of problems) this.found.push({ problem, config });
    this.last = undefined;
  }

  /** Those that nobody told of yet: what a gate waits for. */
  addUnknown(problems: readonly Problem[], config: Config): void {
    const known = new Set(this.found.map(({ problem }) => mergeKey(problem)));
    this.add(
      problems.filter((problem) => !known.has(mergeKey(problem))),
      config,
    );
  }

  /** A finished check knows all. */
  replace(problems: readonly Problem[], config: Config): void {
    this.found = problems.map((problem) => ({ problem, config }));
    this.last = undefined;
  }

  /** A problem whose fix writes nothing. */
  passOver(id: string): void {
    this.passedOver.add(id);
    this.last = undefined;
  }

  takeBack(id: string): void {
    this.passedOver.delete(id);
    this.last = undefined;
  }

  /** Is one of the questions before the build open? */
  asksStill(config: Config | undefined): boolean {
    return this.asked.some(
      (asked) => isOpen(asked, config) && !this.passedOver.has(mergeKey(asked.problem)),
    );
  }

  /** What is open by a configuration; without one, all questions but the first wait for it. */
  open(config: Config | undefined): readonly OpenProblem[] {
    if (this.last !== undefined && this.last.config === config) return this.last.open;
    const open = this.openNow(config);
    this.last = { config, open };
    return open;
  }

  private openNow(config: Config | undefined): OpenProblem[] {
    const problems = [...this.asked, ...this.found]
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

function isOpen({ problem, config: foundWith }: Found, config: Config | undefined): boolean {
  // Without a configuration, that is the one question.
  if (config === undefined) return problem.kind === 'configuration-missing';
  // The check itself said so, by this very configuration.
  if (foundWith === config) return true;
  return !isSettledBy(problem, config, foundWith);
}
