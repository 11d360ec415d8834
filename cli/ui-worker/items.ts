import {
  type Fix,
  type OpenProblem,
  severityOf,
  shellWords,
} from '../../engine/editing/interactive.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { KeywordUse } from '../../engine/problems/usages.ts';
import { deniedText, labelOf, placeText, titleOf } from '../output/problem-text.ts';
import type { Item, ShownPlace, UsageRow } from './api.ts';

/** How texts are made fit for the terminal at hand. */
export type Safe = (text: string) => string;

/** Words in front of what a sentence of a report says in the middle. */
const soon: Partial<Record<Problem['kind'], string>> = {
  'configuration-missing': 'There is no cackle.toml yet: choose how to begin',
  'sandbox-not-chosen': 'Choose whether build scripts, tests and rustc run in a sandbox',
};

/** A problem as the list shows it. */
export function itemOf({ id, problem }: OpenProblem, fixes: readonly Fix[], safe: Safe): Item {
  const open = fixes.filter((fix) => fix.refused === undefined);
  return {
    id,
    severity: severityOf(problem),
    kind: problem.kind,
    label: safe(labelOf(problem)),
    api: 'api' in problem ? safe(problem.api) : undefined,
    title: safe(soon[problem.kind] ?? titleOf(problem)),
    places: placesOf(problem).length,
    fixes: fixes.length,
    bestFix: fixes[0] && safe(fixes[0].title),
    isPlain: fixes.length === 1 && open.length === 1,
    more: moreOf(problem).map(safe),
  };
}

function moreOf(problem: Problem): string[] {
  switch (problem.kind) {
    case 'execution-failed':
      return [
        ...problem.output.trimEnd().split('\n').slice(-200),
        ...deniedText(problem),
        ...(problem.sandboxCommand === undefined
          ? []
          : ['', 'Its sandbox was:', `  ${shellWords(problem.sandboxCommand)}`]),
      ];
    case 'possible-export':
      return [`It has the symbol ${problem.symbol}.`];
    case 'export-not-imported':
      return [`The definitions are in ${problem.file}.`];
    default:
      return [];
  }
}

function placesOf(problem: Problem): readonly { readonly place: SourcePlace }[] {
  if ('usages' in problem) return problem.usages;
  return 'uses' in problem ? problem.uses : [];
}

/** A place as it is shown and found. */
export function placeOf(
  place: SourcePlace,
  counts: ShownPlace['counts'],
  root: string,
  safe: Safe,
): ShownPlace {
  return { ...place, counts, text: safe(placeText(place, root)) };
}

/** The rows of the usages pane. */
export function usageRows(problem: Problem, root: string, safe: Safe): UsageRow[] {
  if ('usages' in problem) {
    return problem.usages.map((usage) => ({
      place: placeOf(usage.place, 'bytes', root, safe),
      from: safe(usage.from),
      target: safe(usage.target),
      output: safe(usage.output),
      hasBacktrace: usage.backtrace.length > 0,
      diagnostics: [
        `file            ${usage.place.file}`,
        `line:column     ${usage.place.line}:${usage.place.column}`,
        `output          ${usage.output}`,
        `referrer        ${usage.from}`,
        ...usage.fromNames.map((name) => `  its name      ${name}`),
        `target          ${usage.target}`,
        ...usage.targetNames.map((name) => `  matched       ${name}`),
        `scope           ${problem.scope.package}${problem.scope.suffix && `.${problem.scope.suffix}`}`,
        `API             ${problem.api}`,
        ...(problem.kind === 'off-tree-api' ? [`provided by     ${problem.providedBy}`] : []),
      ].map(safe),
    }));
  }
  if (!('uses' in problem)) return [];
  return problem.uses.map((use) => ({
    place: placeOf(use.place, 'characters', root, safe),
    from: undefined,
    target: undefined,
    output: undefined,
    hasBacktrace: false,
    diagnostics: [
      `file            ${use.place.file}`,
      `line:column     ${use.place.line}:${use.place.column}`,
      `found by        ${foundBy(use)}`,
    ].map(safe),
  }));
}

function foundBy({ foundBy: by, macros = [] }: KeywordUse): string {
  if (by === 'lint') return "the compiler's lint";
  if (by === 'token') return 'the token in the source';
  return `a call of ${macros.map((macro) => `${macro.package}::${macro.name}!`).join(', ')}`;
}
