import { existsSync } from 'node:fs';
import type { BuildOutcome } from '../build/types.ts';
import type { Config } from '../config/types.ts';
import { CargoFailedError, CheckError } from '../errors.ts';
import type { Gates } from '../gates/gates.ts';
import { shellWords } from '../shell-words.ts';
import type { Workspace } from '../workspace/types.ts';

/** What cargo and rustc said while they failed. */
interface SaidByCargo {
  /** Is everything to be shown? */
  readonly everything: boolean;
  readonly disturbances: readonly string[];
  /** Variables and files that code asked rustc for in vain. */
  readonly wanted: {
    readonly variables: Iterable<string>;
    readonly files: Iterable<string>;
    /** Is a message about a host that was not reached? */
    readonly network: boolean;
  };
  readonly config: Config;
}

/** Throws CheckError for a compile error, which cargo explains; what a gate held is a problem instead. */
export function failOnBuildError(
  outcome: BuildOutcome,
  gates: Gates,
  workspace: Workspace,
  { everything, disturbances, wanted, config }: SaidByCargo,
): void {
  if (outcome.cargoStatus === 0) return;
  const killed = [
    ...outcome.killed,
    ...disturbances,
    ...(outcome.cargoSignal === null ? [] : [`cargo was ended by ${outcome.cargoSignal}`]),
  ];
  if (killed.length > 0)
    throw new CheckError(
      `the build was disturbed: ${killed.join('; ')}`,
      'check again; make sure that the disk has room, and let cargo run fewer jobs (CARGO_BUILD_JOBS) if memory is short: the kernel then ends the processes that use most of it',
    );
  const indexOf = (packageId: string) => workspace.byId.get(packageId)?.index;
  const heldPackages = [...gates.heldPrograms.values()].map((held) => indexOf(held.packageId));
  // A unit may fail because a build script that it needs is held: that is no error of its own.
  const ownFailures = outcome.failedUnits.filter((packageId) => {
    const failed = indexOf(packageId);
    return !heldPackages.some(
      (held) => failed !== undefined && held !== undefined && workspace.dependsOn(failed, held),
    );
  });
  if (ownFailures.length > 0)
    throw compileError(outcome, workspace, everything, { wanted, config });
  if (gates.heldPrograms.size > 0 || outcome.failedBuildScripts.length > 0) return;
  throw new CargoFailedError(
    `cargo failed with exit status ${outcome.cargoStatus}`,
    'cargo says why above',
  );
}

/** The error for a workspace that does not compile; the sandbox may be why. */
function compileError(
  outcome: BuildOutcome,
  { byId }: Workspace,
  everything: boolean,
  { wanted, config }: Pick<SaidByCargo, 'wanted' | 'config'>,
): CargoFailedError {
  const [failed] = outcome.failedSandboxedUnits;
  const command = failed?.command;
  const macros = (failed?.macros ?? []).flatMap((id) => byId.get(id)?.name ?? []);
  const opens =
    macros.length === 0
      ? ''
      : ` (\`rustc.sandbox\` of [pkg.NAME] opens it where a proc macro of NAME is loaded: here ${macros.join(', ')})`;
  const sandboxed =
    command === undefined
      ? ''
      : `; rustc ran in the sandbox of [rustc.sandbox], which ${hiddenBy(wanted) ?? `may forbid what it needs${opens}`}${everything ? `:\n  ${shellWords(command)}` : ' (--debug shows its command line, --log-file keeps it)'}`;
  const lines = wanted.network ? networkLines(outcome, byId, config) : '';
  return new CargoFailedError(
    'the workspace does not compile',
    `cargo says why above; fix that and check again${sandboxed}${lines}`,
  );
}

/** The lines of cackle.toml that give the network to the macros of the units that failed; empty where they have it, or load none. */
function networkLines(
  { failedSandboxedUnits }: BuildOutcome,
  byId: Workspace['byId'],
  config: Config,
): string {
  const names = failedSandboxedUnits
    .map(({ macros }) => macros.flatMap((id) => byId.get(id)?.name ?? []))
    .filter((macros) => !config.unitSandbox(macros).allowNetwork)
    .flat();
  const tables = [...new Set(names)].sort().map((name) => {
    const key = config.tableOf(name);
    const written = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return `\n    [pkg.${written}]\n    rustc.sandbox.allow_network = true`;
  });
  if (tables.length === 0) return '';
  const which = tables.length === 1 ? '' : ', for the one that does';
  return `\n  if a macro wants the network, which a message above suggests, cackle.toml opens it${which}:${tables.join('\n')}`;
}

/** What the sandbox of rustc hides of what code asked for in vain, with the settings that show it; undefined where none is known. */
function hiddenBy({ variables, files }: SaidByCargo['wanted']): string | undefined {
  const hidden = [...variables].filter((name) => process.env[name] !== undefined);
  const there = [...files].filter((file) => existsSync(file));
  const told = [
    ...(hidden.length > 0
      ? [`hides ${hidden.join(', ')} (\`pass_env\` of [rustc.sandbox] shows a variable)`]
      : []),
    ...(there.length > 0
      ? [`hides ${there.join(', ')} (\`compile.files\` of [pkg.NAME] shows a file)`]
      : []),
  ];
  return told.length === 0 ? undefined : told.join(' and ');
}
