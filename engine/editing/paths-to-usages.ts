import type { Problem } from '../problems/kinds.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { Usage } from '../problems/usages.ts';
import { usageKey } from '../problems/usages.ts';

type Backtrace = readonly BacktraceFrame[];

/** The paths to usages: one usage in several outputs is one (rule 4.24), but each output may have its own path to it. */
export class UsagePaths {
  private readonly known = new Map<string, Map<string, Backtrace>>();

  add(problems: readonly Problem[]): void {
    for (const problem of problems) {
      if (!('usages' in problem)) continue;
      for (const usage of problem.usages) {
        const key = usageKey(usage);
        const paths = this.known.get(key) ?? new Map<string, Backtrace>();
        if (usage.backtrace.length > 0) paths.set(nameOf(usage.backtrace), usage.backtrace);
        this.known.set(key, paths);
      }
    }
  }

  /** Returns every path to a usage: first that of its own output, then the shorter ones. */
  to(usage: Usage): Backtrace[] {
    const own = nameOf(usage.backtrace);
    const others = [...(this.known.get(usageKey(usage)) ?? [])]
      .filter(([name]) => name !== own)
      .map(([, path]) => path)
      .sort((a, b) => a.length - b.length);
    return usage.backtrace.length === 0 ? others : [usage.backtrace, ...others];
  }
}

function nameOf(path: Backtrace): string {
  return JSON.stringify(path);
}
