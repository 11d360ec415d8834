import { isDeepStrictEqual } from 'node:util';
import type { ApiDefinition, Config, PermissionScope } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { AnswerPlace } from '../facts/answers.ts';
import type { LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import { type AttributedUsage, attribute, usageOrder } from '../judge/attribution.ts';
import type { OutputSpec } from '../judge/joiner.ts';
import { possibleExports } from '../judge/possible-exports.ts';
import {
  chargedCalls,
  type SystemCall,
  systemFunctionsProblem,
} from '../judge/system-functions.ts';
import { usageProblem } from '../judge/usage-problems.ts';
import { demangle } from '../parsers/parsers.ts';
import type { ReferencesJob, ReferencesResult, StaleFacts } from '../pool/judge-worker.ts';
import type { Pools } from '../pool/pools.ts';
import type { Problem } from '../problems/kinds.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { PublicPaths } from '../public-paths/public-paths.ts';
import { sortedBy } from '../sorted-by.ts';
import type { TakenFromStore } from '../units/inputs.ts';
import { type Inputs, removeFacts } from '../units/inputs.ts';
import { makerOf } from '../units/makers.ts';
import { outputSpec } from '../units/output-spec.ts';
import { KnownOwners } from '../units/owners.ts';
import { orderOf, type Records } from '../units/records.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { EarlyVerdicts } from './early-verdicts.ts';
import { Explanations } from './explanations.ts';
import type { LiveConfig } from './live-config.ts';
import { type OutputVerdict, StaleOutputError } from './output-verdict.ts';
import { NotStoredError, storedAnswer } from './stored-answers.ts';

/** An output that is judged or about to be, with the configuration that it is judged by. */
interface RequestedVerdict {
  readonly record: UnitRecord;
  readonly link: LinkRecord;
  readonly config: Config;
  readonly verdict: Promise<OutputVerdict>;
}

/**
 * A question about an output. With `onlyStored`, the answer has not been requested yet: only the store may give it,
 * and what is used from the store is added there.
 */
interface OutputQuestion {
  readonly record: UnitRecord;
  readonly link: LinkRecord;
  readonly label: string;
  readonly onlyStored: TakenFromStore | undefined;
}

/** References with the place where they are stored; without a place, this check has just found them. */
interface FoundReferences extends ReferencesResult {
  readonly place?: AnswerPlace;
}

/**
 * Judges each output as soon as the facts of its inputs exist: once, and again when the configuration has changed so
 * that the verdict does not show everything that is now refused.
 */
export class Verdicts {
  private readonly requested = new Map<string, RequestedVerdict>();
  private readonly done = new Set<string>();
  private readonly early: EarlyVerdicts;
  private readonly owners: KnownOwners;
  private readonly explanations: Explanations;
  private readonly pools: Pools;
  private readonly inputs: Inputs;
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly live: LiveConfig;
  private readonly paths: PublicPaths;
  private readonly backtraces: boolean;
  private readonly explains: (usage: AttributedUsage) => boolean;
  private readonly namesTargets: boolean;

  constructor(deps: {
    pools: Pools;
    inputs: Inputs;
    records: Records;
    workspace: Workspace;
    live: LiveConfig;
    paths: PublicPaths;
    backtraces: boolean;
    /** Usages to explain although they are allowed. */
    explains?: ((usage: AttributedUsage) => boolean) | undefined;
    /** Several targets are checked: usages tell theirs. */
    namesTargets?: boolean | undefined;
  }) {
    this.paths = deps.paths;
    this.pools = deps.pools;
    this.inputs = deps.inputs;
    this.records = deps.records;
    this.workspace = deps.workspace;
    this.live = deps.live;
    this.backtraces = deps.backtraces;
    this.explains = deps.explains ?? (() => false);
    this.namesTargets = deps.namesTargets ?? false;
    this.early = new EarlyVerdicts(deps.records, deps.live);
    this.explanations = new Explanations(deps.pools, deps.inputs);
    this.owners = new KnownOwners(deps.records, deps.workspace);
  }

  get found(): number {
    return this.requested.size;
  }

  get judged(): number {
    return this.done.size;
  }

  /** Judges outputs that may turn out to be fresh, until `signal` is aborted: see {@link EarlyVerdicts}. */
  judgeRecorded(signal: AbortSignal): Promise<void> {
    return this.early.prepare((...output) => this.judge(...output), signal);
  }

  private judgedEarly(link: LinkRecord, config: Config): Promise<OutputVerdict> | undefined {
    const known = this.early.find(link, config);
    if (known === undefined) return undefined;
    this.inputs.uses(known.used);
    return Promise.resolve(known.verdict);
  }

  /** Resolves to the verdict of an output under the configuration in force; the first request starts the work. */
  verdictOf(record: UnitRecord, link: LinkRecord): Promise<OutputVerdict> {
    const key = keyOf(record, link);
    const config = this.live.current;
    const asked = this.requested.get(key);
    // A verdict is on what was linked, not on its path: what was built anew is judged anew.
    const known = asked !== undefined && isSameUnit(asked.record, record) ? asked : undefined;
    if (known !== undefined && known.config === config) return known.verdict;
    const verdict =
      known === undefined
        ? (this.judgedEarly(link, config) ?? this.judge(record, link, config))
        : known.verdict.then((before) =>
            holds(before, known.config, config) ? before : this.judge(record, link, config),
          );
    verdict.then(
      () => this.done.add(key),
      () => undefined,
    );
    this.requested.set(key, { record, link, config, verdict });
    return verdict;
  }

  /**
   * Resolves to the verdict on an output of an earlier check that cargo has not called fresh: this build may replace
   * it, or have no such output. The verdict is not in {@link all}, and {@link verdictOf} never gives it.
   */
  ofEarlierCheck(record: UnitRecord, link: LinkRecord): Promise<OutputVerdict> {
    return this.judge(record, link, this.live.current);
  }

  /** Returns the usages of an output that the permissions in force do not allow. */
  problemsOf({ problems }: OutputVerdict): Problem[] {
    const { current } = this.live;
    return problems.filter(({ scope, api }) => !current.permissions(scope).allowApis.has(api));
  }

  /**
   * Resolves to all requested verdicts, in {@link orderOf}, and to the units whose stored facts cannot be used.
   * Throws any other error.
   */
  async all(): Promise<{ judged: OutputVerdict[]; stale: UnitRecord[] }> {
    const judged: OutputVerdict[] = [];
    const stale: UnitRecord[] = [];
    // The order in which cargo reports outputs differs from run to run.
    const inOrder = sortedBy(this.requested.values(), ({ record, link }) =>
      [orderOf(record), link.output].join('\0'),
    );
    const verdicts = inOrder.map(({ record, link }) => this.verdictOf(record, link));
    for (const settled of await Promise.allSettled(verdicts)) {
      if (settled.status === 'fulfilled') judged.push(settled.value);
      else if (settled.reason instanceof StaleOutputError) stale.push(settled.reason.record);
      else throw settled.reason;
    }
    return { judged, stale };
  }

  private async judge(
    record: UnitRecord,
    link: LinkRecord,
    config: Config,
    onlyStored?: TakenFromStore,
  ): Promise<OutputVerdict> {
    const label = `${record.targetName} (${labelOfKind(record, link)})`;
    const owners = this.owners.ownersFor(record, link);
    const makers = link.inputs.map((input) =>
      makerOf(record, input, {
        workspace: this.workspace,
        records: this.records,
        packageOf: (unit) => this.packageOf(unit),
        ownersOf: (path) => owners.ownersOf(path),
      }),
    );
    const compiled = makers.map((maker) => maker.compiled);
    const apis = await this.paths.definitions(definitionsOf(config));
    const question = { record, link, label, onlyStored };
    const result = await this.restoring(question, (output) =>
      this.referencesOf(link, { output, compiled, apis }, onlyStored),
    );
    const owner = this.packageOf(record);
    const inputPackages = makers.map((maker) => maker.package);
    const toldByFunctions = link.inputs.map(
      ({ own, partOf, path }) =>
        (own ? record : this.records.byOutput(partOf ?? path))?.toldByFunctions === true,
    );
    const { kind, hasHarness } = record;
    const outputOwner = { package: owner, kind, hasHarness, inputPackages, toldByFunctions };
    const usages = attribute(result.references, outputOwner, this.workspace, owners);
    const calls = chargedCalls(
      result.systemCalls,
      outputOwner,
      this.workspace,
      owners,
      config.apis,
    );
    const isRefused = ({ scope, api }: AttributedUsage): boolean =>
      !config.permissions(scope).allowApis.has(api);
    const explained = sortedBy(
      usages.filter((usage) => isRefused(usage) || this.explains(usage)),
      usageOrder,
    );
    const shown = [...explained, ...calls];
    const traces =
      this.backtraces && shown.length > 0
        ? await this.restoring(question, (output) =>
            this.explain(link, output, shown, result.place, onlyStored),
          )
        : [];
    const paths = new Map(explained.map((usage, i) => [usage, traces[i] ?? []]));
    const problems = explained
      .filter(isRefused)
      .map((usage) =>
        usageProblem(
          ...([usage, label, paths.get(usage) ?? [], this.workspace] as const),
          this.namesTargets ? record.target : undefined,
        ),
      );
    const objects = new Map(link.inputs.map(({ facts }, i) => [facts, result.objects[i] ?? 0]));
    const linkerKept = link.kept.map(({ name }) => demangle(name));
    const { exports } = result;
    const systemCalls = calls.map((call, i) => ({
      ...call,
      backtrace: traces[explained.length + i] ?? [],
    }));
    return { label, record, usages, exports, systemCalls, problems, paths, objects, linkerKept };
  }

  /**
   * Resolves to the references of the output, and to the place where an earlier check stored them if its question was
   * the same.
   */
  private async referencesOf(
    link: LinkRecord,
    question: Omit<ReferencesJob, 'kind' | 'keep'>,
    onlyStored: TakenFromStore | undefined,
  ): Promise<FoundReferences | StaleFacts> {
    const { keep, stored } = storedAnswer(this.inputs, link.output, question, onlyStored);
    if (stored !== undefined) return { ...(stored as ReferencesResult), place: keep };
    if (onlyStored !== undefined) throw new NotStoredError();
    return this.pools.references({ ...question, keep });
  }

  private explain(
    link: LinkRecord,
    output: OutputSpec,
    usages: readonly (AttributedUsage | SystemCall)[],
    references: AnswerPlace | undefined,
    onlyStored: TakenFromStore | undefined,
  ): Promise<BacktraceFrame[][] | StaleFacts> {
    const sites = usages.map(({ reference }) => ({
      input: reference.input,
      node: reference.node,
      frame: reference.frame,
    }));
    return this.explanations.pathsTo(
      `${link.output} backtraces`,
      output,
      sites,
      references,
      onlyStored,
    );
  }

  /** Resolves to an answer about an output. Lost facts are extracted again if their files still exist. */
  private async restoring<T extends object>(
    { record, link, label, onlyStored }: OutputQuestion,
    ask: (output: OutputSpec) => Promise<T | StaleFacts>,
  ): Promise<T> {
    const spec = () =>
      outputSpec(link, label, (path, facts) => this.inputs.pathOf(path, facts, onlyStored?.facts));
    const output = spec();
    const first = await ask(output);
    if (!('stale' in first)) return first;
    await removeFacts(first.stale);
    const unusable = link.inputs.filter((_, i) =>
      first.stale.includes(output.inputs[i]?.facts ?? ''),
    );
    const restored = await Promise.all(unusable.map((input) => this.inputs.restore(input)));
    if (restored.includes(undefined)) throw new StaleOutputError(record);
    const second = await ask(spec());
    if (!('stale' in second)) return second;
    await removeFacts(second.stale);
    throw new StaleOutputError(record);
  }

  /** Returns the possible exports of all verdicts, each once (rule 4.15). */
  exportsOf(verdicts: readonly OutputVerdict[]): Problem[] {
    const found = verdicts.flatMap((verdict) => verdict.exports);
    return possibleExports(found, this.workspace, this.live.current.apis);
  }

  /** Returns the problems of functions of the system that packages call in the outputs (rule 4.26). */
  systemFunctionsOf(verdicts: readonly OutputVerdict[]): Problem[] {
    const { apis } = this.live.current;
    return verdicts.flatMap(({ label, record, systemCalls }) => {
      const target = this.namesTargets ? record.target : undefined;
      return systemCalls.flatMap(
        (call) => systemFunctionsProblem(call, { label, target }, this.workspace, apis) ?? [],
      );
    });
  }

  packageOf(record: UnitRecord): PackageIndex {
    const found = this.workspace.byId.get(record.packageId);
    if (found === undefined) {
      throw new CheckError(
        `the unit ${record.crateName} belongs to a package that is not in the tree: ${record.packageId}`,
      );
    }
    return found.index;
  }
}

/** Two packages may have a library of the same name, which cargo puts in the same place. */
function keyOf({ packageId, kind }: UnitRecord, { output }: LinkRecord): string {
  return [packageId, kind, output].join('\0');
}

/** Returns whether two records are of one run of rustc: the same files with the same times, linked from the same facts. */
const isSameUnit = (a: UnitRecord, b: UnitRecord): boolean => a === b || isDeepStrictEqual(a, b);

/** Returns the APIs as written in cackle.toml. */
function definitionsOf({ apis }: Config): Pick<ApiDefinition, 'name' | 'include' | 'exclude'>[] {
  return [...apis.values()].map(({ name, include, exclude }) => ({ name, include, exclude }));
}

/**
 * Returns whether a verdict shows everything that a later configuration refuses. It does not when the APIs differ or
 * permissions were withdrawn.
 */
function holds({ usages, problems }: OutputVerdict, before: Config, now: Config): boolean {
  if (JSON.stringify(definitionsOf(before)) !== JSON.stringify(definitionsOf(now))) return false;
  const key = (scope: PermissionScope, api: string): string =>
    [scope.package, scope.suffix, api].join('\0');
  const shown = new Set(problems.map(({ scope, api }) => key(scope, api)));
  return usages.every(
    ({ scope, api }) => now.permissions(scope).allowApis.has(api) || shown.has(key(scope, api)),
  );
}

function labelOfKind(record: UnitRecord, link: LinkRecord): string {
  if (record.kind === 'build-script') return 'build script';
  if (record.kind === 'test') return 'test';
  return {
    executable: 'bin',
    shared: 'shared library',
    'proc-macro': 'proc macro',
    'static-library': 'static library',
  }[link.outputKind];
}
