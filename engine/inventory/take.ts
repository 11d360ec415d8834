import { relative } from 'node:path';
import type { UnitRecord } from '../facts/unit-record.ts';
import { type AttributedUsage, usageOrder } from '../judge/attribution.ts';
import { readsOf } from '../judge/compile-reads.ts';
import { demangle } from '../parsers/parsers.ts';
import type { Problem } from '../problems/kinds.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import { readRegularFile } from '../regular-file.ts';
import { sortedBy } from '../sorted-by.ts';
import type { FileOwners } from '../workspace/owners.ts';
import { identityKey, identityOf } from '../workspace/package-identity.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { type Fact, factText, lockOrder, recordedInstruction } from './fact.ts';
import {
  type Evidence,
  evidenceKey,
  type FoundPlace,
  type Inventory,
  type KeywordPlace,
  type TakenInventory,
} from './types.ts';

/** What a finished check knows, as far as an inventory needs it. */
export interface Findings {
  readonly workspace: Workspace;
  /** The target triple. */
  readonly target: string;
  readonly units: Iterable<UnitRecord>;
  /** The usages of each output, with the paths that were asked for. */
  readonly outputs: readonly {
    readonly label: string;
    readonly usages: readonly AttributedUsage[];
    readonly paths: ReadonlyMap<AttributedUsage, readonly BacktraceFrame[]>;
  }[];
  /** `unsafe` and `extern` of all units, as problems of a configuration that allows neither. */
  readonly keywords: readonly Problem[];
  /** The instructions of all build scripts that ran. */
  readonly instructions: readonly {
    readonly packageId: string;
    readonly instruction: string;
    readonly isAllowed: boolean;
  }[];
  /** Texts about what was not checked. */
  readonly unknown: readonly string[];
  /** Owners of files by directory. */
  readonly holders: FileOwners;
  /** Of which facts is it wanted where they were found? */
  readonly wantsEvidence: (p: Package, factText: string) => boolean;
  /** Of which packages are all places of `unsafe` and `extern` wanted? By default of all. */
  readonly wantsKeywordPlaces?: ((p: Package) => boolean) | undefined;
  /**
   * The most places of a fact to keep, with an entry for each function and target that is seen at one. By default 5, each once: code
   * that was compiled for several types is at one place.
   */
  readonly keptPlaces?: number | undefined;
}

const KEPT_PLACES = 5;

/** Returns what each package of the tree does, and where it was seen. */
export function takeInventory(findings: Findings): TakenInventory {
  const taking = new Taking(findings);
  const { packages } = findings.workspace;
  const byId = new Map(packages.map((p) => [p.id, p]));
  const byLabel = new Map(packages.map((p) => [p.label, p]));
  const built = new Set<Package>();
  for (const unit of findings.units) {
    const p = byId.get(unit.packageId);
    if (p === undefined) continue;
    built.add(p);
    if (unit.isProcMacro)
      taking.add(p, { scope: '', kind: 'proc-macro', name: '' }, () => targetOf(p, 'proc-macro'));
    if (unit.kind === 'build-script')
      taking.add(p, { scope: '', kind: 'build-script', name: '' }, () =>
        targetOf(p, 'custom-build'),
      );
  }
  for (const output of findings.outputs) {
    const factOf = ({ scope, api }: AttributedUsage): Fact => {
      return { scope: scope.suffix, kind: 'api', name: api };
    };
    const wanted = output.usages.filter((usage) => {
      const p = packages[usage.package];
      return p !== undefined && taking.add(p, factOf(usage));
    });
    for (const usage of sortedBy(wanted, usageOrder)) {
      const path = output.paths.get(usage) ?? [];
      taking.add(packages[usage.package] as Package, factOf(usage), () => [
        {
          place: usage.place,
          from: demangle(usage.reference.from),
          target: usage.target,
          output: output.label,
          path: path.map((frame) => ({
            ...frame,
            package: labelOfOwner(frame, findings),
          })),
        },
      ]);
    }
  }
  for (const unit of findings.units) addReads(unit, findings.workspace, taking);
  const keywords = new Map<Package, Map<string, KeywordPlace>>();
  for (const problem of findings.keywords) {
    if (problem.kind !== 'disallowed-unsafe' && problem.kind !== 'disallowed-extern') continue;
    const p = byLabel.get(problem.packageLabel);
    if (p === undefined) continue;
    const kind = problem.kind === 'disallowed-unsafe' ? 'unsafe' : 'extern';
    taking.add(p, { scope: problem.scope.suffix, kind, name: '' }, () =>
      problem.uses.map(({ place }) => ({
        ...{ place, from: undefined, target: undefined, output: undefined, path: [] },
      })),
    );
    if (findings.wantsKeywordPlaces?.(p) === false) continue;
    const known = keywords.get(p) ?? new Map<string, KeywordPlace>();
    keywords.set(p, known);
    for (const { place } of problem.uses) {
      const file = relative(p.directory, place.file);
      known.set(`${kind}\0${file}\0${place.line}`, {
        ...{ keyword: kind, file, line: place.line },
        text: taking.lineOf(place.file, place.line),
      });
    }
  }
  const refusedInstructions = new Set<string>();
  for (const { packageId, instruction, isAllowed } of findings.instructions) {
    const p = byId.get(packageId);
    if (p === undefined) continue;
    const fact = {
      scope: 'build',
      kind: 'instruction',
      name: recordedInstruction(instruction),
    } as const;
    const said = /^cargo::?([^=]*)/.exec(fact.name)?.[1] ?? '';
    // The line that prints it, if the script has its name in one piece.
    taking.add(p, fact, () =>
      targetOf(p, 'custom-build').map((found) => {
        const line = Math.max(1, taking.lineWith(found.place.file, said));
        return { ...found, place: { ...found.place, line } };
      }),
    );
    if (!isAllowed) refusedInstructions.add(keyOf(p, factText(fact)));
  }
  const inventory: Inventory = {
    version: 1,
    target: findings.target,
    packages: sortedBy(packages, (p) => identityKey(identityOf(p))).map((p) => ({
      ...identityOf(p),
      isMember: p.isWorkspaceMember,
      isBuilt: built.has(p),
      neededBy: packages
        .filter(({ dependencies }) => dependencies.includes(p.index))
        .map(({ cargoName }) => cargoName)
        .sort(),
      facts: sortedBy(taking.factsOf(p), lockOrder).map(factText),
      keywords: sortedBy(
        keywords.get(p)?.values() ?? [],
        ({ keyword, file, line }) => `${keyword}\0${file}\0${String(line).padStart(9, '0')}`,
      ),
    })),
    unknown: [...findings.unknown],
  };
  return { inventory, evidence: taking.evidence(), refusedInstructions };
}

/** Adds what a unit reads while it is compiled. */
function addReads(unit: UnitRecord, workspace: Workspace, taking: Taking): void {
  const reads = readsOf(unit, workspace);
  if (reads === undefined) return;
  const { package: p, scope, env, files } = reads;
  const kinds = [
    ['compile-env', env],
    ['compile-file', files],
  ] as const;
  for (const [kind, uses] of kinds) {
    for (const { name, place } of uses)
      taking.add(p, { scope: scope.suffix, kind, name }, () => [
        { place, from: undefined, target: undefined, output: undefined, path: [] },
      ]);
  }
}

function keyOf(p: Package, fact: string): string {
  return evidenceKey(identityOf(p), fact);
}

/** Collects facts and evidence by package. */
class Taking {
  private readonly facts = new Map<Package, Map<string, Fact>>();
  private readonly found = new Map<string, Map<string, FoundPlace>>();
  private readonly files = new Map<string, readonly string[]>();

  private readonly wants: Findings['wantsEvidence'];
  private readonly keptPlaces: number | undefined;

  constructor({ workspace, wantsEvidence, keptPlaces }: Findings) {
    this.wants = wantsEvidence;
    this.keptPlaces = keptPlaces;
    for (const p of workspace.packages) this.facts.set(p, new Map());
  }

  /** Adds a fact, and where it was found if that is wanted; returns whether it is. */
  add(p: Package, fact: Fact, found: () => readonly FoundPlace[] = () => []): boolean {
    const text = factText(fact);
    this.facts.get(p)?.set(text, fact);
    if (!this.wants(p, text)) return false;
    const key = keyOf(p, text);
    const places = this.found.get(key) ?? new Map<string, FoundPlace>();
    this.found.set(key, places);
    for (const at of found()) {
      const once = this.keyOfPlace(at);
      // One with a path says more.
      if ((places.get(once)?.path.length ?? 0) === 0) places.set(once, at);
    }
    return true;
  }

  /** Returns where each fact was found, those with a path first. */
  evidence(): Map<string, Evidence> {
    const most = this.keptPlaces ?? KEPT_PLACES;
    return new Map(
      [...this.found].map(([key, found]) => {
        const places = [...found.values()].sort(
          (a, b) => Number(b.path.length > 0) - Number(a.path.length > 0),
        );
        return [key, { places: places.slice(0, most), count: places.length }];
      }),
    );
  }

  private keyOfPlace({ place: { file, line, column }, from, target }: FoundPlace): string {
    const place = [file, line, column];
    return (this.keptPlaces === undefined ? place : [...place, from, target]).join('\0');
  }

  factsOf(p: Package): Iterable<Fact> {
    return this.facts.get(p)?.values() ?? [];
  }

  /** Returns a line of a source file; empty where the file is gone, as one in OUT_DIR may be. */
  lineOf(file: string, line: number): string {
    return this.linesOf(file)[line - 1]?.trim() ?? '';
  }

  /** Returns the number of the first line with a text; 0 when there is none. */
  lineWith(file: string, text: string): number {
    return this.linesOf(file).findIndex((line) => line.includes(text)) + 1;
  }

  private linesOf(file: string): readonly string[] {
    let lines = this.files.get(file);
    if (lines === undefined) {
      try {
        lines = readRegularFile(file).toString().split('\n');
      } catch {
        lines = [];
      }
      this.files.set(file, lines);
    }
    return lines;
  }
}

/** The source at which a target of a package begins. */
function targetOf(p: Package, kind: string): FoundPlace[] {
  return p.targets
    .filter((target) => target.kind.includes(kind))
    .map(({ sourcePath: file }) => ({
      place: { file, line: 1, column: 1 },
      ...{ from: undefined, target: undefined, output: undefined, path: [] },
    }));
}

function labelOfOwner(
  { place }: BacktraceFrame,
  { holders, workspace }: Findings,
): string | undefined {
  if (place === undefined) return undefined;
  const [owner] = holders.ownersOf(place.file);
  return owner === undefined ? undefined : workspace.packages[owner]?.label;
}
