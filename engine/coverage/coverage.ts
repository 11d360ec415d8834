import { checkTree } from '../check/check.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import type { FinishedCheck } from '../check/report.ts';
import { withoutFeatures } from '../config/features.ts';
import { sortedBy } from '../sorted-by.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { cargoLockText, lockEntries } from '../workspace/lock-file.ts';
import { treeArguments } from '../workspace/metadata.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import { type Candidate, candidates } from './candidates.ts';
import { type Asking, type FullTree, readFullTree } from './full-tree.ts';
import { featureOf, uncompiledPackages } from './packages.ts';
import { UnseenSources } from './sources.ts';
import type { Coverage, PartlySeenPackage, ShownBy, UncompiledPackage } from './types.ts';

/**
 * Checks the workspace and returns what its builds do not cover: packages of Cargo.lock, and code of the compiled packages
 * (rule 6.26). Throws as {@link checkTree} does.
 */
export async function coverage(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
): Promise<Coverage> {
  const finished = await checkTree({
    options: { ...options, backtraces: false, wholeFor: '`cackle coverage`' },
    observer,
    signal,
  });
  const { workspace, report } = finished;
  const { rustc } = await readCargoConfig(workspace.root);
  const toolchain = await readToolchain(workspace.root, rustc);
  const known = await candidates(workspace, toolchain.rustc);
  signal.throwIfAborted();
  const tree = await readFullTree(
    workspace.root,
    treeArguments(withoutFeatures(finished.config.buildFlags)),
  );
  const packages = packagesOf(finished, tree, known);
  const { seen, unknown } = await sourcesOf(finished, tree, known);
  const entries = lockEntries(cargoLockText(workspace.root));
  const locked = new Set(entries.map(({ name, version }) => `${name} ${version}`));
  return {
    workspaceRoot: workspace.root,
    builds: report.builds,
    counts: { packages: locked.size, compiled: locked.size - report.notCompiled.length },
    uncompiled: packages,
    partlySeen: seen,
    unknown: [
      ...report.unchecked.map(
        ({ packageLabel, held, failed }) =>
          `the ${held} of ${packageLabel} ${failed ? 'failed' : 'is held'}: what needs it was not compiled`,
      ),
      ...unknown,
    ],
    ...(typeof tree === 'string' ? { withoutTree: tree } : {}),
  };
}

/** Returns the packages of Cargo.lock that no build compiled; without cargo's answer, no more than their names. */
function packagesOf(
  { report, units, workspace }: FinishedCheck,
  tree: FullTree | string,
  known: readonly Candidate[],
): UncompiledPackage[] {
  const compiled = new Set(units.map(({ packageId }) => packageId));
  const told =
    typeof tree === 'string'
      ? []
      : uncompiledPackages(tree, ({ id }) => compiled.has(id), known, workspace.host);
  const byName = new Map(told.map((p) => [`${p.name} ${p.version}`, p]));
  const labels = new Set(report.unchecked.map(({ packageLabel }) => packageLabel));
  const held = workspace.packages.filter(({ label }) => labels.has(label));
  const waiting = new Set(
    workspace.packages
      .filter((p) => held.some(({ index }) => workspace.dependsOn(p.index, index)))
      .map(({ cargoName, version }) => `${cargoName} ${version}`),
  );
  return report.notCompiled.map((label) => {
    const [name = '', version = ''] = label.split(' ');
    const found = byName.get(label) ?? { name, version, neededBy: [], shownBy: undefined };
    return waiting.has(label) ? { ...found, shownBy: undefined, waits: true } : found;
  });
}

async function sourcesOf(
  { workspace, units }: FinishedCheck,
  tree: FullTree | string,
  known: readonly Candidate[],
): Promise<{ seen: PartlySeenPackage[]; unknown: string[] }> {
  const sources = await UnseenSources.of(workspace, units, known);
  const nodes = new Map(typeof tree === 'string' ? [] : tree.nodes.map((node) => [node.id, node]));
  const compiled = new Set(units.map(({ packageId }) => packageId));
  const seen: PartlySeenPackage[] = [];
  const unknown: string[] = [];
  const packages = workspace.packages.filter(({ id }) => compiled.has(id));
  for (const p of sortedBy(packages, ({ cargoName, version }) => `${cargoName}\0${version}`)) {
    const { cargoName: name, version, isWorkspaceMember: isMember } = p;
    const { unseen, unknown: untold } = await sources.in(p);
    unknown.push(...untold);
    const node = nodes.get(p.id);
    const asking = (feature: string): Asking | undefined => {
      if (isMember) return { isAlways: false, option: `${name}/${feature}` };
      if (typeof tree === 'string' || node === undefined) return undefined;
      return tree.asking(node, feature);
    };
    const named = unseen.map((code) => ({
      ...code,
      shownBy: code.shownBy && withNames(code.shownBy, { name, version }, asking),
    }));
    if (named.length > 0) seen.push({ name, version, isMember, unseen: named });
  }
  return { seen, unknown };
}

/** Names features as options take them; undefined where that is not known. */
function withNames(
  shown: ShownBy,
  of: { readonly name: string; readonly version: string },
  asking: (feature: string) => Asking | undefined,
): ShownBy | undefined {
  const asked = shown.features.map((feature) => ({ feature, by: asking(feature) }));
  if (asked.some(({ by }) => by === undefined)) return undefined;
  return {
    ...shown,
    features: asked.flatMap(({ by }) => by?.option ?? []),
    unreachable: asked.flatMap(({ feature, by }) => (by?.option ? [] : [featureOf(of, feature)])),
    without: shown.without.map((feature) => asking(feature)?.option ?? `${of.name}/${feature}`),
  };
}
