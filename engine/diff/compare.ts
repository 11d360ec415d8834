import type { Config } from '../config/types.ts';
import { isAllowed } from '../inventory/allowed.ts';
import { dangerOrder, type Fact, parseFact } from '../inventory/fact.ts';
import {
  type Evidence,
  evidenceKey,
  type Inventory,
  type KeywordPlace,
  type PackageFacts,
  type TakenInventory,
} from '../inventory/types.ts';
import { sortedBy } from '../sorted-by.ts';
import { type LockEntry, lockEntriesOf } from '../workspace/lock-file.ts';
import type { PackageIdentity } from '../workspace/package-identity.ts';
import type { BaseConfig } from './base-config.ts';
import { type Pair, pairPackages, sourceKind } from './match.ts';
import type { ChangeKind, Gain, Opener, PackageChange, SideVersion } from './types.ts';

/** What tells which packages changed, whatever they do. */
export interface Changes {
  readonly baseLock: readonly LockEntry[];
  readonly headLock: readonly LockEntry[];
  /** Names of the packages in directories whose files differ. */
  readonly edited: ReadonlySet<string>;
}

/** The two sides of a comparison. */
export interface Sides extends Changes {
  readonly base: Inventory;
  readonly head: TakenInventory;
  /** By which the head is judged. */
  readonly config: Config;
  /** What the base's own cackle.toml allowed; undefined where it has none of its own. */
  readonly allowedBefore?: BaseConfig['allowed'];
  /** Returns the key of a package in cackle.toml. */
  readonly configName: (p: PackageFacts) => string;
}

/** Returns the packages that differ, the most dangerous first (rule 11.4). */
export function comparePackages(sides: Sides): PackageChange[] {
  const pairs = pairPackages(sides.base.packages, sides.head.inventory.packages);
  const changed = new Map<string, ChangeKind>();
  for (const pair of pairs) {
    const p = pair.after ?? pair.before;
    const change = changeOf(pair, sides);
    if (p !== undefined && (changed.get(p.name) ?? 'same') === 'same') changed.set(p.name, change);
  }
  const changes = pairs.flatMap((pair) => changeOfPair(pair, sides, changed) ?? []);
  return sortedBy(changes, orderOf);
}

/** Returns how a package differs from its counterpart. */
export function changeOf(
  { before, after }: Pair<PackageIdentity>,
  { edited, ...sides }: Changes,
): ChangeKind {
  if (before === undefined) return 'new';
  if (after === undefined) return 'gone';
  if (sourceKind(before) !== sourceKind(after)) return 'source';
  if (before.version !== after.version) return 'version';
  if (isChecksumChanged(before, after, sides)) return 'source';
  // Another commit of one git repository is another state of the package.
  if (revisionsOf(before, sides.baseLock) !== revisionsOf(after, sides.headLock)) return 'version';
  // A package of a registry may lie in the repository, too (`cargo vendor`).
  return edited.has(after.name) ? 'edited' : 'same';
}

function changeOfPair(
  pair: Pair<PackageFacts>,
  sides: Sides,
  changed: ReadonlyMap<string, ChangeKind>,
): PackageChange | undefined {
  const { before, after } = pair;
  const p = after ?? before;
  if (p === undefined) return undefined;
  const change = changeOf(pair, sides);
  const had = new Set(before?.facts);
  const has = new Set(after?.facts);
  const gained = (after?.facts ?? []).filter((fact) => !had.has(fact));
  // What was held or failed hides facts of its own, and of all that needs it: they are not lost.
  const isKnown = sides.head.inventory.unknown.length === 0 || after === undefined;
  const lost = isKnown ? (before?.facts ?? []).filter((fact) => !has.has(fact)) : [];
  if (change === 'same' && gained.length === 0 && lost.length === 0) return undefined;
  const gains = gained.map((text): { fact: Fact; gain: Gain } => {
    const fact = parseFact(text) as Fact;
    const evidence = after && sides.head.evidence.get(evidenceKey(after, text));
    const name = after && sides.configName(after);
    const allowed =
      after !== undefined &&
      name !== undefined &&
      !sides.head.refusedInstructions.has(evidenceKey(after, text)) &&
      isAllowed(fact, name, sides.config);
    return {
      fact,
      gain: {
        fact: text,
        allowed,
        newlyAllowed: allowed && sides.allowedBefore?.(fact, name) === false,
        evidence,
        openedBy: after && openerOf({ before, after }, change, evidence, changed, sides),
      },
    };
  });
  return {
    name: p.name,
    change,
    before: before && sideVersion(before, sides.baseLock),
    after: after && sideVersion(after, sides.headLock),
    checksumChanged: isChecksumChanged(before, after, sides),
    neededBy: change === 'new' ? p.neededBy : [],
    gained: sortedBy(gains, ({ fact }) => dangerOrder(fact)).map(({ gain }) => gain),
    lost,
    review: undefined,
  };
}

/** Whose change opened a fact: the package's own; else the changed package nearest on the path to it; else one that needs it. */
function openerOf(
  { before, after: p }: { readonly before: PackageFacts | undefined; readonly after: PackageFacts },
  change: ChangeKind,
  evidence: Evidence | undefined,
  changed: ReadonlyMap<string, ChangeKind>,
  { head }: Sides,
): Opener | undefined {
  const nameOf = (name: string): string => {
    const found = head.inventory.packages.find((other) => other.name === name);
    return found === undefined ? name : `${name} ${found.version}`;
  };
  const isChanged = (name: string): boolean => (changed.get(name) ?? 'same') !== 'same';
  const itself: Opener = { package: nameOf(p.name), by: 'itself', through: [] };
  if (change === 'new') {
    const [dependant, ...through] = chainOf(p, changed, head.inventory);
    return dependant === undefined
      ? itself
      : { package: nameOf(dependant), by: 'dependant', through: through.map(nameOf) };
  }
  if (change !== 'same') return itself;
  for (const { path } of evidence?.places ?? []) {
    // The path begins at the root; whoever is nearest to the use opened it.
    for (const step of [...path].reverse()) {
      const name = step.package?.replace(/\[.*\]$/, '');
      if (name !== undefined && name !== p.name && isChanged(name))
        return { package: nameOf(name), by: 'caller', through: [] };
    }
  }
  // What has no path may be compiled newly because somebody needs it, or a feature of it.
  const dependant =
    p.neededBy.find((name) => before?.neededBy.includes(name) === false && isChanged(name)) ??
    p.neededBy.find(isChanged);
  return dependant === undefined
    ? undefined
    : { package: nameOf(dependant), by: 'dependant', through: [] };
}

/**
 * Returns who brought a new package: the nearest package above it that is not new itself, a changed one before others, then the
 * new ones on the way down. Where all above it are new, the one at the top.
 */
function chainOf(
  { name, neededBy }: PackageFacts,
  changed: ReadonlyMap<string, ChangeKind>,
  { packages }: Inventory,
): string[] {
  const above = new Map(packages.map((p) => [p.name, p.neededBy]));
  const seen = new Set([name]);
  let level = neededBy.map((next) => [next]);
  let last: string[] = [];
  while (level.length > 0) {
    const isNew = ([top = '']: readonly string[]): boolean => changed.get(top) === 'new';
    const isChanged = ([top = '']: readonly string[]): boolean =>
      (changed.get(top) ?? 'same') !== 'same';
    const old = level.filter((chain) => !isNew(chain));
    const found = old.find(isChanged) ?? old[0];
    if (found !== undefined) return found;
    last = level[0] ?? last;
    for (const [top = ''] of level) seen.add(top);
    const next = level.flatMap((chain) =>
      (above.get(chain[0] ?? '') ?? []).flatMap((top): [string, string[]][] =>
        seen.has(top) ? [] : [[top, [top, ...chain]]],
      ),
    );
    level = [...new Map(next.reverse()).values()].reverse();
  }
  return last;
}

function checksumOf(p: PackageIdentity, lock: readonly LockEntry[]): string | undefined {
  const found = lockEntriesOf(p, lock);
  return found.length === 1 ? found[0]?.checksum : undefined;
}

/** The commits of a package from git, one as a rule; undefined for other packages. */
function revisionsOf(p: PackageIdentity, lock: readonly LockEntry[]): string | undefined {
  const found = lockEntriesOf(p, lock).flatMap(
    ({ source }) => /#(.+)$/.exec(source ?? '')?.[1] ?? [],
  );
  return found.length === 0 ? undefined : found.sort().join(', ');
}

function isChecksumChanged(
  before: PackageIdentity | undefined,
  after: PackageIdentity | undefined,
  { baseLock, headLock }: Pick<Changes, 'baseLock' | 'headLock'>,
): boolean {
  if (before === undefined || after === undefined || before.version !== after.version) return false;
  const was = checksumOf(before, baseLock);
  const is = checksumOf(after, headLock);
  return was !== undefined && is !== undefined && was !== is;
}

function sideVersion(p: PackageFacts, lock: readonly LockEntry[]): SideVersion {
  const { version, source, isBuilt } = p;
  const [checksum, revision] = [checksumOf(p, lock), revisionsOf(p, lock)];
  return { version, source, revision, checksum, isBuilt };
}

/** What gained the most dangerous thing, unpermitted first, then what moved elsewhere, then new packages. */
function orderOf({ name, change, gained, checksumChanged }: PackageChange): string {
  // What is allowed makes what is not no more dangerous.
  const refused = gained.find(({ allowed }) => !allowed);
  const newly = gained.find(({ newlyAllowed }) => newlyAllowed);
  const first = refused ?? newly ?? gained[0];
  const fact = first && parseFact(first.fact);
  const danger = fact === undefined ? '9' : dangerOrder(fact);
  const moved = change === 'source' || checksumChanged;
  const ranks = [refused, newly, moved, gained.length > 0, change === 'new', true];
  return `${ranks.findIndex(Boolean)} ${danger} ${name}`;
}

/**
 * Returns the packages that Cargo.lock newly has, and that the target and features of the inventory do not need: as name and
 * version, with the version before where that is gone.
 */
export function lockedOnly(
  before: readonly LockEntry[],
  after: readonly LockEntry[],
  judged: readonly PackageFacts[],
): string[] {
  const key = ({ name, version }: Pick<LockEntry, 'name' | 'version'>): string =>
    `${name} ${version}`;
  const [had, has] = [before, after].map((entries) => new Set(entries.map(key)));
  const known = new Set(judged.map(key));
  return after
    .filter((entry) => had?.has(key(entry)) !== true && !known.has(key(entry)))
    .map((entry) => {
      const gone = before.find((old) => old.name === entry.name && has?.has(key(old)) !== true);
      return gone === undefined ? key(entry) : `${key(gone)} → ${entry.version}`;
    });
}

/** Returns the places of keywords that one side alone has: a line that only moved within its file is the same. */
export function comparePlaces(
  before: readonly KeywordPlace[],
  after: readonly KeywordPlace[],
): { gained: KeywordPlace[]; lost: KeywordPlace[] } {
  const key = ({ keyword, file, text }: KeywordPlace): string => [keyword, file, text].join('\0');
  const only = (some: readonly KeywordPlace[], others: readonly KeywordPlace[]): KeywordPlace[] => {
    const left = new Map<string, number>();
    for (const place of others) left.set(key(place), (left.get(key(place)) ?? 0) + 1);
    return some.filter((place) => {
      const count = left.get(key(place)) ?? 0;
      left.set(key(place), count - 1);
      return count <= 0;
    });
  };
  return { gained: only(after, before), lost: only(before, after) };
}
