import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { driftOf, LOCK_NAME, type Lock, readLock } from '../inventory/lock.ts';
import { takeInventory } from '../inventory/take.ts';
import type { Inventory, TakenInventory } from '../inventory/types.ts';
import { refusedInstructions } from '../judge/build-instructions.ts';
import { isWithin } from '../paths.ts';
import type { Problem, ProblemOf } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import { KnownOwners } from '../units/owners.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { findPackage } from '../workspace/package-identity.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { plannedBuilds, targetsOf } from './builds.ts';
import type { CheckContext } from './context.ts';
import type { Judgement } from './judge.ts';

type NotLocked = ProblemOf<'not-locked'>;

/**
 * Resolves to what every package does on each target, by a finished judgement; none when nobody asked for it. What was
 * built for this machine counts for each target.
 */
export async function inventoriesOf(
  context: CheckContext,
  judgement: Judgement,
  report: Pick<CheckReport, 'leftOut'>,
): Promise<TakenInventory[]> {
  const { options, workspace } = context;
  if (options.inventory === undefined && options.locked !== true) return [];
  const named = targetsOf(plannedBuilds(options, judgement.config, workspace));
  if (named.length < 2) {
    const target = await targetOf(named[0], workspace.root);
    return [inventoryOf(context, judgement, report, target, () => true)];
  }
  const triples = await Promise.all(named.map((name) => targetOf(name, workspace.root)));
  return triples.map((target) =>
    inventoryOf(
      ...([context, judgement, report, target] as const),
      (unit) => unit.target === undefined || unit.target === target,
      runForOthers(workspace, triples, target),
    ),
  );
}

/** Returns whether a build script ran for another of the targets, by its OUT_DIR: cargo gives each target a directory. */
function runForOthers(
  workspace: Workspace,
  triples: readonly string[],
  target: string,
): (outDir: string) => boolean {
  const places = buildDirectories(workspace).flatMap((directory) =>
    triples.filter((triple) => triple !== target).map((triple) => join(directory, triple)),
  );
  return (outDir) => places.some((place) => isWithin(outDir, place));
}

function inventoryOf(
  { options, workspace }: CheckContext,
  { built, config, verdicts, problems, unchecked, unsafeAndExtern }: Judgement,
  { leftOut }: Pick<CheckReport, 'leftOut'>,
  target: string,
  isOf: (unit: UnitRecord) => boolean,
  ranForAnother: (outDir: string) => boolean = () => false,
): TakenInventory {
  const { records, unitProblems, executed } = built;
  const units = [...records.current].filter(isOf);
  const isAll = units.length === records.current.size;
  let known: ReturnType<typeof unitProblems.lentBy> | undefined;
  const lent = () => (known ??= unitProblems.lentBy(units));
  const ran = [...executed]
    .filter((outDir) => !ranForAnother(outDir))
    .flatMap((outDir) => records.script(outDir) ?? []);
  // A run whose instructions were held is not among those that ran.
  const refused = problems.flatMap((problem) => {
    if (problem.kind !== 'disallowed-build-instruction') return [];
    const { packageLabel, packageName, instructions } = problem;
    const one = workspace.packages.filter(({ label }) => label === packageLabel);
    // Several versions may have one problem.
    const all = one.length > 0 ? one : workspace.packages.filter((p) => p.name === packageName);
    return all.flatMap(({ id: packageId }) =>
      instructions.map((instruction) => ({ packageId, instruction, isAllowed: false })),
    );
  });
  return takeInventory({
    workspace,
    target,
    units,
    outputs: verdicts.filter(({ record }) => isOf(record)),
    keywords: isAll ? unsafeAndExtern() : units.flatMap((unit) => unitProblems.needs(unit, lent())),
    wantsKeywordPlaces: options.inventory?.wantsKeywordPlaces,
    instructions: [
      ...ran.flatMap((script) => {
        const { packageId, instructions } = script;
        const forbidden = refusedInstructions(script, workspace, config);
        return instructions.map((instruction) => {
          return { packageId, instruction, isAllowed: !forbidden.includes(instruction) };
        });
      }),
      ...refused,
    ],
    unknown: [
      ...unchecked.map(
        ({ packageLabel, held, failed }) =>
          `the ${held} of ${packageLabel} ${failed ? 'failed' : 'was held back'}`,
      ),
      ...leftOut.map(
        (label) => `${label} is not built: default-members or build_flags leave it out`,
      ),
    ],
    holders: new KnownOwners(records, workspace).byDirectory(),
    wantsEvidence: (p, fact) => options.inventory?.isNew(p, fact, workspace) ?? false,
    keptPlaces: options.inventory?.places,
  });
}

/** Returns the lock that `--locked` compares with; undefined without that option. Throws CheckError when there is none. */
export function lockToCompare({ options, workspace }: CheckContext): Lock | undefined {
  if (options.locked !== true) return undefined;
  const lock = readLock(workspace.root);
  if (lock !== undefined) return lock;
  throw new CheckError(
    `--locked compares with ${join(workspace.root, LOCK_NAME)}, which does not exist`,
    '`cackle lock` writes it',
  );
}

/** Returns a problem for each package that does otherwise than cackle.lock records, on any of the targets (rule 11.3). */
export function lockProblems(
  lock: Lock,
  taken: readonly TakenInventory[],
  workspace: Workspace,
): Problem[] {
  const found = new Map<string, NotLocked>();
  for (const { inventory } of taken) {
    for (const problem of driftFrom(lock, inventory, workspace)) {
      const key = `${problem.packageLabel}\0${problem.change}`;
      const known = found.get(key);
      found.set(key, known === undefined ? problem : together(known, problem));
    }
  }
  return [...found.values()];
}

function together(a: NotLocked, b: NotLocked): NotLocked {
  const gained = [...new Set([...a.gained, ...b.gained])];
  return { ...a, gained, lost: [...new Set([...a.lost, ...b.lost])] };
}

function driftFrom(lock: Lock, inventory: Inventory, workspace: Workspace): NotLocked[] {
  if (!lock.targets.includes(inventory.target))
    throw new CheckError(
      `${LOCK_NAME} records nothing of the target ${inventory.target}, only of ${lock.targets.join(', ')}`,
      `\`cackle lock --target ${inventory.target}\` adds it`,
    );
  // Of what was not built nothing is known that it has lost.
  const isWhole = inventory.unknown.length === 0;
  return driftOf(inventory, lock).flatMap(({ name, version, source, ...drift }): NotLocked[] => {
    const lost = isWhole ? drift.lost : [];
    if (drift.change === 'changed' && drift.gained.length + lost.length === 0) return [];
    const p = findPackage(workspace, { name, version, source });
    const of = { packageName: p?.name ?? name, packageLabel: p?.label ?? name, version };
    return [{ kind: 'not-locked', ...of, ...drift, lost }];
  });
}

/** Resolves to the target triple that was built for. Throws CheckError. */
export async function targetOf(chosen: string | undefined, root: string): Promise<string> {
  const config = await readCargoConfig(root);
  const { host } = await readToolchain(root, config.rustc);
  const target = chosen ?? config.targets[0] ?? host;
  return target === 'host-tuple' ? host : target;
}
