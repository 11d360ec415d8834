import { factString } from '../facts/tables.ts';
import type { LoadedFacts } from '../graph/loaded-facts.ts';

/**
 * By member: 1 where rustc did not make it from sources that we know, so that its debug info proves nothing.
 * Its own objects are called `STEM.UNIT.rcgu.o`; `compiled` lists the stems. Undefined for the toolchain's own libraries, for
 * which nobody answers.
 */
export function foreignMembers(
  { facts, memberCount }: LoadedFacts,
  compiled: 'all' | 'toolchain' | readonly string[],
): Uint8Array | undefined {
  if (compiled === 'toolchain') return undefined;
  const foreign = new Uint8Array(memberCount);
  if (compiled === 'all') return foreign;
  const stems = new Set(compiled);
  for (let member = 0; member < memberCount; member++) {
    const name = factString(facts, facts.memberName[member] as number);
    const isOwn = name.endsWith('.rcgu.o') && stems.has(name.slice(0, name.indexOf('.')));
    if (!isOwn) foreign[member] = 1;
  }
  return foreign;
}
