import type { BuildProgress } from '../build/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { mergeKey } from '../problems/merge.ts';
import type { Verdicts } from '../verdicts/verdicts.ts';
import type { CheckObserver } from './options.ts';

/** Reports the progress and the problems of a build to the observer. */
export class BuildProgressNotes {
  private cargo: BuildProgress = { built: 0, total: 0, current: '' };
  private readonly problems = new Set<string>();
  private readonly observer: CheckObserver;
  private readonly verdicts: Verdicts;

  constructor(observer: CheckObserver, verdicts: Verdicts) {
    this.observer = observer;
    this.verdicts = verdicts;
  }

  /** Notes the progress of cargo. */
  cargoAt(progress: BuildProgress): void {
    this.cargo = progress;
    this.report();
  }

  /** Reports problems as soon as they are found. */
  found(problems: readonly Problem[]): void {
    for (const problem of problems) this.problems.add(mergeKey(problem));
    if (problems.length > 0) this.observer.found?.(problems);
  }

  /** Reports the current progress. */
  report(): void {
    this.observer.progress({
      unitsBuilt: this.cargo.built,
      unitsTotal: this.cargo.total,
      building: this.cargo.current,
      outputsJudged: this.verdicts.judged,
      outputsFound: this.verdicts.found,
      problems: this.problems.size,
    });
  }
}
