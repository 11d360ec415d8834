import type { ApiDefinition, Config, PermissionScope } from '../config/types.ts';
import { type AnswerPlace, answerPlace, readAnswer } from '../facts/answers.ts';
import { FACTS_VERSION } from '../facts/codec.ts';
import type { LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import { type AttributedUsage, attribute, newExports } from '../judge/attribution.ts';
import type { OutputSpec } from '../judge/joiner.ts';
import type { BacktraceFrame, Problem, Usage } from '../judge/problems.ts';
import { CheckError } from '../judge/problems.ts';
import type { PossibleExport } from '../judge/references.ts';
import type { ReferencesJob, ReferencesResult, StaleFacts } from '../judge/worker.ts';
import { demangle, namesIn } from '../parsers/parsers.ts';
import { type FileOwners, fileOwners } from '../workspace/owners.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { type Inputs, removeFacts } from './inputs.ts';
import type { LiveConfig } from './live-config.ts';
import { makerOf } from './makers.ts';
import { outputSpec } from './output-spec.ts';
import type { Pools } from './pools.ts';
import type { Records } from './records.ts';

/** Raise it when the judge finds other references in the same facts: answers of earlier versions are not used. */
const ANSWER_VERSION = 1;

/** What was found in one output. */
export interface OutputVerdict {
  readonly label: string;
  readonly record: UnitRecord;
  readonly usages: readonly AttributedUsage[];
  readonly exports: readonly PossibleExport[];
  /** What was not allowed when it was judged; {@link Verdicts.problemsOf} knows what still is not. */
  readonly problems: readonly (Problem & {
    readonly scope: PermissionScope;
    readonly api: string;
  })[];
  /** What the linker kept although the join calls it dead; it was judged as live. */
  readonly linkerKept: readonly string[];
  /** Objects in its inputs, by the facts of the input. */
  readonly objects: ReadonlyMap<string, number>;
}

/** Raised when stored facts of an output are gone or damaged: it has to be built again. */
export class StaleOutputError extends Error {
  override readonly name = 'StaleOutputError';
  readonly record: UnitRecord;
  constructor(record: UnitRecord) {
    super(`the stored facts of ${record.targetName} cannot be used`);
    this.record = record;
  }
}

/** An output that somebody asked about, and the configuration that it was judged by. */
interface Asked {
  readonly record: UnitRecord;
  readonly link: LinkRecord;
  readonly config: Config;
  readonly verdict: Promise<OutputVerdict>;
}

/**
 * Judges outputs as soon as the facts of their inputs are there: each once, and again when the configuration has
 * changed so that the verdict does not show what it refuses.
 */
export class Verdicts {
  private readonly asked = new Map<string, Asked>();
  private readonly done = new Set<string>();
  private readonly pools: Pools;
  private readonly inputs: Inputs;
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly live: LiveConfig;
  private readonly backtraces: boolean;

  constructor(deps: {
    pools: Pools;
    inputs: Inputs;
    records: Records;
    workspace: Workspace;
    live: LiveConfig;
    backtraces: boolean;
  }) {
    this.pools = deps.pools;
    this.inputs = deps.inputs;
    this.records = deps.records;
    this.workspace = deps.workspace;
    this.live = deps.live;
    this.backtraces = deps.backtraces;
  }

  get found(): number {
    return this.asked.size;
  }

  get judged(): number {
    return this.done.size;
  }

  /** The verdict of an output by the configuration in force; starts the work when it is the first to ask. */
  of(record: UnitRecord, link: LinkRecord): Promise<OutputVerdict> {
    const known = this.asked.get(link.output);
    const config = this.live.current;
    if (known !== undefined && known.config === config) return known.verdict;
    const verdict =
      known === undefined
        ? this.judge(record, link, config)
        : known.verdict.then((before) =>
            holds(before, known.config, config) ? before : this.judge(record, link, config),
          );
    verdict.then(
      () => this.done.add(link.output),
      () => undefined,
    );
    this.asked.set(link.output, { record, link, config, verdict });
    return verdict;
  }

  /** What an output uses and may not, by the permissions in force now. */
  problemsOf({ problems }: OutputVerdict): Problem[] {
    const { current } = this.live;
    return problems.filter(({ scope, api }) => !current.permissions(scope).allowApis.has(api));
  }

  /** All verdicts that were asked for, by path of the output, and the units whose stored facts cannot be used. Throws what else went wrong. */
  async all(): Promise<{ judged: OutputVerdict[]; stale: UnitRecord[] }> {
    const judged: OutputVerdict[] = [];
    const stale: UnitRecord[] = [];
    // Asked for in the order in which cargo came to them, which is another each time.
    const inOrder = [...this.asked].sort(([a], [b]) => (a < b ? -1 : 1));
    const verdicts = inOrder.map(([, { record, link }]) => this.of(record, link));
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
  ): Promise<OutputVerdict> {
    const label = `${record.targetName} (${labelOfKind(record, link)})`;
    const makers = link.inputs.map((input) =>
      makerOf(record, input, {
        workspace: this.workspace,
        records: this.records,
        packageOf: (unit) => this.packageOf(unit),
        ownersOf: (path) => this.owners().of(path),
      }),
    );
    const compiled = makers.map((maker) => maker.compiled);
    const apis = definitionsOf(config);
    const result = await this.restoring(record, link, label, (output) =>
      this.referencesOf(link, { output, compiled, apis }),
    );
    const owner = this.packageOf(record);
    const inputPackages = makers.map((maker) => maker.package);
    const usages = attribute(
      result.references,
      { package: owner, kind: record.kind, inputPackages },
      this.workspace,
      this.owners(),
    );
    const refused = usages.filter(
      (usage) => !config.permissions(usage.scope).allowApis.has(usage.api),
    );
    const traces =
      this.backtraces && refused.length > 0
        ? await this.restoring(record, link, label, (output) => this.explain(link, output, refused))
        : [];
    const problems = refused.map((usage, i) => this.problem(usage, label, traces[i] ?? []));
    const objects = new Map(link.inputs.map(({ facts }, i) => [facts, result.objects[i] ?? 0]));
    const linkerKept = link.kept.map(({ name }) => demangle(name));
    return { label, record, usages, exports: result.exports, problems, objects, linkerKept };
  }

  /** What the output refers to: an earlier check's answer when the question was the very same. */
  private async referencesOf(
    link: LinkRecord,
    question: Omit<ReferencesJob, 'kind' | 'keep'>,
  ): Promise<ReferencesResult | StaleFacts> {
    const { keep, stored } = await this.stored(link.output, question);
    return stored === undefined
      ? this.pools.references({ ...question, keep })
      : (stored as ReferencesResult);
  }

  /** What an earlier check was told when it asked the very same about `subject`. */
  private async stored(
    subject: string,
    question: object,
  ): Promise<{ keep: AnswerPlace; stored: unknown }> {
    const dependsOn = JSON.stringify([FACTS_VERSION, ANSWER_VERSION, question]);
    const keep = answerPlace(this.inputs.root, subject, dependsOn);
    this.inputs.answered(keep.file);
    // Its hash says that it is what we wrote.
    return { keep, stored: await readAnswer(keep) };
  }

  private async explain(
    link: LinkRecord,
    output: OutputSpec,
    usages: readonly AttributedUsage[],
  ): Promise<BacktraceFrame[][] | StaleFacts> {
    const sites = usages.map(({ reference }) => ({
      input: reference.input,
      node: reference.node,
      frame: reference.frame,
    }));
    const question = { output, sites };
    const { keep, stored } = await this.stored(`${link.output} backtraces`, question);
    return stored === undefined
      ? this.pools.backtraces({ ...question, keep })
      : (stored as BacktraceFrame[][]);
  }

  /** An answer about an output. Facts that were lost are made again where their files are still there. */
  private async restoring<T extends object>(
    record: UnitRecord,
    link: LinkRecord,
    label: string,
    ask: (output: OutputSpec) => Promise<T | StaleFacts>,
  ): Promise<T> {
    const spec = () => outputSpec(link, label, (path, facts) => this.inputs.pathOf(path, facts));
    const output = spec();
    const first = await ask(output);
    if (!('stale' in first)) return first;
    await removeFacts(first.stale);
    const lost = link.inputs.filter((_, i) => first.stale.includes(output.inputs[i]?.facts ?? ''));
    const restored = await Promise.all(lost.map((input) => this.inputs.restore(input)));
    if (restored.includes(undefined)) throw new StaleOutputError(record);
    const second = await ask(spec());
    if (!('stale' in second)) return second;
    await removeFacts(second.stale);
    throw new StaleOutputError(record);
  }

  private problem(
    usage: AttributedUsage,
    label: string,
    backtrace: readonly BacktraceFrame[],
  ): OutputVerdict['problems'][number] {
    const p = this.workspace.packages[usage.package];
    const shown: Usage = {
      place: usage.place,
      from: demangle(usage.reference.from),
      fromNames: namesIn(usage.reference.from),
      target: usage.target,
      targetNames: usage.targetNames,
      output: label,
      backtrace,
    };
    const common = {
      packageLabel: p?.label ?? '?',
      packageName: p?.name ?? '?',
      scope: usage.scope,
      api: usage.api,
      usages: [shown],
    };
    if (usage.offTree === undefined) return { kind: 'disallowed-api', ...common };
    const providedBy = this.workspace.packages[usage.offTree]?.name ?? '?';
    return { kind: 'off-tree-api', ...common, providedBy };
  }

  /** Possible exports over all verdicts, each once (spec §4). */
  exportsOf(verdicts: readonly OutputVerdict[]): Problem[] {
    const seen = new Map<string, Problem>();
    for (const suggestion of newExports(
      verdicts.flatMap((v) => v.exports),
      this.workspace,
      this.live.current.apis,
    )) {
      const p = suggestion.package;
      seen.set(`${p.name}\0${suggestion.api}`, {
        kind: 'possible-export',
        packageLabel: p.label,
        packageName: p.name,
        api: suggestion.api,
        path: suggestion.path,
        symbol: suggestion.symbol,
      });
    }
    return [...seen.values()];
  }

  packageOf(record: UnitRecord): PackageIndex {
    const found = this.workspace.packages.find((p) => p.id === record.packageId);
    if (found === undefined) {
      throw new CheckError(
        `the unit ${record.crateName} belongs to a package that is not in the tree: ${record.packageId}`,
      );
    }
    return found.index;
  }

  private known: { revision: number; owners: FileOwners } | undefined;

  private owners(): FileOwners {
    const { revision } = this.records;
    if (this.known?.revision !== revision) {
      const sources = [...this.records.all()].flatMap((unit) => {
        const p = this.workspace.packages.find(({ id }) => id === unit.packageId);
        return p === undefined ? [] : [{ package: p.index, files: unit.sources }];
      });
      const outDirectories = [...this.records.allScripts()].flatMap((script) => {
        const p = this.workspace.packages.find(({ id }) => id === script.packageId);
        return p === undefined ? [] : [{ package: p.index, directory: script.outDir }];
      });
      this.known = {
        revision,
        owners: fileOwners(this.workspace, { sources, outDirectories }),
      };
    }
    return this.known.owners;
  }
}

/** What the judge matches names against. */
function definitionsOf({ apis }: Config): Pick<ApiDefinition, 'name' | 'include' | 'exclude'>[] {
  return [...apis.values()].map(({ name, include, exclude }) => ({ name, include, exclude }));
}

/** Does a verdict say all that a later configuration refuses? Not with other APIs, or when it takes permissions away. */
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
