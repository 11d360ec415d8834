import type { Edit, EditStep } from '../config/edit/edit.ts';
import type { Config } from '../config/types.ts';

/** Returns an edit with the keys of the packages' tables in place of the packages' names. */
export function inTables(edit: Edit, config: Config | undefined): Edit {
  if (config === undefined) return edit;
  const ambiguous = new Set(config.ambiguous.map(({ name }) => name));
  const keyOf = (name: string): string => (ambiguous.has(name) ? name : config.tableOf(name));
  const steps = edit.steps.map((step): EditStep => {
    if ('scope' in step)
      return { ...step, scope: { ...step.scope, package: keyOf(step.scope.package) } };
    if (step.kind === 'first-line') return step;
    if (step.kind === 'build-section') return { ...step, package: keyOf(step.package) };
    const [table, name, ...rest] = step.path;
    return table === 'pkg' && name !== undefined
      ? { ...step, path: [table, keyOf(name), ...rest] }
      : step;
  });
  return { ...edit, steps };
}
