import { join } from 'node:path';
import { readTree } from '../check/tree.ts';
import { CheckError } from '../errors.ts';
import { seconds } from '../trace/seconds.ts';
import { isFile } from '../workspace/cargo-files.ts';
import { readCfgSet } from '../workspace/cfg-expression.ts';
import { lockEntries } from '../workspace/lock-file.ts';
import { findPackage, isSamePackage } from '../workspace/package-identity.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Workspace } from '../workspace/types.ts';
import { type Comparison, workDirectory } from './bases.ts';
import { comparePackages, comparePlaces, lockedOnly } from './compare.ts';
import { OtherTargets } from './other-cfg.ts';
import { reviewSources } from './review.ts';
import { type BothSides, Comparing, type DiffRequest, type KnownSide } from './sides.ts';
import type { Diff, PackageChange, Side, SideVersion } from './types.ts';
import { ensureConfig, versionWorkspace } from './versions.ts';

/**
 * Compares what the code does with what it did: the base first, so that the target directory is left as a check of the head
 * leaves it. Both are judged by the cackle.toml of the head (rule 11.3). Throws ConfigError and CheckError.
 */
export async function diff(request: DiffRequest): Promise<Diff> {
  const started = performance.now();
  const comparing = await prepare(request);
  const {
    base,
    head,
    finished,
    edited,
    loosened = [],
  } = await sidesOf(comparing, request.comparison);
  const [baseLock, headLock] = [lockEntries(base.lock), lockEntries(head.lock)];
  const packages = comparePackages({
    ...{ baseLock, headLock },
    base: base.taken.inventory,
    head: head.taken,
    edited,
    config: finished.config,
    configName: (p) => findPackage(finished.workspace, p)?.name ?? p.name,
  });
  const { inventory } = head.taken;
  const others = await otherTargets(inventory.target, finished.workspace);
  const side = ({ label, from, unknown }: KnownSide): Side => ({ label, from, unknown });
  return {
    base: side(base),
    head: side(head),
    target: inventory.target,
    workspaceRoot: finished.workspace.root,
    configFile: finished.config.file,
    loosened,
    packages: await Promise.all(
      packages.map((change) => withReview(change, base, head, finished.workspace, others)),
    ),
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

/** Reads the tree that is compared, and its configuration. Throws ConfigError and CheckError. */
async function prepare(request: DiffRequest): Promise<Comparing> {
  const { options, comparison, observer } = request;
  if (comparison.kind !== 'versions') {
    const { questions } = options;
    const tree = await readTree(options, { mayKeep: true, questions });
    if (options.configFile !== undefined || isFile(tree.configFile))
      return Comparing.begin(request, tree);
    // Who has no cackle.toml yet wants to know what was gained all the same.
    const configFile = join(workDirectory('config', tree.workspace.root), 'cackle.toml');
    await ensureConfig(configFile);
    observer.cargoOutput(
      `note: without ${tree.configFile} the APIs fs, net and process are watched, and nothing is allowed to run that uses them; \`cackle init\` writes one`,
    );
    return Comparing.begin(
      { ...request, options: { ...options, configFile } },
      { ...tree, configFile },
    );
  }
  const { crate, from } = comparison;
  const path = await versionWorkspace({ crate, version: from });
  const configFile = options.configFile ?? join(path, 'cackle.toml');
  if (options.configFile === undefined) await ensureConfig(configFile);
  const own = { ...options, path, configFile, questions: undefined };
  return Comparing.begin({ ...request, options: own }, await readTree(own, { mayKeep: true }));
}

function sidesOf(comparing: Comparing, comparison: Comparison): Promise<BothSides> {
  switch (comparison.kind) {
    case 'revision':
      return comparing.withRevision(comparison.name);
    case 'lock':
      return comparing.withLock(comparison.file);
    case 'update':
      return comparing.withUpdate(comparison.packages);
    case 'versions':
      return comparing.withVersions(comparison);
  }
}

/** Asks rustc what the target sets. Throws CheckError. */
async function otherTargets(target: string, { root, sysroot }: Workspace): Promise<OtherTargets> {
  const rustc = join(sysroot, 'bin', 'rustc');
  const { status, stdout, stderr } = await runProgram(
    rustc,
    ['--print', 'cfg', '--target', target],
    { cwd: root },
  );
  if (status !== 0)
    throw new CheckError(`\`rustc --print cfg --target ${target}\` failed: ${stderr.trim()}`);
  return new OtherTargets(target, readCfgSet(stdout.toString()));
}

/** Adds what a reviewer of a package's change wants at hand. */
async function withReview(
  change: PackageChange,
  base: KnownSide,
  head: KnownSide,
  workspace: Workspace,
  others: OtherTargets,
): Promise<PackageChange> {
  const { name, before, after } = change;
  if (change.change === 'same' || after === undefined) return change;
  const of = (side: KnownSide, version: SideVersion) =>
    side.taken.inventory.packages.find((p) => isSamePackage(p, { name, ...version }));
  const had = before && of(base, before);
  const has = of(head, after);
  const sources = reviewSources(
    {
      before: before && (await base.sourcesOf({ name, ...before })),
      after: findPackage(workspace, { name, ...after }),
    },
    others,
  );
  const keywords =
    has === undefined || base.from === 'cackle.lock'
      ? undefined
      : comparePlaces(had?.keywords ?? [], has.keywords);
  return { ...change, review: { ...sources, keywords } };
}
