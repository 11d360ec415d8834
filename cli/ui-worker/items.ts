import type { OpenProblem } from '../../engine/editing/interactive.ts';
import type { ProblemFix } from '../../engine/problems/fixes.ts';
import {
  descriptorOf,
  labelOf,
  type Problem,
  severityOf,
  titleOf,
} from '../../engine/problems/kinds.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { KeywordUse } from '../../engine/problems/usages.ts';
import { onTargets, placeText } from '../output/problem-text.ts';
import type { Item, ShownPlace, UsageRow } from './api.ts';

/** Makes a text printable on the terminal. */
export type Safe = (text: string) => string;

/** Returns a problem as the list shows it. */
export function itemOf(
  { id, problem }: OpenProblem,
  fixes: readonly ProblemFix[],
  safe: Safe,
): Item {
  const { group, notes, question } = descriptorOf(problem);
  const open = fixes.filter((fix) => fix.refused === undefined);
  return {
    id,
    severity: severityOf(problem),
    kind: problem.kind,
    group,
    label: safe(labelOf(problem)),
    api: 'api' in problem ? safe(problem.api) : undefined,
    title: safe(question ?? titleOf(problem)),
    places: placesOf(problem).length,
    fixes: fixes.length,
    bestFix: fixes[0] && safe(fixes[0].title),
    isPlain: fixes.length === 1 && open.length === 1,
    more: notes(problem).map(safe),
  };
}

function placesOf(problem: Problem): readonly { readonly place: SourcePlace }[] {
  if ('usages' in problem) return problem.usages;
  return 'uses' in problem ? problem.uses : [];
}

/** Returns a place with its text for the user. */
export function shownPlaceOf(
  place: SourcePlace,
  counts: ShownPlace['counts'],
  root: string,
  safe: Safe,
): ShownPlace {
  return { ...place, counts, text: safe(placeText(place, root)) };
}

/** Returns the rows of the usages pane. */
export function usageRows(problem: Problem, root: string, safe: Safe): UsageRow[] {
  if ('usages' in problem) {
    return problem.usages.map((usage) => ({
      place: shownPlaceOf(usage.place, 'bytes', root, safe),
      from: safe(usage.from),
      target: safe(usage.target),
      output: safe(`${usage.output}${onTargets(usage)}`),
      hasBacktrace: usage.backtrace.length > 0,
      diagnostics: [
        `file            ${usage.place.file}`,
        `line:column     ${usage.place.line}:${usage.place.column}`,
        `output          ${usage.output}${onTargets(usage)}`,
        `referrer        ${usage.from}`,
        ...usage.fromNames.map((name) => `  its name      ${name}`),
        `target          ${usage.target}`,
        ...usage.targetNames.map((name) => `  matched       ${name}`),
        ...('scope' in problem
          ? [
              `scope           ${problem.scope.package}${problem.scope.suffix && `.${problem.scope.suffix}`}`,
            ]
          : []),
        `API             ${problem.api}`,
        ...('providedBy' in problem ? [`provided by     ${problem.providedBy}`] : []),
      ].map(safe),
    }));
  }
  if (!('uses' in problem)) return [];
  return problem.uses.map((use) => ({
    place: shownPlaceOf(use.place, 'characters', root, safe),
    from: undefined,
    target: undefined,
    output: undefined,
    hasBacktrace: false,
    diagnostics: [
      `file            ${use.place.file}`,
      `line:column     ${use.place.line}:${use.place.column}`,
      'foundBy' in use ? `found by        ${foundBy(use)}` : `reads           ${use.name}`,
    ].map(safe),
  }));
}

function foundBy({ foundBy: by, macros = [] }: KeywordUse): string {
  if (by === 'lint') return "the compiler's lint";
  if (by === 'token') return 'the token in the source';
  return `a call of ${macros.map((macro) => `${macro.package}::${macro.name}!`).join(', ')}`;
}
