import type { Config } from '../config/types.ts';
import { CallHas, type KeywordHit, Lends, type UnitRecord } from '../facts/unit-record.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import { isVetted } from './vetted-macros.ts';

/** A macro, with what it lends to its callers by itself and through the macros that it calls. */
interface Macro {
  readonly package: PackageIndex;
  readonly name: string;
  readonly exported: boolean;
  readonly calls: Map<string, number>;
  lends: number;
}

const lending = Lends.callerInUnsafe | Lends.linkage | Lends.foreign;

/**
 * The macros of units, and what they lend to other packages (rule 4.19). Macros are identified by name alone:
 * whatever the path of a call, and whatever else has that name, it may refer to a macro of a dependency.
 */
export class LentByMacros {
  private readonly macros = new Map<string, Macro[]>();
  /** Renamed macros (`NAME as OTHER`) by the other name. */
  private readonly renamed = new Map<string, { package: PackageIndex; name: string }[]>();
  private readonly workspace: Workspace;
  private readonly indexOf = new Map<string, PackageIndex>();
  /** Macros whose names came from another macro, by name. */
  private readonly given = new Map<string, Macro[]>();
  /** Macros that lend something to other packages, by package. */
  private readonly exportedBy = new Map<PackageIndex, Macro[]>();
  /** Packages that pass names that we cannot read to macros, with what the macros of those names may lend. */
  private readonly unnamed = new Map<PackageIndex, number>();

  constructor(units: Iterable<UnitRecord>, workspace: Workspace, config: Config) {
    this.workspace = workspace;
    for (const { id, index } of workspace.packages) this.indexOf.set(id, index);
    const all = [...units];
    for (const unit of all) this.define(unit);
    this.settle(config);
    for (const macro of [...this.macros.values()].flat()) {
      if (!macro.exported || (macro.lends & lending) === 0) continue;
      const known = this.exportedBy.get(macro.package);
      if (known === undefined) this.exportedBy.set(macro.package, [macro]);
      else known.push(macro);
    }
    for (const unit of all) this.nameGiven(unit);
  }

  private define(unit: UnitRecord): void {
    const index = this.indexOf.get(unit.packageId);
    if (index === undefined) return;
    for (const [name, exported, lends, calls] of unit.macros.defined)
      this.add(index, name, exported === 1, lends, calls);
    for (const [other, name] of unit.macros.renamed) this.rename(index, other, name);
  }

  private rename(index: PackageIndex, other: string, name: string): void {
    const known = this.renamed.get(other);
    if (known === undefined) this.renamed.set(other, [{ package: index, name }]);
    else if (!known.some((k) => k.package === index && k.name === name))
      known.push({ package: index, name });
  }

  /** Adds a definition of a macro, which may have several: for other features, or in several units of a package. */
  private add(
    index: PackageIndex,
    name: string,
    exported: boolean,
    lends: number,
    calls: Iterable<readonly [string, number]>,
  ): void {
    const same = this.macros.get(name) ?? [];
    let macro = same.find((m) => m.package === index && m.exported === exported);
    if (macro === undefined) {
      macro = { package: index, name, exported, calls: new Map(), lends: 0 };
      same.push(macro);
      this.macros.set(name, same);
    }
    macro.lends |= lends;
    for (const [called, has] of calls)
      macro.calls.set(called, (macro.calls.get(called) ?? 0) | has);
  }

  /** Adds to each macro what it lends through the macros that it calls, until nothing changes. */
  private settle(config: Config): void {
    const all = [...this.macros.values()].flat();
    const safe = new Set(all.filter((macro) => this.isSafe(macro, config)));
    for (let changed = true; changed; ) {
      changed = false;
      for (const macro of safe) macro.lends = 0;
      for (const macro of all) {
        if (safe.has(macro)) continue;
        for (const [name, has] of macro.calls) {
          for (const called of this.named(name, macro.package)) {
            const more = macro.lends | passedOn(called.lends, has);
            changed ||= more !== macro.lends;
            macro.lends = more;
          }
        }
      }
    }
  }

  private isSafe({ package: index, name }: Macro, config: Config): boolean {
    const p = this.workspace.packages[index];
    return p !== undefined && (config.safeMacros(p.name).has(name) || isVetted(p, name));
  }

  /** Returns the macros that a name may refer to in a package, also under other names. */
  private named(name: string, from: PackageIndex): Macro[] {
    if (!this.macros.has(name) && !this.renamed.has(name)) return [];
    const isMeant = (m: Macro): boolean =>
      m.package === from || (m.exported && this.workspace.dependsOn(from, m.package));
    return [...this.namesOf(name, from)]
      .flatMap((known) => this.macros.get(known) ?? [])
      .filter(isMeant);
  }

  private namesOf(name: string, from: PackageIndex): Set<string> {
    const names = new Set([name]);
    for (const known of names) {
      for (const other of this.renamed.get(known) ?? [])
        if (this.workspace.dependsOn(from, other.package)) names.add(other.name);
    }
    return names;
  }

  /** Records the macros whose names a caller chose: `define!(raw)`, `rename!(helper::raw, innocent)`. */
  private nameGiven(unit: UnitRecord): void {
    const index = this.indexOf.get(unit.packageId);
    if (index === undefined) return;
    for (const [name, given] of unit.macros.names) {
      for (const maker of this.named(name, index)) {
        const lends = this.givenBy(maker, given === 0 ? [] : given, index);
        if (lends === 0) continue;
        if (given === 0) this.unnamed.set(index, (this.unnamed.get(index) ?? 0) | lends);
        else for (const other of given) this.addGiven(index, other, lends);
      }
    }
  }

  /** Returns what a macro may lend whose name was passed to the macro `maker`. */
  private givenBy(maker: Macro, names: readonly string[], index: PackageIndex): number {
    let lends = (maker.lends & Lends.defines) !== 0 ? maker.lends : 0;
    if ((maker.lends & Lends.renames) !== 0) {
      const meant = names.flatMap((name) => this.named(name, index));
      for (const macro of [...(this.exportedBy.get(maker.package) ?? []), ...meant])
        lends |= macro.lends;
    }
    return lends & lending;
  }

  private addGiven(index: PackageIndex, name: string, lends: number): void {
    const same = this.given.get(name) ?? [];
    const known = same.find((macro) => macro.package === index);
    if (known === undefined)
      same.push({ package: index, name, exported: true, calls: new Map(), lends });
    else known.lends |= lends;
    this.given.set(name, same);
  }

  /** Like {@link named}, for macros whose names came from another macro. */
  private namedByGift(name: string, from: PackageIndex): Macro[] {
    return [...this.namesOf(name, from)]
      .flatMap((known) => this.given.get(known) ?? [])
      .filter((m) => m.package === from || this.workspace.dependsOn(from, m.package));
  }

  /** Returns the calls in a unit's sources of macros that lend it something; each place once for each keyword. */
  hits(unit: UnitRecord): KeywordHit[] {
    const index = this.indexOf.get(unit.packageId);
    if (index === undefined) return [];
    const { macros } = unit;
    const names = new Map(macros.names);
    const hits: KeywordHit[] = [];
    for (const [name, places] of macros.calls) {
      const called = this.named(name, index);
      const lenders = [...called, ...this.namedByGift(name, index)].filter(
        (macro) => macro.package !== index && macro.lends !== 0,
      );
      lenders.push(...this.appliedBy(called, names.get(name), index));
      if (called.length + lenders.length === 0 && !isStandard(name))
        lenders.push(...this.unnamedMacro(name, index));
      if (lenders.length === 0) continue;
      for (let at = 0; at < places.length; at += 4) {
        const [file, line = 0, column = 0, has = 0] = places.slice(at, at + 4);
        const place = {
          file: macros.files[file ?? 0] ?? '',
          line,
          column,
          foundBy: 'macro',
        } as const;
        for (const keyword of ['unsafe', 'extern'] as const) {
          const by = lenders.filter(({ lends }) => lendsKeyword(lends, has, keyword));
          if (by.length > 0) hits.push({ ...place, keyword, macros: this.labels(by) });
        }
      }
    }
    return hits;
  }

  /** Returns the macros that a called macro may call because their names are passed to it. */
  private appliedBy(
    called: readonly Macro[],
    given: readonly string[] | 0 | undefined,
    index: PackageIndex,
  ): Macro[] {
    if (given === undefined) return [];
    const takesNames = Lends.applies | Lends.defines | Lends.renames;
    if (!called.some(({ lends }) => (lends & takesNames) !== 0)) return [];
    const meant =
      given === 0
        ? [...this.exportedBy.values()].flat()
        : given.flatMap((name) => this.named(name, index));
    return meant.filter(
      (m) =>
        m.package !== index &&
        (m.lends & lending) !== 0 &&
        this.workspace.dependsOn(index, m.package),
    );
  }

  private unnamedMacro(name: string, index: PackageIndex): Macro[] {
    return [...this.unnamed]
      .filter(([by]) => by !== index && this.workspace.dependsOn(index, by))
      .map(([by, lends]) => ({ package: by, name, exported: true, calls: new Map(), lends }));
  }

  private labels(by: readonly Macro[]): { package: string; name: string }[] {
    const labels = new Map(
      by.map(({ package: p, name }) => {
        const label = { package: this.workspace.packages[p]?.name ?? '?', name };
        return [`${label.package} ${name}`, label];
      }),
    );
    return [...labels.values()];
  }
}

/** Returns what a macro lends because it calls one that lends something. */
function passedOn(lends: number, has: number): number {
  const always = lends & (Lends.linkage | Lends.foreign);
  const byArguments =
    (has & CallHas.callersTokens) === 0 ? 0 : lends & ~(Lends.linkage | Lends.foreign);
  return always | byArguments | (lendsKeyword(lends, has, 'extern') ? Lends.foreign : 0);
}

function lendsKeyword(lends: number, has: number, keyword: 'unsafe' | 'extern'): boolean {
  if (keyword === 'unsafe')
    return (
      (lends & Lends.linkage) !== 0 ||
      ((lends & Lends.callerInUnsafe) !== 0 && (has & CallHas.arguments) !== 0)
    );
  return (
    (lends & Lends.foreign) !== 0 ||
    ((lends & Lends.joins) !== 0 && (has & CallHas.bareExtern) !== 0)
  );
}

const standard = new Set(
  'addr_of addr_of_mut asm assert assert_eq assert_ne cfg column compile_error concat dbg debug_assert debug_assert_eq debug_assert_ne env eprint eprintln file format format_args global_asm include include_bytes include_str is_x86_feature_detected line matches module_path naked_asm offset_of option_env panic pin print println ready stringify thread_local todo try unimplemented unreachable vec write writeln'.split(
    ' ',
  ),
);

function isStandard(name: string): boolean {
  return standard.has(name);
}
