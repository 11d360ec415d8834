import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { writeAtomically } from '../facts/files.ts';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';
import { sortedBy } from '../sorted-by.ts';
import { identityKey, type PackageIdentity } from '../workspace/package-identity.ts';
import { parse } from '../workspace/toml.ts';
import { type Fact, factText, lockOrder, parseFact } from './fact.ts';
import type { Inventory } from './types.ts';

/** The name of the file beside cackle.toml. */
export const LOCK_NAME = 'cackle.lock';

/** The schema of cackle.lock (rule 11.2). */
export const lockSchema = z.strictObject({
  version: z
    .union([z.literal(1), z.literal(2)])
    .check(
      z.describe('The version of the format. 1 does not record what is read while compiling.'),
    ),
  targets: z.array(z.string()).check(z.describe('The targets for which facts were written.')),
  package: z.optional(
    z
      .array(
        z.strictObject({
          name: z.string().check(z.describe('The name of the package.')),
          version: z.string().check(z.describe('Its version.')),
          source: z
            .string()
            .check(z.describe('Where it comes from: crates.io, a URL, or a directory.')),
          facts: z.optional(
            z
              .array(z.string())
              .check(
                z.describe(
                  'What it does or is, by scope: `api net`, `build: api fs`, `proc macro`; with the targets in brackets where not all have it.',
                ),
              ),
          ),
        }),
      )
      .check(z.describe('The packages of the tree, sorted, each with its facts.')),
  ),
});

/** A package of cackle.lock. */
export interface LockedFacts extends PackageIdentity {
  /** The targets for which each fact holds, by the fact as {@link factText} writes it. */
  readonly facts: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What cackle.lock records: the targets that were checked, and what every package does there. */
export interface Lock {
  /** 1: nothing is known of what is read while compiling (rule 4.27). */
  readonly version: 1 | 2;
  readonly targets: readonly string[];
  readonly packages: readonly LockedFacts[];
}

/** Reads a cackle.lock; undefined when there is none. Throws CheckError for one that is not as `cackle lock` writes it. */
export function readLock(directory: string): Lock | undefined {
  const file = join(directory, LOCK_NAME);
  let text: string;
  try {
    text = readRegularFile(file).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CheckError(`cannot read ${file}: ${(error as Error).message}`, 'restore the file');
  }
  return parseLock(text, file);
}

/** Reads the text of a cackle.lock. Throws CheckError, which names `file`. */
export function parseLock(text: string, file: string): Lock {
  if (hasConflict(text))
    throw new CheckError(
      `${file} has marks of a merge conflict`,
      '`cackle lock` writes it anew from the code',
    );
  const invalid = (why: string): CheckError =>
    new CheckError(
      `${file} is not as \`cackle lock\` writes it: ${why}`,
      '`cackle lock` writes it anew',
    );
  let toml: unknown;
  try {
    toml = parse(text);
  } catch (error) {
    throw invalid(String(error));
  }
  const read = lockSchema.safeParse(toml);
  if (!read.success) throw invalid(z.prettifyError(read.error));
  const { data } = read;
  const known = new Set(data.targets);
  const twice = duplicate((data.package ?? []).map((p) => `${p.name} ${p.version} (${p.source})`));
  if (twice !== undefined) throw invalid(`${twice} is there twice`);
  const packages = (data.package ?? []).map(({ facts = [], ...p }) => ({
    ...p,
    facts: new Map(
      facts.map((line) => {
        const [, text = line, list] = /^(.*?)(?: \[([^\]]*)\])?$/s.exec(line) ?? [];
        const targets = list === undefined ? known : new Set(list.split(', '));
        if (parseFact(text) === undefined) throw invalid(`"${line}" of ${p.name} is no fact`);
        for (const target of targets)
          if (!known.has(target)) throw invalid(`"${line}" of ${p.name} names another target`);
        return [text, targets];
      }),
    ),
  }));
  return { version: data.version, targets: data.targets, packages };
}

/** Two tables of one package could each say something else. */
function duplicate(texts: readonly string[]): string | undefined {
  return texts.find((text, i) => texts.indexOf(text) < i);
}

/** Returns true for a text with marks of a merge conflict (git-merge, "How conflicts are presented"). */
export function hasConflict(text: string): boolean {
  return /^(?:<{7}|>{7})(?: |$)/m.test(text);
}

/** Returns the targets that a text of cackle.lock names, with a merge conflict or without. */
export function targetsNamed(text: string): Set<string> {
  const lists = [...text.matchAll(/^targets = \[(.*)\]$/gm)];
  return new Set(
    lists.flatMap(([, list = '']) => [...list.matchAll(/"([^"]+)"/g)].map(([, t]) => t ?? '')),
  );
}

/**
 * Returns a lock in which the facts of the inventory's target are those of the inventory; those of other targets stay as they
 * are in `before`, and so do packages of theirs without facts that `isLocked` finds in Cargo.lock.
 */
export function lockOf(
  inventory: Inventory,
  before: Lock | undefined,
  isLocked: (p: { readonly name: string; readonly version: string }) => boolean,
): Lock {
  const { target } = inventory;
  const others = (before?.targets ?? []).filter((t) => t !== target);
  const packages = new Map<string, { p: PackageIdentity; facts: Map<string, Set<string>> }>();
  const entryOf = (p: PackageIdentity) => {
    const { name, version, source } = p;
    const key = identityKey(p);
    const entry = packages.get(key) ?? { p: { name, version, source }, facts: new Map() };
    packages.set(key, entry);
    return entry;
  };
  const add = (entry: ReturnType<typeof entryOf>, fact: string, to: string): void => {
    entry.facts.set(fact, (entry.facts.get(fact) ?? new Set()).add(to));
  };
  for (const p of inventory.packages) {
    const entry = entryOf(p);
    for (const fact of p.facts) add(entry, fact, target);
  }
  for (const p of before?.packages ?? []) {
    const rest = [...p.facts].flatMap(([fact, targets]) =>
      [...targets].filter((t) => others.includes(t)).map((t) => [fact, t] as const),
    );
    const isOfOthers = others.length > 0 && p.facts.size === 0 && isLocked(p);
    if (rest.length === 0 && !isOfOthers) continue;
    const entry = entryOf(p);
    for (const [fact, t] of rest) add(entry, fact, t);
  }
  return {
    version: 2,
    targets: [...others, target].sort(),
    packages: sortedBy(packages.values(), ({ p }) => identityKey(p)).map(({ p, facts }) => ({
      ...p,
      facts,
    })),
  };
}

/** Returns the text of cackle.lock: sorted, a line for each fact, so that a change is one line of a diff. */
export function lockText({ version, targets, packages }: Lock): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const lines = [
    '# Written by `cackle lock`, which also resolves merge conflicts: run it again. Not to be edited.',
    `version = ${version}`,
    `targets = [${targets.map(quoted).join(', ')}]`,
  ];
  for (const { facts, ...p } of packages) {
    lines.push('', '[[package]]', `name = ${quoted(p.name)}`);
    lines.push(`version = ${quoted(p.version)}`, `source = ${quoted(p.source)}`);
    if (facts.size === 0) continue;
    const inOrder = sortedBy(facts, ([text]) => lockOrder(parseFact(text) as Fact));
    lines.push('facts = [');
    for (const [text, on] of inOrder) {
      const where = targets.every((t) => on.has(t)) ? '' : ` [${[...on].sort().join(', ')}]`;
      lines.push(`  ${quoted(`${text}${where}`)},`);
    }
    lines.push(']');
  }
  return `${lines.join('\n')}\n`;
}

/** Replaces cackle.lock in `directory`. Throws CheckError when it cannot be written. */
export async function writeLock(directory: string, lock: Lock): Promise<void> {
  const file = join(directory, LOCK_NAME);
  try {
    await writeAtomically(file, lockText(lock));
  } catch (error) {
    throw new CheckError(
      `cannot write ${file}: ${(error as Error).message}`,
      'make its directory writable',
      {
        cause: error,
      },
    );
  }
}

/** What a package does otherwise than cackle.lock records. */
export interface Drift extends PackageIdentity {
  /** `added`: the lock has no such package; `removed`: the tree has none. */
  readonly change: 'added' | 'removed' | 'changed';
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** Returns where an inventory is not what the lock records for its target. */
export function driftOf(inventory: Inventory, lock: Lock): Drift[] {
  const recorded = new Map(lock.packages.map((p) => [identityKey(p), p]));
  const inTree = new Set(inventory.packages.map(identityKey));
  const of = (facts: LockedFacts['facts']): string[] =>
    [...facts].flatMap(([text, targets]) => (targets.has(inventory.target) ? [text] : []));
  const isRecorded = (text: string): boolean => {
    const kind = parseFact(text)?.kind;
    return lock.version > 1 || (kind !== 'compile-env' && kind !== 'compile-file');
  };
  const added = inventory.packages.flatMap((p): Drift[] => {
    const { name, version, source } = p;
    const which = { name, version, source };
    const known = recorded.get(identityKey(p));
    if (known === undefined) return [{ ...which, change: 'added', gained: p.facts, lost: [] }];
    const before = of(known.facts);
    const gained = p.facts.filter((fact) => !before.includes(fact) && isRecorded(fact));
    const lost = before.filter((fact) => !p.facts.includes(fact));
    if (gained.length === 0 && lost.length === 0) return [];
    return [{ ...which, change: 'changed', gained, lost }];
  });
  const removed = lock.packages.flatMap((p): Drift[] => {
    if (inTree.has(identityKey(p))) return [];
    const lost = of(p.facts);
    // It may belong to another target alone.
    if (lost.length === 0 && p.facts.size > 0) return [];
    const { name, version, source } = p;
    return [{ name, version, source, change: 'removed', gained: [], lost }];
  });
  return [...added, ...removed];
}

/** Returns what cackle.lock records for a target as an inventory, without places. */
export function inventoryOfLock({ packages }: Lock, target: string): Inventory {
  return {
    version: 1,
    target,
    packages: packages.map(({ name, version, source, facts }) => ({
      ...{ name, version, source, isMember: false, isBuilt: facts.size > 0 },
      neededBy: [],
      facts: [...facts].flatMap(([text, targets]) => (targets.has(target) ? [text] : [])),
      keywords: [],
    })),
    unknown: [],
  };
}
