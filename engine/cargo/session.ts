import { join } from 'node:path';
import { openLocation, openStore, tidyStore } from '../check/store.ts';
import { readExports } from '../config/exports.ts';
import { choosesFeatures, withoutFeatures } from '../config/features.ts';
import { readConfig } from '../config/read.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { RecordStore } from '../facts/store.ts';
import { Gates } from '../gates/gates.ts';
import { Pools } from '../pool/pools.ts';
import type { Problem } from '../problems/kinds.ts';
import { PublicPaths } from '../public-paths/public-paths.ts';
import { Sandboxes } from '../sandbox/sandboxes.ts';
import { Inputs } from '../units/inputs.ts';
import { KnownOwners } from '../units/owners.ts';
import { Records } from '../units/records.ts';
import { Unchanged } from '../units/unchanged.ts';
import { Units } from '../units/units.ts';
import type { Waiting } from '../verdicts/live-config.ts';
import { UnitProblems } from '../verdicts/unit-problems.ts';
import { Verdicts } from '../verdicts/verdicts.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import type { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { loadWorkspace } from '../workspace/metadata.ts';
import { readToolchain, type Toolchain } from '../workspace/toolchain.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import type { CargoLine } from './command-line.ts';
import { hostPackages } from './host-packages.ts';
import { hashOf, type JudgedBy, JudgedMacros } from './judged-macros.ts';
import type { NestedCommand } from './nested.ts';
import { comparePackages, exportsWithin } from './nested-packages.ts';
import type { Held } from './result.ts';

/** What judges the units of one command of cargo's: opened when the first of them is compiled. */
export interface Session {
  readonly workspace: Workspace;
  readonly toolchain: Toolchain;
  readonly config: Config;
  readonly configFile: string;
  readonly judgedBy: JudgedBy;
  readonly macros: JudgedMacros;
  readonly sandboxes: Sandboxes | undefined;
  readonly store: RecordStore;
  readonly records: Records;
  readonly verdicts: Verdicts;
  readonly gates: Gates;
  readonly units: Units;
  readonly hostPackages: ReadonlySet<PackageIndex>;
  /** `common.gates_only`: programs run without a judgement. */
  readonly gatesOnly: boolean;
  /** Programs that ran so. */
  readonly ranUnjudged: Set<string>;
  /** What was held so far, in the order of the build. */
  readonly held: Held[];
  /** Ends the workers, and begins to keep what later commands need. */
  close(): Promise<void>;
}

/** Opens a session for a command line. Throws CheckError and ConfigError. */
export async function openSession(
  line: CargoLine,
  {
    configFile,
    nested,
  }: { readonly configFile: string | undefined; readonly nested: NestedCommand | undefined },
  questions: WorkspaceQuestions,
): Promise<Session> {
  const workspace = { ...(await describe(line, questions)), outer: nested?.outer };
  if (nested !== undefined) comparePackages(workspace, nested.outer);
  const { rustc } = await readCargoConfig(line.directory, line.resolved);
  const toolchain = await readToolchain(line.directory, rustc, questions);
  const exports = await (nested === undefined
    ? readExports(workspace.packages)
    : exportsWithin(workspace, nested.outer));
  const file = configFile ?? join(workspace.root, 'cackle.toml');
  const read = hashOf(file);
  const config = await readConfig(file, exports);
  const tests = line.runsPrograms;
  // Where the program that started cargo is in a sandbox, so is all that cargo starts.
  const sandboxes =
    nested?.isConfined === true
      ? undefined
      : await Sandboxes.open(config, workspace, { tests, root: nested?.outer.root });
  const location = await openLocation(workspace.targetDirectory);
  const store = await openStore(location.root);
  const unchanged = await Unchanged.begin(workspace, store, []);
  const pools = new Pools(undefined);
  const held: Held[] = [];
  const live = {
    current: config,
    // Nobody is asked: what is held is told when cargo has ended.
    resolve: async (problems: readonly Problem[], waiting: Waiting): Promise<boolean> => {
      const { packageLabel, what } = waiting;
      const isKnown = held.some((h) => h.packageLabel === packageLabel && h.what === what);
      if (!isKnown) held.push({ packageLabel, what, problems });
      return false;
    },
  };
  const records = await Records.open(store, workspace, true);
  const inputs = new Inputs(pools, records, location, workspace);
  const paths = new PublicPaths(workspace, location.root, (file) => inputs.answered(file));
  const judging = { backtraces: false, explains: () => false, namesTargets: false };
  const verdicts = new Verdicts({ pools, inputs, records, workspace, live, paths, ...judging });
  const owners = new KnownOwners(records, workspace);
  const unitProblems = new UnitProblems(records, workspace, live, owners);
  const failsHeld = true;
  return {
    ...{ workspace, toolchain, config, sandboxes, store, records, verdicts, configFile: file },
    judgedBy: { configFile: file, exports, read },
    macros: new JudgedMacros(location.root),
    gates: new Gates({ pools, records, verdicts, unitProblems, live, workspace, failsHeld }),
    units: new Units(pools, inputs, records, workspace, owners, unchanged),
    hostPackages: hostPackages(workspace),
    held,
    // What a program has cargo run is judged: it may itself run while cargo builds (rule 13.8).
    gatesOnly: config.gatesOnly && nested === undefined,
    ranUnjudged: new Set(),
    async close() {
      await pools.close();
      tidyStore(location, inputs.limited(), questions.answers, silent);
    },
  };
}

const silent = { progress: () => undefined, cargoOutput: () => undefined };

/** Reads the workspace of a command line. Features that no member has are those of a package that another option chooses. */
async function describe(line: CargoLine, questions: WorkspaceQuestions): Promise<Workspace> {
  const { path, targets, resolved: cargoArguments } = line;
  const common = { path, targets, mayKeep: true, questions };
  try {
    return await loadWorkspace({ ...common, cargoArguments });
  } catch (error) {
    if (!(error instanceof CheckError) || !cargoArguments.some(choosesFeatures)) throw error;
    const features = { features: [], all: true, noDefault: false };
    const others = withoutFeatures(cargoArguments);
    return loadWorkspace({ ...common, features, cargoArguments: others });
  }
}
