import { basename } from 'node:path';
import type { checkTree } from '../../engine/check/check.ts';
import type { Diff, PackageChange } from '../../engine/diff/types.ts';
import { isAllowed } from '../../engine/inventory/allowed.ts';
import { dangerOrder, type Fact, factText, parseFact } from '../../engine/inventory/fact.ts';
import {
  type Evidence,
  evidenceKey,
  type FoundPlace,
  type PackageFacts,
  type TakenInventory,
} from '../../engine/inventory/types.ts';
import { adviceFor } from '../../engine/problems/fixes.ts';
import { codeOf, labelOf, type Problem, severityOf, titleOf } from '../../engine/problems/kinds.ts';
import { sortedBy } from '../../engine/sorted-by.ts';
import { findPackage, isSamePackage } from '../../engine/workspace/package-identity.ts';
import type { Package } from '../../engine/workspace/types.ts';
import { count } from '../output/count.ts';
import { changeText } from '../output/diff-quiet.ts';
import { diffSummary, openerText } from '../output/diff-text.ts';
import { printable, printableLines } from '../output/printable.ts';
import { summaryText } from '../output/report.ts';
import { capabilityOf, dangerOf } from './danger.ts';
import { isDrawn, layoutOf } from './graph.ts';
import { mayOf } from './may.ts';
import { PagePlaces } from './places.ts';
import type {
  PageCapability,
  PageChange,
  PageData,
  PageFact,
  PagePackage,
  PageProblem,
  PageUsage,
} from './types.ts';

/** A check that took an inventory. */
export type Checked = Omit<Awaited<ReturnType<typeof checkTree>>, 'inventory'> & {
  readonly inventory: TakenInventory;
};

/** Usages that a page has at most, and places of one problem. */
const MAX_USAGES = 20_000;
const MAX_PLACES = 200;

/** Returns what the page of a check shows, and of a comparison if there is one. */
export function pageData(checked: Checked, diff: Diff | undefined): PageData {
  return new Taking(checked).data(diff);
}

/** What a program wrote, or the instructions that it gave, if there is anything to tell beside the title. */
function printedText(problem: Problem): string | undefined {
  if (problem.kind === 'execution-failed') return printableLines(problem.output);
  if (problem.kind !== 'disallowed-build-instruction') return undefined;
  const { instructions } = problem;
  return instructions.length > 1
    ? printableLines(instructions.slice(0, MAX_PLACES).join('\n'))
    : undefined;
}

class Taking {
  private readonly places: PagePlaces;
  private readonly usages: PageUsage[] = [];
  /** Indexes of usages by what they are, as a diff has places that the check has too. */
  private readonly taken = new Map<string, number>();
  private readonly capabilities = new Map<string, { index: number } & PageCapability>();
  private readonly packages: readonly { facts: PackageFacts; p: Package | undefined }[];
  private known: Map<string, number> | undefined;
  private leftOut = 0;
  private readonly checked: Checked;

  constructor(checked: Checked) {
    this.checked = checked;
    this.places = new PagePlaces(checked.workspace.root);
    this.packages = checked.inventory.inventory.packages.map((facts) => ({
      facts,
      p: findPackage(checked.workspace, facts),
    }));
    const all = this.packages.flatMap(({ facts }) => facts.facts.map((f) => parseFact(f) as Fact));
    for (const fact of sortedBy(all, (f) => dangerOrder({ ...f, scope: '' }))) {
      const name = capabilityOf(fact);
      if (!this.capabilities.has(name))
        this.capabilities.set(name, {
          index: this.capabilities.size,
          name: printable(name),
          danger: dangerOf(fact),
        });
    }
  }

  data(diff: Diff | undefined): PageData {
    const { report, workspace, inventory } = this.checked;
    const packages = this.packages.map((_, index) => this.package(index));
    const problems = report.problems.map((problem) => this.problem(problem));
    const compared = diff && this.diff(diff);
    const limits = [
      ...(this.leftOut > 0 ? [`${count(this.leftOut, 'place')} too many for this page`] : []),
      ...(this.places.isFull ? ['the lines of further source files'] : []),
    ];
    const graph = layoutOf(packages);
    const undrawn = packages.filter(isDrawn).length - graph.nodes.length;
    if (graph.nodes.length === 0) limits.push('the graph, which has too many packages to be drawn');
    else if (undrawn > 0)
      limits.push(`${count(undrawn, 'package')} without capabilities in the graph`);
    return {
      title: printable(basename(workspace.root)),
      workspaceRoot: printable(workspace.root),
      configFile: printable(report.configFile),
      target: printable(inventory.inventory.target),
      summary: summaryText(report),
      problems,
      unknown: inventory.inventory.unknown.map(printable),
      packages,
      capabilities: [...this.capabilities.values()].map(({ name, danger }) => ({ name, danger })),
      usages: this.usages,
      frames: this.places.frames,
      files: this.places.all(),
      graph,
      diff: compared,
      limits,
    };
  }

  private package(index: number): PagePackage {
    const { facts, p } = this.packages[index] as (typeof this.packages)[number];
    const { config, workspace } = this.checked;
    const inOrder = sortedBy(
      facts.facts.map((text) => parseFact(text) as Fact),
      dangerOrder,
    );
    const [first] = inOrder;
    const at = (wanted: Package): number => this.packages.findIndex((other) => other.p === wanted);
    const needs = (p?.dependencies ?? []).flatMap((d) => workspace.packages[d] ?? []);
    const neededBy =
      p === undefined ? [] : workspace.packages.filter((q) => q.dependencies.includes(p.index));
    return {
      label: printable(p?.label ?? facts.name),
      version: printable(facts.version),
      source: printable(facts.source),
      description: printable(p?.description ?? ''),
      isMember: facts.isMember,
      isBuilt: facts.isBuilt,
      needs: needs.map(at),
      neededBy: neededBy.map(at),
      may: mayOf(config, p?.name ?? facts.name).map(printable),
      facts: inOrder.map((fact) => this.fact(index, fact)),
      danger: first === undefined ? 'none' : dangerOf(first),
    };
  }

  private fact(index: number, fact: Fact): PageFact {
    const { facts, p } = this.packages[index] as (typeof this.packages)[number];
    const { inventory, config } = this.checked;
    const text = factText(fact);
    const key = evidenceKey(facts, text);
    const allowed =
      !inventory.refusedInstructions.has(key) && isAllowed(fact, p?.name ?? facts.name, config);
    const evidence = inventory.evidence.get(key);
    return {
      text: printable(text),
      capability: this.capabilities.get(capabilityOf(fact))?.index ?? -1,
      allowed,
      ...this.evidence(evidence, index, fact, allowed),
    };
  }

  /** Adds the places of a fact. */
  private evidence(evidence: Evidence | undefined, index: number, fact: Fact, allowed: boolean) {
    return {
      count: evidence?.count ?? 0,
      usages: (evidence?.places ?? []).flatMap((found) =>
        this.usage({
          ...{ index, allowed, place: found.place, path: found.path },
          fact: factText(fact),
          capability: this.capabilities.get(capabilityOf(fact))?.index ?? -1,
          ...{ from: found.from ?? '', target: found.target ?? '', output: found.output ?? '' },
        }),
      ),
    };
  }

  private usage(
    found: { index: number } & Pick<FoundPlace, 'place'> & {
        readonly path: Parameters<PagePlaces['path']>[0];
      } & Pick<PageUsage, 'fact' | 'capability' | 'allowed' | 'from' | 'target' | 'output'>,
  ): number[] {
    const { file, line, column } = found.place;
    const key = JSON.stringify([
      found.index,
      found.fact,
      file,
      line,
      column,
      found.from,
      found.target,
    ]);
    const before = this.taken.get(key);
    if (before !== undefined) return [before];
    if (this.usages.length >= MAX_USAGES) {
      this.leftOut++;
      return [];
    }
    this.usages.push({
      package: found.index,
      fact: printable(found.fact),
      capability: found.capability,
      allowed: found.allowed,
      place: this.places.add(found.place),
      from: printable(found.from),
      target: printable(found.target),
      output: printable(found.output),
      path: this.places.path(found.path),
    });
    this.taken.set(key, this.usages.length - 1);
    return [this.usages.length - 1];
  }

  private problem(problem: Problem): PageProblem {
    const advice = adviceFor(problem);
    return {
      code: codeOf(problem),
      severity: severityOf(problem),
      label: printable(labelOf(problem)),
      title: printable(titleOf(problem)),
      usages: this.usagesOf(problem),
      advice: advice && { verb: advice.verb, text: printableLines(advice.text) },
      output: printedText(problem),
    };
  }

  /** The places of a problem: those of its fact where the page has them, else its own. */
  private usagesOf(problem: Problem): number[] {
    if (!('usages' in problem) && !('uses' in problem)) return [];
    const places = ('usages' in problem ? problem.usages : problem.uses).slice(0, MAX_PLACES);
    const byPlace = this.byPlace();
    return [
      ...new Set(
        places.flatMap((use) => {
          const { file, line, column } = use.place;
          const target = 'target' in use ? use.target : '';
          const known = byPlace.get([file, line, column, printable(target)].join('\0'));
          if (known !== undefined) return [known];
          return this.usage({
            ...{ index: -1, allowed: false, capability: -1, fact: '', place: use.place, target },
            from: 'from' in use ? use.from : '',
            output: 'output' in use ? use.output : '',
            path: 'backtrace' in use ? use.backtrace : [],
          });
        }),
      ),
    ];
  }

  private byPlace(): Map<string, number> {
    if (this.known !== undefined) return this.known;
    const known = new Map<string, number>();
    const names = this.places.names();
    for (const [index, { place, target }] of this.usages.entries()) {
      const [file, line, column] = place;
      const key = [names[file], line, column, target].join('\0');
      if (!known.has(key)) known.set(key, index);
    }
    this.known = known;
    return known;
  }

  private diff(diff: Diff): PageData['diff'] {
    const plain = (text: string | number): string => String(text);
    return {
      summary: diffSummary(diff, { red: plain, green: plain }),
      base: printable(diff.base.label),
      head: printable(diff.head.label),
      unknown: [diff.base, diff.head].flatMap((side) =>
        side.unknown.map((text) => printable(`of ${side.label}: ${text}`)),
      ),
      loosened: diff.loosened.map(({ file, text }) => printable(`${file}: ${text}`)),
      packages: diff.packages.map((change) => this.change(change)),
    };
  }

  private change(change: PackageChange): PageChange {
    const { name, after, gained, lost, review, checksumChanged } = change;
    const index = this.packages.findIndex(
      ({ facts }) => after !== undefined && isSamePackage(facts, { name, ...after }),
    );
    const size = review?.size;
    const keywords = Object.entries(review?.keywords ?? {}).flatMap(([what, places]) =>
      places.map(({ keyword, file, line, text }) => `${keyword} ${what}: ${file}:${line}  ${text}`),
    );
    return {
      name: printable(name),
      change: printable(changeText(change)),
      gained: gained.map((gain) => ({
        fact: printable(gain.fact),
        allowed: gain.allowed,
        opener: openerText(gain),
        ...this.evidence(gain.evidence, index, parseFact(gain.fact) as Fact, gain.allowed),
      })),
      lost: lost.map(printable),
      notes: [
        ...(checksumChanged ? ['the registry has another archive for this version'] : []),
        ...(size === undefined
          ? []
          : [`source: ${count(size.files, 'file')} differ, +${size.added} −${size.removed}`]),
        ...keywords.slice(0, MAX_PLACES),
      ].map(printable),
      buildScript: printableLines(review?.buildScript ?? ''),
    };
  }
}
