import type { Config, PermissionScope } from '../config/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { groupBy } from '../group-by.ts';
import { realPath } from '../paths.ts';
import type { UnnamedAct } from '../problems/kinds/unnamed-act.ts';
import { mergeProblems } from '../problems/merge.ts';
import type { OutputVerdict } from '../verdicts/output-verdict.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { alsoExplainedBy } from './places.ts';
import type { SeenProgram } from './seen.ts';
import type { Act, May, NeverDone, ObservedProgram } from './types.ts';

/** Built-in APIs whose use strace shows. */
const VISIBLE = ['fs', 'net', 'unix_sockets', 'process'] as const;
/** Places of a use that a report has. */
const MOST_PLACES = 5;

/** What the traces of a check show. */
export interface Compared {
  readonly programs: readonly ObservedProgram[];
  readonly problems: readonly UnnamedAct[];
  readonly neverDone: readonly NeverDone[];
  readonly unwatched: readonly string[];
}

/** What a check knows of the programs that ran in it. */
export interface Observable {
  readonly workspace: Workspace;
  readonly config: Config;
  readonly units: readonly UnitRecord[];
  readonly verdicts: readonly OutputVerdict[];
}

/** Sets what programs did beside what their code names and cackle.toml allows (rule 14.3). */
export function compare(checked: Observable, programs: readonly SeenProgram[]): Compared {
  const comparison = new Comparison(checked);
  for (const one of programs) comparison.add(one);
  return comparison.result();
}

class Comparison {
  private readonly checked: Observable;
  private readonly units: ReadonlyMap<string, UnitRecord>;
  private readonly programs: ObservedProgram[] = [];
  private readonly problems: UnnamedAct[] = [];
  private readonly unwatched = new Set<string>();
  /** By scope and API: was it done? Of what is allowed and used by code. */
  private readonly done = new Map<string, { readonly never: NeverDone; did: boolean }>();

  constructor(checked: Observable) {
    this.checked = checked;
    this.units = new Map(
      checked.units.flatMap((unit) =>
        [...unit.outputs.map(({ path }) => path), ...unit.links.map(({ output }) => output)].map(
          (path) => [path, unit] as const,
        ),
      ),
    );
  }

  add(start: SeenProgram): void {
    const p = this.checked.workspace.byId.get(start.packageId);
    if (p === undefined) throw new Error(`no package ${start.packageId}`);
    const { loaded, isWhole } = this.loadedBy(start.kind === 'rustc' ? start.externs : []);
    const macros = loaded.filter(({ isProcMacro }) => isProcMacro);
    // Without proc macros, rustc runs no code of others. What no unit left may be one.
    if (start.kind === 'rustc' && macros.length === 0 && isWhole) return;
    const verdicts = this.verdictsOf(start, macros);
    const unit = start.kind === 'rustc' ? this.compiled(start.unit) : undefined;
    // rustc reads sources of libraries too, where a place in their macros is to be told.
    const sources = new Set(
      [...loaded, ...(unit === undefined ? [] : [unit])].flatMap((u) => u.sources),
    );
    const did = start.outside.filter(({ what, of }) => what !== 'read' || !sources.has(of));
    const may = verdicts.flatMap((verdict) => this.mayOf(verdict));
    const program: ObservedProgram = {
      ...{ kind: start.kind, packageLabel: p.label, packageName: p.name },
      targetName: start.kind === 'build script' ? 'build.rs' : steadyName(start.targetName),
      sandbox: start.sandbox,
      loads: macros.map((macro) => this.labelOf(macro)).sort(),
      ...{ may, did, systemFiles: start.systemFiles },
      variables: unit?.variables.map(({ name }) => name).sort() ?? start.variables,
    };
    this.programs.push(program);
    this.noteProblems(program, p, verdicts);
    for (const { scope, api, allowed } of may) {
      if (!allowed || !isVisible(api)) continue;
      const key = [scope.package, scope.suffix, api].join('\0');
      const known = this.done.get(key) ?? { never: { scope, api }, did: false };
      this.done.set(key, { ...known, did: known.did || start.apis.includes(api) });
    }
  }

  result(): Compared {
    const merged = mergeProblems(this.problems);
    return {
      programs: this.programs.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
      problems: merged.filter((problem) => problem.kind === 'unnamed-act'),
      neverDone: [...this.done]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, { never, did }]) => (did ? [] : [never])),
      unwatched: [...this.unwatched].sort(),
    };
  }

  /** What a rustc with these libraries may load: their dependencies too, and proc macros that they hand on. */
  private loadedBy(externs: readonly string[]): {
    readonly loaded: readonly UnitRecord[];
    /** False when a library is of no unit of the check. */
    readonly isWhole: boolean;
  } {
    const found = new Set<UnitRecord>();
    let isWhole = true;
    const pending = [...externs];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const unit = this.units.get(path) ?? this.units.get(path.replace(/\.rmeta$/, '.rlib'));
      isWhole &&= unit !== undefined;
      if (unit === undefined || found.has(unit)) continue;
      found.add(unit);
      if (!unit.isProcMacro) pending.push(...unit.externs);
    }
    return { loaded: [...found], isWhole };
  }

  private verdictsOf(start: SeenProgram, macros: readonly UnitRecord[]): OutputVerdict[] {
    const { verdicts } = this.checked;
    if (start.kind === 'rustc') return verdicts.filter(({ record }) => macros.includes(record));
    const file = realPath(start.unit);
    const found = verdicts.filter(({ record }) =>
      [...record.links.map(({ output }) => output), ...record.outputs.map(({ path }) => path)].some(
        (path) => path === start.unit || realPath(path) === file,
      ),
    );
    if (found.length === 0) throw new Error(`no verdict on ${start.unit}`);
    return found;
  }

  private compiled(stem: string): UnitRecord | undefined {
    return this.checked.units.find(({ outputs }) =>
      outputs.some(({ path }) => path.replace(/\/lib([^/]*)$/, '/$1').startsWith(stem)),
    );
  }

  private labelOf({ packageId }: UnitRecord): string {
    return this.checked.workspace.byId.get(packageId)?.label ?? packageId;
  }

  private mayOf({ usages }: OutputVerdict): May[] {
    const { config, workspace } = this.checked;
    const groups = groupBy(
      usages.filter(({ api }) => config.apis.has(api)),
      ({ scope, api }) => [scope.package, scope.suffix, api].join('\0'),
    );
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, group]) => {
        const [{ scope, api, package: index }] = group;
        const all = group.map(({ place, target }) => ({ ...place, target }));
        // Several uses on a line are one place: file and line are told.
        const places = [...groupBy(all, ({ file, line }) => `${file}\0${line}`).values()].map(
          ([first]) => first,
        );
        return {
          packageLabel: workspace.packages[index]?.label ?? scope.package,
          ...{ scope, api, allowed: config.permissions(scope).allowApis.has(api) },
          places: places.slice(0, MOST_PLACES),
          morePlaces: Math.max(0, places.length - MOST_PLACES),
        };
      });
  }

  /** Notes what the program did itself, or on the network by others, and no code of it names (rule 5.33). */
  private noteProblems(
    program: ObservedProgram,
    p: Package,
    verdicts: readonly OutputVerdict[],
  ): void {
    const { config } = this.checked;
    const named = new Set(
      verdicts.flatMap(({ usages, systemCalls }) => [
        ...usages.map(({ api }) => api),
        ...systemCalls.map(({ api }) => api),
      ]),
    );
    const unnamed = program.did.filter((act) => {
      // What it wrote and started is its own code.
      if (act.by !== undefined && act.made !== true && act.api !== 'net') return false;
      if (act.api === undefined) return true;
      if ([act.api, ...alsoExplainedBy(act)].some((api) => named.has(api))) return false;
      if (!config.apis.has(act.api)) this.unwatched.add(act.api);
      return config.apis.has(act.api);
    });
    for (const [api, acts] of groupBy(unnamed, (act) => act.api ?? ''))
      this.problems.push({
        kind: 'unnamed-act',
        ...{ packageLabel: p.label, packageName: p.name, program: program.kind },
        ...{ apiName: api === '' ? undefined : api, macros: program.loads },
        acts: acts.map(textOfAct),
      });
  }
}

const isVisible = (api: string): boolean => VISIBLE.some((visible) => visible === api);

/** What was done, and what was tried. */
const verbs: Readonly<Record<Act['what'], readonly [did: string, tried: string]>> = {
  read: ['read', 'read'],
  write: ['wrote', 'write'],
  start: ['started', 'start'],
  connect: ['connected to', 'connect to'],
  bind: ['listened at', 'listen at'],
  send: ['sent to', 'send to'],
  ask: ['asked DNS for', 'ask DNS for'],
  socket: ['made a socket', 'make a socket'],
  call: ['called', 'call'],
};

const endings: Readonly<Record<Act['result'], string>> = {
  done: '',
  denied: ': denied',
  hidden: ': its sandbox hides it',
  missing: ': nothing is there',
  failed: ': it failed',
};

/** Returns an act in words: `wrote /x`, `tried to read /y: its sandbox hides it`. */
export function textOfAct({ what, of, by, result }: Act): string {
  const [did, tried] = verbs[what];
  const verb = result === 'done' ? did : `tried to ${tried}`;
  return `${verb} ${of}${by === undefined ? '' : ` (by ${by})`}${endings[result]}`;
}

/** Cargo's names of test programs end in a hash. */
const steadyName = (name: string): string => name.replace(/-[0-9a-f]{16}$/, '');

function orderOf({ packageLabel, kind, targetName }: ObservedProgram): string {
  return [packageLabel, kind, targetName].join('\0');
}

/** Returns the hint about a permission for something that no traced program did. */
export function neverDoneText(scope: PermissionScope, api: string): string {
  return `${scopeName(scope)} may use \`${api}\`, and no traced program of it did`;
}

/** Returns a scope as cackle.toml names its table: `pkg.P.build`. */
export function scopeName({ package: name, suffix }: PermissionScope): string {
  return ['pkg', name, ...(suffix === '' ? [] : [suffix])].join('.');
}
