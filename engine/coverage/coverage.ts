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
import { type FullTree, readFullTree } from './full-tree.ts';
import { uncompiledPackages } from './packages.ts';
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
    options: { ...options, backtraces: false },
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
      ...(typeof tree === 'string'
        ? [`cargo does not say what needs which package, \`cargo fetch\` may help: ${tree}`]
        : []),
      ...unknown,
    ],
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
  return report.notCompiled.map((label) => {
    const [name = '', version = ''] = label.split(' ');
    return byName.get(label) ?? { name, version, neededBy: [], shownBy: undefined };
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
    const nameOf = (feature: string): string => {
      const ofMember =
        typeof tree === 'string' || node === undefined ? undefined : tree.ofMember(node, feature);
      return ofMember === undefined || ofMember === 'always' ? `${name}/${feature}` : ofMember;
    };
    const named = unseen.map((code) => ({ ...code, shownBy: withNames(code.shownBy, nameOf) }));
    if (named.length > 0) seen.push({ name, version, isMember, unseen: named });
  }
  return { seen, unknown };
}

function withNames(
  shown: ShownBy | undefined,
  nameOf: (feature: string) => string,
): ShownBy | undefined {
  if (shown === undefined) return undefined;
  return { ...shown, features: shown.features.map(nameOf), without: shown.without.map(nameOf) };
}
