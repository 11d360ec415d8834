import { dangerOrder, type Fact } from '../../engine/inventory/fact.ts';
import type { Danger } from './types.ts';

/** By the first number of {@link dangerOrder}. */
const dangers: readonly Danger[] = ['build', 'net', 'fs', 'extern', 'env', 'unsafe'];

/** Returns how dangerous a fact is, as the order of facts has it. */
export function dangerOf(fact: Fact): Danger {
  return dangers[Number(dangerOrder(fact).split(' ')[0])] ?? 'none';
}

/** Returns what a fact is filtered by: the name of an API, else its kind. */
export function capabilityOf({ kind, name }: Fact): string {
  if (kind === 'api') return name;
  return kind === 'instruction' ? 'build instruction' : kind.replace('-', ' ');
}
