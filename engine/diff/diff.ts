import { join } from 'node:path';
import { readTree } from '../check/tree.ts';
import { parseFact } from '../inventory/fact.ts';
import { seconds } from '../trace/seconds.ts';
import { isFile } from '../workspace/cargo-files.ts';
import { lockEntries } from '../workspace/lock-file.ts';
import { findPackage, isSamePackage, type PackageIdentity } from '../workspace/package-identity.ts';
import type { Comparison } from './bases.ts';
import { comparePackages, comparePlaces, lockedOnly } from './compare.ts';
import { type KnownSide, Reviews } from './reviews.ts';
import { type AskedCommit, askCommit } from './revision.ts';
import { type BothSides, Comparing, type DiffRequest } from './sides.ts';
import { linesToAllow, type RefusedFact } from './to-allow.ts';
import type { Diff, PackageChange, Side, SideVersion } from './types.ts';
import { ensureConfig, versionWorkspace } from './versions.ts';
import { WorkDirectories } from './work-directory.ts';

/**
 * Compares what the code does with what it did: the base first, so that the target directory is left as a check of the head
 * leaves it. Both are judged by the cackle.toml of the head (rule 11.3). Throws ConfigError and CheckError.
 */
export async function diff(request: DiffRequest): Promise<Diff> {
  const { observer, signal } = request;
  const directories = new WorkDirectories({ signal, tell: (text) => observer.cargoOutput(text) });
  try {
    return await compare(request, directories);
  } finally {
    directories.release();
  }
}

async function compare(request: DiffRequest, directories: WorkDirectories): Promise<Diff> {
  const started = performance.now();
  const { comparing, asked } = await prepare(request, directories);
  const {
    base,
    head,
    finished,
    edited,
    loosened = [],
    allowedBefore,
    reviews: begun,
  } = await sidesOf(comparing, request.comparison, asked);
  const [baseLock, headLock] = [lockEntries(base.lock), lockEntries(head.lock)];
  const configName = (p: PackageIdentity): string =>
    findPackage(finished.workspace, p)?.name ?? p.name;
  const packages = comparePackages({
    ...{ baseLock, headLock },
    base: base.taken.inventory,
    head: head.taken,
    edited,
    config: finished.config,
    allowedBefore,
    configName,
  });
  const { inventory } = head.taken;
  const { workspace } = finished;
  const reviews =
    begun?.workspace === workspace
      ? begun
      : new Reviews(base, workspace, Promise.resolve(inventory.target));
  const side = ({ label, from, unknown }: KnownSide): Side => ({ label, from, unknown });
  return {
    base: side(base),
    head: side(head),
    target: inventory.target,
    workspaceRoot: finished.workspace.root,
    configFile: finished.config.file,
    loosened,
    toAllow: linesToAllow(refusedFacts(packages, configName), finished.config),
    packages: await Promise.all(packages.map((change) => withReview(change, base, head, reviews))),
    lockedOnly: lockedOnly(baseLock, headLock, inventory.packages),
    counts: {
      packages: inventory.packages.length,
      same: inventory.packages.length - packages.filter(({ after }) => after !== undefined).length,
    },
    gained:
      loosened.length > 0 ||
      packages.some((p) => p.gained.length > 0 || p.change === 'source' || p.checksumChanged),
    timing: { ...comparing.timing, total: seconds(started) },
  };
}

/** The gains that cackle.toml refuses. */
function refusedFacts(
  packages: readonly PackageChange[],
  configName: (p: PackageIdentity) => string,
): RefusedFact[] {
  return packages.flatMap(({ name, after, gained }) =>
    gained.flatMap(({ fact: text, allowed }): RefusedFact[] => {
      const fact = parseFact(text);
      if (after === undefined || allowed || fact === undefined) return [];
      return [{ fact, configName: configName({ name, ...after }) }];
    }),
  );
}

/** A comparison whose tree was read, and what git was asked meanwhile. */
interface Prepared {
  readonly comparing: Comparing;
  readonly asked: Promise<AskedCommit> | undefined;
}

/** Reads the tree that is compared, and its configuration. Throws ConfigError and CheckError. */
async function prepare(request: DiffRequest, directories: WorkDirectories): Promise<Prepared> {
  const { options, comparison, observer } = request;
  if (comparison.kind !== 'versions') {
    const { questions } = options;
    // Git answers while cargo does.
    const asked =
      comparison.kind === 'revision' ? askCommit(options.path, comparison.name) : undefined;
    asked?.catch(() => undefined);
    const tree = await readTree(options, { mayKeep: true, questions });
    if (options.configFile !== undefined || isFile(tree.configFile))
      return { comparing: await Comparing.begin(request, tree, directories), asked };
    // Who has no cackle.toml yet wants to know what was gained all the same.
    const configFile = join(await directories.take('config', tree.workspace.root), 'cackle.toml');
    await ensureConfig(configFile);
    observer.cargoOutput(
      `note: without ${tree.configFile} the APIs fs, net and process are watched, and nothing is allowed to run that uses them; \`cackle init\` writes one`,
    );
    const own = { ...request, options: { ...options, configFile } };
    return { comparing: await Comparing.begin(own, { ...tree, configFile }, directories), asked };
  }
  const { crate, from } = comparison;
  const path = await versionWorkspace({ crate, version: from }, directories);
  const configFile = options.configFile ?? join(path, 'cackle.toml');
  if (options.configFile === undefined) await ensureConfig(configFile);
  const own = { ...options, path, configFile, questions: undefined };
  const tree = await readTree(own, { mayKeep: true });
  const comparing = await Comparing.begin({ ...request, options: own }, tree, directories);
  return { comparing, asked: undefined };
}

function sidesOf(
  comparing: Comparing,
  comparison: Comparison,
  asked: Prepared['asked'],
): Promise<BothSides> {
  switch (comparison.kind) {
    case 'revision':
      return comparing.withRevision(comparison.name, asked);
    case 'lock':
      return comparing.withLock(comparison.file);
    case 'update':
      return comparing.withUpdate(comparison.packages);
    case 'versions':
      return comparing.withVersions(comparison);
  }
}

/** Adds what a reviewer of a package's change wants at hand. */
async function withReview(
  change: PackageChange,
  base: KnownSide,
  head: KnownSide,
  reviews: Reviews,
): Promise<PackageChange> {
  const { name, before, after } = change;
  if (change.change === 'same' || after === undefined) return change;
  const of = (side: KnownSide, version: SideVersion) =>
    side.taken.inventory.packages.find((p) => isSamePackage(p, { name, ...version }));
  const had = before && of(base, before);
  const has = of(head, after);
  const sources = await reviews.of(before && { name, ...before }, { name, ...after });
  const keywords =
    has === undefined || base.from === 'cackle.lock'
      ? undefined
      : comparePlaces(had?.keywords ?? [], has.keywords);
  return { ...change, review: { ...sources, keywords } };
}
