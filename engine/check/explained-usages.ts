import { factText } from '../inventory/fact.ts';
import type { AttributedUsage } from '../judge/attribution.ts';
import type { CheckContext } from './context.ts';

/** Returns which usages are explained although they are allowed: the first of each fact that is new to whoever asks. */
export function explainedUsages({
  options,
  workspace,
}: CheckContext): ((usage: AttributedUsage) => boolean) | undefined {
  const { inventory } = options;
  if (inventory === undefined) return undefined;
  return ({ package: index, scope, api }) => {
    const p = workspace.packages[index];
    if (p === undefined) return false;
    const text = factText({ scope: scope.suffix, kind: 'api', name: api });
    return inventory.isNew(p, text, workspace);
  };
}
