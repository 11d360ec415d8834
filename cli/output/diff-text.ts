import type { Diff, Gain, PackageChange } from '../../engine/diff/types.ts';
import type { FoundPlace, KeywordPlace } from '../../engine/inventory/types.ts';
import { count } from './count.ts';
import {
  changeText,
  concernsOthers,
  isWholeKnown,
  otherTargetLines,
  quietLines,
} from './diff-quiet.ts';
import { printable, printableLines } from './printable.ts';
import { placeText } from './problem-text.ts';
import type { Paint } from './report-options.ts';

const SHOWN_PLACES = 2;
const SHOWN_STEPS = 8;
const SHOWN_LINES = 60;
const SHOWN_KEYWORDS = 5;
/** Lines of the list before a long diff. */
const SHOWN_HEAVY = 8;
const SHOWN_MORE = 4;

/** Lines that a reader sees without scrolling. */
const FIRST_SCREEN = 24;

/**
 * Returns a diff as text for stdout: what was gained first, then what else changed in one line each (rule 11.4). When that is
 * longer than a screen, a list of what was gained stands before it.
 */
export function renderDiff(diff: Diff, paint: Paint, everything: boolean): string {
  const loosened = diff.loosened.map(
    ({ file, text }) => `${paint.red(printable(file))}: ${printable(text)}, unlike in the base`,
  );
  const heavy = diff.packages.filter(isHeavy);
  const others = otherTargetLines(diff, everything).map((line) => paint.yellow(line));
  const unknown = [diff.base, diff.head].flatMap((side) =>
    side.unknown.map(
      (text) => `${paint.yellow('not known')} of ${printable(side.label)}: ${printable(text)}`,
    ),
  );
  const quiet = quietLines(
    diff.packages.filter((change) => !isHeavy(change)),
    isWholeKnown(diff),
    everything,
  );
  const parts = [
    ...(loosened.length > 0 ? [loosened] : []),
    ...heavy.map((change) => renderChange(change, diff, paint, everything)),
    ...[others, quiet, unknown, toAllowLines(diff, paint)].filter((part) => part.length > 0),
    [diffSummary(diff, paint)],
  ];
  const lines = parts.flatMap((part, i) => (i === 0 ? part : ['', ...part]));
  if (lines.length > FIRST_SCREEN && loosened.length + heavy.length + others.length > 0)
    lines.unshift(...overview(diff, heavy, [...loosened, ...unknown, ...others], paint), '');
  return `${lines.join('\n')}\n`;
}

/** What a reviewer who accepts it does next. */
function toAllowLines({ toAllow }: Diff, paint: Paint): string[] {
  if (toAllow === '') return [];
  return [
    'to allow what was refused, once you have looked at it, in cackle.toml:',
    ...printableLines(toAllow)
      .split('\n')
      .map((line) => paint.dim(`  ${line}`)),
  ];
}

/** The first lines of a long diff: who gained what, in a line each. */
function overview(
  diff: Diff,
  heavy: readonly PackageChange[],
  more: readonly string[],
  paint: Paint,
): string[] {
  const shown = heavy.slice(0, SHOWN_HEAVY).map((change) => {
    const facts = change.gained.map(({ fact, allowed, newlyAllowed }) =>
      allowed ? `${fact} (${newlyAllowed ? 'newly ' : ''}allowed)` : fact,
    );
    const what = facts.length === 0 ? 'from another source' : facts.join(', ');
    return `  ${paint.bold(printable(change.name))} ${printable(`${changeText(change)}: ${what}`)}`;
  });
  const rest = heavy.length - shown.length;
  return [
    diffSummary(diff, paint),
    ...shown,
    ...(rest > 0 ? [`  … and ${count(rest, 'more package')}`] : []),
    ...more.slice(0, SHOWN_MORE),
  ];
}

/** Did a package gain something, or come from elsewhere? */
export function isHeavy({ gained, change, checksumChanged }: PackageChange): boolean {
  return gained.length > 0 || change === 'source' || checksumChanged;
}

/** Returns what was gained, in a few words. */
export function gainsText(diff: Diff): string {
  // What the target does not compile is not in the answer.
  if (!diff.gained)
    return isWholeKnown(diff)
      ? `gained nothing${concernsOthers(diff) ? ` on ${diff.target}` : ''}`
      : 'nothing known was gained, but not all of it was judged';
  const gains = diff.packages.flatMap(({ gained }) => gained);
  const moved = diff.packages.filter((c) => c.change === 'source' || c.checksumChanged).length;
  const newly = gains.filter(({ newlyAllowed }) => newlyAllowed).length;
  const refused = gains.filter(({ allowed }) => !allowed).length;
  return [
    ...(gains.length > 0 ? [`gained ${count(gains.length, 'capability', 'capabilities')}`] : []),
    ...(refused > 0 ? [`${refused} not allowed by cackle.toml`] : []),
    ...(newly > 0 ? [`${newly} allowed by this change of cackle.toml`] : []),
    ...(moved > 0 ? [`${count(moved, 'package')} from another source`] : []),
    ...loosenedTexts(diff),
    ...(isWholeKnown(diff) ? [] : ['not all of it was judged']),
  ].join(', ');
}

function loosenedTexts({ loosened }: Diff): string[] {
  const files = [...new Set(loosened.map(({ file }) => file))];
  return files.map((file) => {
    if (file === 'cackle.toml') return 'cackle.toml watches less';
    return file === 'cackle.lock' ? 'cackle.lock records too much' : `${printable(file)} differs`;
  });
}

/** Returns what was compared, in a few printable words. */
export function comparedText({ base, head, packages, counts }: Diff): string {
  return `${printable(base.label)} with ${printable(head.label)}: ${count(packages.length, 'package')} of ${counts.packages} differ`;
}

/** Returns the last line of a diff. */
export function diffSummary(diff: Diff, paint: Pick<Paint, 'red' | 'green'>): string {
  const colour = diff.gained ? paint.red : paint.green;
  return `${colour(gainsText(diff))} (${comparedText(diff)})`;
}

function renderChange(
  change: PackageChange,
  diff: Diff,
  paint: Paint,
  everything: boolean,
): string[] {
  const lines = [`${paint.bold(printable(change.name))} ${printable(changeText(change))}`];
  if (change.checksumChanged)
    lines.push(
      `  ${paint.red('the registry has another archive')} for this version than Cargo.lock had`,
    );
  for (const gain of change.gained) lines.push(...renderGain(gain, diff, paint, everything));
  if (change.lost.length > 0)
    lines.push(`  ${paint.green('lost')}: ${printable(change.lost.join(', '))}`);
  lines.push(...reviewLines(change, paint, everything));
  return lines;
}

function renderGain(gain: Gain, { workspaceRoot }: Diff, paint: Paint, everything: boolean) {
  const mark = gain.allowed && !gain.newlyAllowed ? paint.yellow('gained') : paint.red('gained');
  const lines = [
    `  ${mark}: ${paint.bold(printable(gain.fact))} (${allowanceText(gain)})${openerText(gain)}`,
  ];
  const { places = [], count: all = 0 } = gain.evidence ?? {};
  const shown = everything ? places : places.slice(0, SHOWN_PLACES);
  for (const place of shown) lines.push(...placeLines(place, workspaceRoot, paint));
  if (all > shown.length)
    lines.push(paint.dim(`    … and ${count(all - shown.length, 'more place')}`));
  return lines;
}

/** Returns whether cackle.toml allows a gain, and whether it is this change that does. */
export function allowanceText({ allowed, newlyAllowed }: Gain): string {
  if (!allowed) return 'not allowed by cackle.toml';
  return newlyAllowed ? 'allowed by this change of cackle.toml' : 'allowed by cackle.toml';
}

/** Returns whose change opened a gain, as the end of a line; empty when it is the package's own. */
export function openerText({ openedBy }: Gain): string {
  if (openedBy === undefined || openedBy.by === 'itself') return '';
  const who = printable(openedBy.package);
  if (openedBy.by === 'caller') return `, opened by ${who}, which newly reaches it`;
  const through = openedBy.through.map(printable).join(', ');
  return `, brought by ${who}${through === '' ? '' : ` through ${through}`}`;
}

function placeLines(found: FoundPlace, workspaceRoot: string, paint: Paint): string[] {
  const lines = [
    `    ${placeText(found.place, workspaceRoot)}${found.target === undefined ? '' : ` → ${printable(found.target)}`}`,
  ];
  const steps = [...found.path].reverse();
  const shown = steps.length > SHOWN_STEPS ? steps.slice(0, SHOWN_STEPS) : steps;
  for (const step of shown) {
    const at = step.place === undefined ? '' : `  ${placeText(step.place, workspaceRoot)}`;
    lines.push(paint.dim(`      ${printable(step.name)}${at}`));
  }
  if (shown.length < steps.length)
    lines.push(paint.dim(`      … ${steps.length - shown.length} more`));
  return lines;
}

function reviewLines({ review }: PackageChange, paint: Paint, everything: boolean): string[] {
  if (review === undefined) return [];
  const lines: string[] = [];
  const { size, before, after, buildScript, keywords } = review;
  if (size !== undefined && before !== undefined && after !== undefined) {
    lines.push(`  source: ${count(size.files, 'file')} differ, +${size.added} −${size.removed}`);
    if (size.files > 0)
      lines.push(paint.dim(`    diff -ru ${printable(before)} ${printable(after)}`));
  } else if (after !== undefined) lines.push(`  source: ${printable(after)}`);
  for (const [what, places] of Object.entries(keywords ?? {}))
    lines.push(...keywordLines(what, places));
  if (buildScript !== undefined && buildScript !== '') {
    const patch = printableLines(buildScript).split('\n');
    const shown = everything ? patch : patch.slice(0, SHOWN_LINES);
    lines.push('  build script:', ...shown.map((line) => paint.dim(`    ${line}`)));
    if (shown.length < patch.length)
      lines.push(paint.dim(`    … ${patch.length - shown.length} more lines (--debug)`));
  }
  return lines;
}

function keywordLines(what: string, places: readonly KeywordPlace[]): string[] {
  if (places.length === 0) return [];
  const of = (keyword: string): number => places.filter((p) => p.keyword === keyword).length;
  const counts = ['unsafe', 'extern'].filter((k) => of(k) > 0).map((k) => `${of(k)} × ${k}`);
  const lines = [`  places ${what}: ${counts.join(', ')}`];
  for (const { file, line, text } of places.slice(0, SHOWN_KEYWORDS))
    lines.push(`    ${printable(`${file}:${line}  ${text}`.slice(0, 110))}`);
  if (places.length > SHOWN_KEYWORDS)
    lines.push(`    … and ${places.length - SHOWN_KEYWORDS} more`);
  return lines;
}
