import { relative } from 'node:path';
import type { UnitRecord } from '../facts/unit-record.ts';
import { type AttributedUsage, usageOrder } from '../judge/attribution.ts';
import { demangle } from '../parsers/parsers.ts';
import type { Problem } from '../problems/kinds.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import { readRegularFile } from '../regular-file.ts';
import { sortedBy } from '../sorted-by.ts';
import type { FileOwners } from '../workspace/owners.ts';
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
  /** Places that the evidence of one fact keeps; 5 by default. */
  readonly keptPlaces?: number | undefined;
}

const KEPT_PLACES = 5;

/** Returns what each package of the tree does, and where it was seen. */
export function takeInventory(findings: Findings): TakenInventory {
  const taking = new Taking(findings.workspace, findings.keptPlaces ?? KEPT_PLACES);
  const { packages } = findings.workspace;
  const byId = new Map(packages.map((p) => [p.id, p]));
  const byLabel = new Map(packages.map((p) => [p.label, p]));
  const built = new Set<Package>();
  for (const unit of findings.units) {
    const p = byId.get(unit.packageId);
    if (p === undefined) continue;
    built.add(p);
    if (unit.isProcMacro)
      taking.add(p, { scope: '', kind: 'proc-macro', name: '' }, targetOf(p, 'proc-macro'));
    if (unit.kind === 'build-script')
      taking.add(p, { scope: '', kind: 'build-script', name: '' }, targetOf(p, 'custom-build'));
  }
  for (const output of findings.outputs) {
    for (const usage of sortedBy(output.usages, usageOrder)) {
      const p = packages[usage.package];
      if (p === undefined) continue;
      const path = output.paths.get(usage) ?? [];
      taking.add(p, { scope: usage.scope.suffix, kind: 'api', name: usage.api }, [
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
  const keywords = new Map<Package, Map<string, KeywordPlace>>();
  for (const problem of findings.keywords) {
    if (problem.kind !== 'disallowed-unsafe' && problem.kind !== 'disallowed-extern') continue;
    const p = byLabel.get(problem.packageLabel);
    if (p === undefined) continue;
    const kind = problem.kind === 'disallowed-unsafe' ? 'unsafe' : 'extern';
    const places = problem.uses.map(
      ({ place }): FoundPlace => ({
        ...{ place, from: undefined, target: undefined, output: undefined, path: [] },
      }),
    );
    taking.add(p, { scope: problem.scope.suffix, kind, name: '' }, places);
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
    const script = targetOf(p, 'custom-build').map((found) => {
      const line = Math.max(1, taking.lineWith(found.place.file, said));
      return { ...found, place: { ...found.place, line } };
    });
    taking.add(p, fact, script);
    if (!isAllowed) refusedInstructions.add(keyOf(p, factText(fact)));
  }
  const inventory: Inventory = {
    version: 1,
    target: findings.target,
    packages: sortedBy(packages, (p) => [p.cargoName, p.version, p.source].join('\0')).map((p) => ({
      name: p.cargoName,
      version: p.version,
      source: p.source,
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
  return { inventory, evidence: taking.evidence, refusedInstructions };
}

function keyOf({ cargoName: name, version, source }: Package, fact: string): string {
  return evidenceKey({ name, version, source }, fact);
}

/** Collects facts and evidence by package. */
class Taking {
  readonly evidence = new Map<string, Evidence>();
  private readonly facts = new Map<Package, Map<string, Fact>>();
  private readonly files = new Map<string, readonly string[]>();

  private readonly keptPlaces: number;

  constructor(workspace: Workspace, keptPlaces: number) {
    this.keptPlaces = keptPlaces;
    for (const p of workspace.packages) this.facts.set(p, new Map());
  }

  add(p: Package, fact: Fact, found: readonly FoundPlace[] = []): void {
    const text = factText(fact);
    this.facts.get(p)?.set(text, fact);
    const key = keyOf(p, text);
    const known = this.evidence.get(key) ?? { places: [], count: 0 };
    // Several units are made of the target whose place this is.
    if (['proc-macro', 'build-script', 'instruction'].includes(fact.kind) && known.count > 0)
      return;
    // Those with a path say more.
    const places = [...known.places, ...found].sort(
      (a, b) => Number(b.path.length > 0) - Number(a.path.length > 0),
    );
    this.evidence.set(key, {
      places: places.slice(0, this.keptPlaces),
      count: known.count + found.length,
    });
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
