import { applyEdits, type Edit } from '../config/edit/edit.ts';
import type { Problem } from '../problems/kinds.ts';
import { fixesFor } from './fixes.ts';

/** What to write into cackle.toml to allow what a problem refuses: the best of its fixes that allow something. */
export function adviceFor(problem: Problem): string | undefined {
  if (problem.kind === 'sandbox-not-chosen') return '[sandbox]\nkind = "Bubblewrap"';
  if (problem.kind === 'export-not-imported') {
    const [settle] = fixesFor(problem, undefined);
    const comment = problem.readable ? 'or [] for none' : undefined;
    return settle && applyEdits('', [{ ...settle.edit, comment }]).trimEnd();
  }
  const fix = fixesFor(problem, undefined).find(({ edit }) => allows(edit));
  return fix === undefined ? undefined : applyEdits('', [fix.edit]).trimEnd();
}

function allows({ steps }: Edit): boolean {
  return steps.some(
    (step) =>
      step.kind === 'allow' ||
      step.kind === 'permit' ||
      step.kind === 'build-section' ||
      (step.kind === 'add' && step.path.includes('sandbox')) ||
      (step.kind === 'set' && step.path.at(-1) === 'allow_network'),
  );
}
