import { groupBy } from '../../engine/group-by.ts';
import type { BacktraceFrame, SourcePlace } from '../../engine/problems/places.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import type { CompileUse, KeywordUse, Usage } from '../../engine/problems/usages.ts';
import { printable } from './printable.ts';
import { onTargets, placeText } from './problem-text.ts';
import type { Paint, ReportOptions } from './report-options.ts';

/** Functions, or files with a keyword, that are shown of a problem; positions and targets of a line. */
const SHOWN_GROUPS = 5;
const SHOWN_POSITIONS = 3;
const SHOWN_FRAMES = { first: 3, last: 4 };
/** Characters of a name: those of generic code have no end. */
const LONGEST_NAME = 120;

/** Returns the usages of a problem, those of a function in a file as one line (rule 6.25); each by itself with `everyUsage`. */
export function usageLines(
  usages: readonly Usage[],
  report: CheckReport,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const groups = groupBy(usages, ({ from, output, targets, backtrace }) =>
    JSON.stringify([from, output, targets, options.everyUsage ? backtrace.slice(0, -1) : []]),
  );
  return someOf([...groups.values()], options, paint, 'usage', (group) => {
    return functionLines(group, report, paint, options);
  });
}

/** Returns what is read while compiling, each with the place that names it. */
export function readLines(
  uses: readonly CompileUse[],
  { workspaceRoot }: CheckReport,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const each = uses.map((use): [CompileUse] => [use]);
  return someOf(each, options, paint, 'name', ([{ name, place, targets }]) => {
    const what = `${paint.dim('reads')} ${paint.bold(nameText(name, options))}`;
    return [`    ${placeText(place, workspaceRoot)} ${what}${printable(onTargets({ targets }))}`];
  });
}

/** Returns the places of a keyword, those of a file as one line; each by itself with `everyUsage`. */
export function keywordLines(
  uses: readonly KeywordUse[],
  { workspaceRoot }: CheckReport,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const groups = groupBy(
    uses,
    (use) => `${use.place.file}\0${throughMacros(use)}\0${onTargets(use)}`,
  );
  return someOf([...groups.values()], options, paint, 'place', (group) => {
    const through = printable(`${throughMacros(group[0])}${onTargets(group[0])}`);
    const places = group.map(({ place }) => place);
    if (!options.everyUsage) return [`    ${placesText(places, workspaceRoot)}${through}`];
    return places.map((place) => `    ${placeText(place, workspaceRoot)}${through}`);
  });
}

/** Returns the instructions of a problem that has several, each as a line. */
export function instructionLines(
  instructions: readonly string[],
  paint: Paint,
  options: ReportOptions,
): string[] {
  if (instructions.length < 2) return [];
  const each = instructions.map((instruction): [string] => [instruction]);
  return someOf(each, options, paint, 'instruction', ([instruction]) => [
    `    ${nameText(instruction, options)}`,
  ]);
}

/** The lines of the first groups, and how many items the others have. */
function someOf<T>(
  groups: readonly (readonly [T, ...T[]])[],
  { everyUsage }: ReportOptions,
  paint: Paint,
  what: string,
  linesOf: (group: readonly [T, ...T[]]) => readonly string[],
): string[] {
  const shown = everyUsage ? groups : groups.slice(0, SHOWN_GROUPS);
  const more = groups.slice(shown.length).reduce((sum, group) => sum + group.length, 0);
  const rest =
    more === 0 ? [] : [paint.dim(`    … and ${more} more ${what}${more === 1 ? '' : 's'}`)];
  return [...shown.flatMap(linesOf), ...rest];
}

function functionLines(
  usages: readonly [Usage, ...Usage[]],
  report: CheckReport,
  paint: Paint,
  options: ReportOptions,
): string[] {
  const [{ from, output, targets, backtrace }] = usages;
  const name = nameText(from, options);
  const lines = [
    `    ${name} ${paint.dim(`[${printable(`${output}${onTargets({ targets })}`)}]`)}`,
  ];
  const uses = (where: string, targets: string): string =>
    `      ${where} ${paint.dim('uses')} ${paint.bold(targets)}`;
  if (options.everyUsage) {
    for (const { place, target } of usages)
      lines.push(uses(placeText(place, report.workspaceRoot), printable(target)));
  } else {
    for (const inFile of groupBy(usages, ({ place }) => place.file).values()) {
      const places = inFile.map(({ place }) => place);
      const targets = [...new Set(inFile.map(({ target }) => nameText(target, options)))];
      const more = targets.length > SHOWN_POSITIONS ? ', …' : '';
      const told = `${targets.slice(0, SHOWN_POSITIONS).join(', ')}${more}`;
      lines.push(uses(placesText(places, report.workspaceRoot), told));
    }
  }
  // The last frame is the referring function itself.
  const frames = backtrace.slice(0, -1);
  if (!options.backtraces || frames.length === 0) return lines;
  const hidden = frames.length - SHOWN_FRAMES.first - SHOWN_FRAMES.last;
  frames.forEach((frame, i) => {
    if (hidden > 1 && i === SHOWN_FRAMES.first)
      lines.push(paint.dim(`        … ${hidden} more frames`));
    if (hidden > 1 && i >= SHOWN_FRAMES.first && i < frames.length - SHOWN_FRAMES.last) return;
    const start = i === 0 ? 'from' : '  →';
    lines.push(paint.dim(`      ${start} ${frameText(frame, report, options)}`));
  });
  return lines;
}

/** Places of one file: the first positions, and how many places there are when that is not all. */
function placesText(places: readonly SourcePlace[], workspaceRoot: string): string {
  const texts = [...new Set(places.map((place) => placeText(place, workspaceRoot)))];
  const [first = '', ...others] = texts;
  // What follows the file; a place without a line has nothing there.
  const file = places[0] === undefined ? '' : fileText(places[0], workspaceRoot);
  const positions = others.slice(0, SHOWN_POSITIONS - 1).map((text) => {
    return text === file ? text : text.slice(file.length + 1);
  });
  const shown = [first, ...positions].join(', ');
  return texts.length > SHOWN_POSITIONS ? `${shown} … (${texts.length} places)` : shown;
}

const fileText = (place: SourcePlace, workspaceRoot: string): string =>
  placeText({ ...place, line: 0, column: 0 }, workspaceRoot);

function nameText(name: string, { everyUsage }: ReportOptions): string {
  const text = printable(name);
  return everyUsage || text.length <= LONGEST_NAME
    ? text
    : `${text.slice(0, LONGEST_NAME - 1).toWellFormed()}…`;
}

/** Names the macros that lend a use to their caller. */
function throughMacros({ macros = [] }: KeywordUse): string {
  if (macros.length === 0) return '';
  return `  by ${macros.map((macro) => `${macro.package}::${macro.name}!`).join(', ')}`;
}

function frameText(frame: BacktraceFrame, report: CheckReport, options: ReportOptions): string {
  const place =
    frame.place === undefined ? '' : ` (${placeText(frame.place, report.workspaceRoot)})`;
  return `${nameText(frame.name, options)}${frame.inlined ? ' [inlined]' : ''}${place}`;
}
