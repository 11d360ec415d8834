import { factString } from '../facts/tables.ts';
import type { LoadedFacts } from '../graph/loaded-facts.ts';

/**
 * The members of an input that rustc compiled from known sources, as stems: for units of the build, and for the toolchain, whose members
 * a static library has inside. The debug info of every other member can say anything. `all` when rustc made every member; `toolchain`
 * when the input belongs to the toolchain, so that no package is responsible for it.
 */
export type Compiled =
  | 'all'
  | 'toolchain'
  | { readonly units: readonly string[]; readonly toolchain: readonly string[] };

/** No member is rustc's. */
export const nothingCompiled: Compiled = { units: [], toolchain: [] };

/** Marks of members. */
export const MemberMark = {
  compiled: 0,
  /** Of unknown sources: its debug info proves nothing. */
  foreign: 1,
  /** Of the toolchain: no package is responsible for it (rule 4.10). */
  toolchain: 2,
} as const;

/**
 * Returns a {@link MemberMark} for each member. rustc's own objects are called `STEM.UNIT.rcgu.o`; no other member of a library has such
 * a name (units/false-members.ts). Returns undefined when no package is responsible for the input.
 */
export function foreignMembers(
  { facts, memberCount }: LoadedFacts,
  compiled: Compiled,
): Uint8Array | undefined {
  if (compiled === 'toolchain') return undefined;
  const foreign = new Uint8Array(memberCount);
  if (compiled === 'all') return foreign;
  const units = new Set(compiled.units);
  const toolchain = new Set(compiled.toolchain);
  for (let member = 0; member < memberCount; member++) {
    const name = factString(facts, facts.memberName[member] as number);
    const stem = name.endsWith('.rcgu.o') ? name.slice(0, name.indexOf('.')) : '';
    if (toolchain.has(stem)) foreign[member] = MemberMark.toolchain;
    else if (!units.has(stem)) foreign[member] = MemberMark.foreign;
  }
  return foreign;
}
