import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { driftOf, LOCK_NAME, type Lock, readLock } from '../inventory/lock.ts';
import { takeInventory } from '../inventory/take.ts';
import type { TakenInventory } from '../inventory/types.ts';
import { refusedInstructions } from '../judge/build-instructions.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CheckReport } from '../problems/report.ts';
import { KnownOwners } from '../units/owners.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { findPackage } from '../workspace/package-identity.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import type { CheckContext } from './context.ts';
import type { Judgement } from './judge.ts';

/** Resolves to what every package does, by a finished judgement; undefined when nobody asked for it. */
export async function inventoryOf(
  { options, workspace }: CheckContext,
  { built, config, verdicts, problems, unchecked, unsafeAndExtern }: Judgement,
  { leftOut }: Pick<CheckReport, 'leftOut'>,
): Promise<TakenInventory | undefined> {
  if (options.inventory === undefined && options.locked !== true) return undefined;
  const { records, executed } = built;
  const ran = [...executed].flatMap((outDir) => records.script(outDir) ?? []);
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
    target: await targetOf(options.target, workspace.root),
    units: records.current,
    outputs: verdicts,
    keywords: unsafeAndExtern(),
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

/** Returns a problem for each package that does otherwise than cackle.lock records (rule 11.3). */
export function lockProblems(
  lock: Lock,
  { inventory }: TakenInventory,
  workspace: Workspace,
): Problem[] {
  if (!lock.targets.includes(inventory.target))
    throw new CheckError(
      `${LOCK_NAME} records nothing of the target ${inventory.target}, only of ${lock.targets.join(', ')}`,
      `\`cackle lock --target ${inventory.target}\` adds it`,
    );
  // Of what was not built nothing is known that it has lost.
  const isWhole = inventory.unknown.length === 0;
  return driftOf(inventory, lock).flatMap(({ name, version, source, ...drift }): Problem[] => {
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
