import { applyEdits, type Edit } from '../config/edit/edit.ts';
import type { Fix } from './types.ts';

/** What the report proposes to write into cackle.toml, in order to allow what is refused or to settle a question. */
export interface Advice {
  readonly verb: 'allow' | 'settle';
  readonly text: string;
}

/** Returns the best of several fixes that give a permission, as advice. */
export function allowing(fixes: readonly Fix[]): Advice | undefined {
  const fix = fixes.find(({ edit }) => allows(edit));
  return fix && { verb: 'allow', text: textOf(fix.edit) };
}

/** Returns a fix that settles a question, as advice. */
export function settling({ edit }: Fix, comment: string | undefined): Advice {
  return { verb: 'settle', text: textOf({ ...edit, comment }) };
}

function textOf(edit: Edit): string {
  return applyEdits('', [edit]).trimEnd();
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
