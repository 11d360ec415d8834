import { factString } from '../facts/tables.ts';
import type { LoadedFacts } from '../graph/loaded-facts.ts';

/**
 * The members of an input that rustc compiled from known sources, as stems. The debug info of every other member can
 * say anything. `all` when rustc made every member; `toolchain` when the input belongs to the toolchain, so that no
 * package is responsible for it.
 */
export type Compiled = 'all' | 'toolchain' | readonly string[];

/**
 * Returns a mark for each member: 1 when rustc did not make it from known sources, so that its debug info proves
 * nothing. rustc's own objects are called `STEM.UNIT.rcgu.o`. Returns undefined when no package is responsible for
 * the input.
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
