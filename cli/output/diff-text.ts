import type { Diff, Gain, PackageChange, SideVersion } from '../../engine/diff/types.ts';
import type { FoundPlace, KeywordPlace } from '../../engine/inventory/types.ts';
import { count } from './count.ts';
import { printable, printableLines } from './printable.ts';
import { placeText } from './problem-text.ts';
import type { Paint } from './report-options.ts';

const SHOWN_PLACES = 2;
const SHOWN_STEPS = 8;
const SHOWN_LINES = 60;
const SHOWN_KEYWORDS = 5;

/** Returns a diff as text for stdout: what was gained first, then what else changed in one line each (rule 11.4). */
export function renderDiff(diff: Diff, paint: Paint, everything: boolean): string {
  const lines = diff.loosened.map(
    (text) => `${paint.red('cackle.toml')}: ${printable(text)}, unlike in the base`,
  );
  if (lines.length > 0) lines.push('');
  const heavy = diff.packages.filter(isHeavy);
  for (const change of heavy) lines.push(...renderChange(change, diff, paint, everything), '');
  const light = diff.packages.filter((change) => !isHeavy(change));
  const quiet = quietLines(light, everything);
  if (quiet.length > 0) lines.push(...quiet, '');
  for (const side of [diff.base, diff.head])
    for (const text of side.unknown)
      lines.push(`${paint.yellow('not known')} of ${printable(side.label)}: ${printable(text)}`);
  if (diff.base.unknown.length + diff.head.unknown.length > 0) lines.push('');
  lines.push(diffSummary(diff, paint));
  return `${lines.join('\n')}\n`;
}

/** Did a package gain something, or come from elsewhere? */
export function isHeavy({ gained, change, checksumChanged }: PackageChange): boolean {
  return gained.length > 0 || change === 'source' || checksumChanged;
}

/** Returns what was gained, in a few words. */
export function gainsText(diff: Diff): string {
  if (!diff.gained) return 'gained nothing';
  const gains = diff.packages.flatMap(({ gained }) => gained);
  const moved = diff.packages.filter((c) => c.change === 'source' || c.checksumChanged).length;
  const refused = gains.filter(({ allowed }) => !allowed).length;
  return [
    ...(gains.length > 0 ? [`gained ${count(gains.length, 'capability', 'capabilities')}`] : []),
    ...(refused > 0 ? [`${refused} not allowed by cackle.toml`] : []),
    ...(moved > 0 ? [`${count(moved, 'package')} from another source`] : []),
    ...(diff.loosened.length > 0 ? ['cackle.toml watches less'] : []),
  ].join(', ');
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
  const mark = gain.allowed ? paint.yellow('gained') : paint.red('gained');
  const allowed = gain.allowed ? 'allowed by cackle.toml' : 'not allowed by cackle.toml';
  const lines = [`  ${mark}: ${paint.bold(printable(gain.fact))} (${allowed})${openerText(gain)}`];
  const { places = [], count: all = 0 } = gain.evidence ?? {};
  const shown = everything ? places : places.slice(0, SHOWN_PLACES);
  for (const place of shown) lines.push(...placeLines(place, workspaceRoot, paint));
  if (all > shown.length) lines.push(paint.dim(`    … and ${all - shown.length} more places`));
  return lines;
}

/** Returns whose change opened a gain, as the end of a line; empty when it is the package's own. */
export function openerText({ openedBy }: Gain): string {
  if (openedBy === undefined || openedBy.by === 'itself') return '';
  const who = printable(openedBy.package);
  return openedBy.by === 'caller'
    ? `, opened by ${who}, which newly reaches it`
    : `, brought by ${who}`;
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

/** Returns how a package differs, e.g. `1.0.1 → 1.0.2`, `1.0.0, new, needed by app`. */
export function changeText(change: PackageChange): string {
  const { before, after, change: kind } = change;
  const version = (side: SideVersion | undefined): string => side?.version ?? '?';
  switch (kind) {
    case 'new': {
      const by = change.neededBy.length === 0 ? '' : `, needed by ${change.neededBy.join(', ')}`;
      return `${version(after)}, new${by}`;
    }
    case 'gone':
      return `${version(before)}, gone`;
    case 'version':
      return before?.version === after?.version
        ? `${version(after)}: ${before?.source} → ${after?.source}`
        : `${version(before)} → ${version(after)}`;
    case 'source':
      return change.checksumChanged
        ? version(after)
        : `${version(before)} from ${before?.source} → ${version(after)} from ${after?.source}`;
    case 'edited':
      return `${version(after)}, edited`;
    case 'same':
      return `${version(after)}, unchanged`;
  }
}

/** What changed and gained nothing: a line for each sort of change. */
function quietLines(changes: readonly PackageChange[], everything: boolean): string[] {
  const of = (kind: PackageChange['change']): PackageChange[] =>
    changes.filter((change) => change.change === kind);
  const line = (title: string, some: readonly PackageChange[]): string[] => {
    if (some.length === 0) return [];
    const texts = some.map((c) => {
      const lost = c.lost.length === 0 ? '' : `, lost ${c.lost.join(', ')}`;
      return c.change === 'same' ? `${c.name}${lost}` : `${c.name} ${changeText(c)}${lost}`;
    });
    const shown = everything ? texts : texts.slice(0, 12);
    const more = texts.length - shown.length;
    return [`${title}: ${printable(shown.join('; '))}${more > 0 ? `; and ${more} more` : ''}`];
  };
  return [
    ...line('new, without capabilities', of('new')),
    ...line('gone', of('gone')),
    ...line('moved, gained nothing', of('version')),
    ...line('edited, gained nothing', of('edited')),
    ...line('unchanged, lost', of('same')),
  ];
}
