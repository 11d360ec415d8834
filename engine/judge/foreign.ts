import { factString } from '../facts/tables.ts';
import type { LoadedFacts } from '../graph/loaded-facts.ts';

/**
 * Which members of an input rustc compiled from sources that we know, as stems: the debug info of every other member
 * says what its author likes. `all` where rustc made everything; `toolchain` where the toolchain brought it, so that nobody
 * answers for it.
 */
export type Compiled = 'all' | 'toolchain' | readonly string[];

/**
 * By member: 1 where rustc did not make it from sources that we know, so that its debug info proves nothing.
 * Its own objects are called `STEM.UNIT.rcgu.o`. Undefined where nobody answers for any.
 */
export function foreignMembers(
  { facts, memberCount }: LoadedFacts,
  compiled: Compiled,
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
