import type { Diff, PackageChange, Review, SideVersion } from '../../engine/diff/types.ts';
import { count } from './count.ts';
import { printable } from './printable.ts';

/** Letters of a condition that a line shows; those of crates for a dozen systems are screens long. */
const SHOWN_CONDITION = 60;
/** Packages of which each sort of change shows a line. */
const SHOWN_PACKAGES = 12;
const SHOWN_OTHERS = 3;

/** Was all of the head judged? Where something was held or failed, nobody knows what it and the code that waits for it gained. */
export function isWholeKnown({ head }: Diff): boolean {
  return head.unknown.length === 0;
}

/**
 * Returns lines about what changed without a known gain: a line for each package, by sort of change. That it gained nothing is
 * said only where all was judged.
 */
export function quietLines(
  changes: readonly PackageChange[],
  isKnown: boolean,
  everything: boolean,
): string[] {
  const nothing = isKnown ? 'gained nothing' : 'not judged whole';
  const lines = (kind: PackageChange['change'], title: string): string[] => {
    const some = changes.filter(({ change }) => change === kind);
    if (some.length === 0) return [];
    const shown = everything ? some : some.slice(0, SHOWN_PACKAGES);
    const more = some.length - shown.length;
    return [
      `${title}:`,
      ...shown.map((change) => `  ${printable(quietLine(change))}`),
      ...(more > 0 ? [`  … and ${more} more (--debug)`] : []),
    ];
  };
  return [
    ...lines('new', isKnown ? 'new, without capabilities' : `new, ${nothing}`),
    ...lines('gone', 'gone'),
    ...lines('version', `moved, ${nothing}`),
    ...lines('edited', `edited, ${nothing}`),
    ...lines('same', 'unchanged, lost'),
  ];
}

function quietLine(change: PackageChange): string {
  const { name, lost, review } = change;
  const details = [
    ...(lost.length > 0 ? [`lost ${lost.join(', ')}`] : []),
    ...(review === undefined ? [] : sizeTexts(review)),
  ];
  const what = change.change === 'same' ? name : `${name} ${changeText(change)}`;
  return details.length === 0 ? what : `${what}  ${details.join(', ')}`;
}

/** The size of a change, and how many places of `unsafe` and `extern` it adds and removes. */
function sizeTexts({ size, keywords, buildScript, before }: Review): string[] {
  const texts: string[] = [];
  if (size !== undefined) texts.push(`+${size.added} −${size.removed} lines`);
  for (const keyword of ['unsafe', 'extern']) {
    const of = (places: readonly { readonly keyword: string }[] = []): number =>
      places.filter((place) => place.keyword === keyword).length;
    const [gained, lost] = [of(keywords?.gained), of(keywords?.lost)];
    const parts = [...(gained > 0 ? [`+${gained}`] : []), ...(lost > 0 ? [`−${lost}`] : [])];
    if (parts.length > 0) texts.push(`${keyword} ${parts.join(' ')}`);
  }
  if (before !== undefined && buildScript !== undefined && buildScript !== '')
    texts.push('build script differs');
  return texts;
}

/** Does a diff have code that its target leaves out? Then "nothing" holds for that target alone. */
export function concernsOthers({ packages, lockedOnly }: Diff): boolean {
  return lockedOnly.length > 0 || packages.some((p) => othersOf(p).count > 0);
}

const othersOf = ({ review }: PackageChange): Review['otherTargets'] =>
  review?.otherTargets ?? { places: [], count: 0 };

/** Returns lines about code for other targets, which no inventory has: one for each package (rule 11.8). */
export function otherTargetLines(diff: Diff, everything: boolean): string[] {
  const some = diff.packages.filter((change) => othersOf(change).count > 0);
  const shown = everything ? some : some.slice(0, SHOWN_PACKAGES);
  const lines = shown.map((change) => {
    const { places: all, count: known } = othersOf(change);
    const places = everything ? all : all.slice(0, SHOWN_OTHERS);
    const each = places.map(
      ({ file, line, cfg }) => `${file}:${line} ${everything ? cfg : shortened(cfg)}`,
    );
    const texts = [...new Set(each)];
    if (known > places.length) texts.push(`and ${known - places.length} more`);
    return printable(
      `${change.name} adds code for other targets, which this comparison does not judge: ${texts.join(', ')}`,
    );
  });
  if (some.length > shown.length)
    lines.push(`… and ${count(some.length - shown.length, 'more package')} (--debug)`);
  const locked = everything ? diff.lockedOnly : diff.lockedOnly.slice(0, SHOWN_PACKAGES);
  if (locked.length > 0) {
    const more = diff.lockedOnly.length - locked.length;
    lines.push(
      printable(
        `in Cargo.lock for other targets or features alone, not judged: ${locked.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
      ),
    );
  }
  return lines;
}

const shortened = (text: string): string =>
  text.length > SHOWN_CONDITION ? `${text.slice(0, SHOWN_CONDITION)}…` : text;

/** Returns how a package differs, e.g. `1.0.1 → 1.0.2`, `1.0.0, new, needed by app`. */
export function changeText(change: PackageChange): string {
  const { before, after, change: kind } = change;
  const version = (side: SideVersion | undefined): string => side?.version ?? '?';
  const commit = (side: SideVersion | undefined): string => side?.revision?.slice(0, 9) ?? '?';
  switch (kind) {
    case 'new': {
      const by = change.neededBy.length === 0 ? '' : `, needed by ${change.neededBy.join(', ')}`;
      return `${version(after)}, new${by}`;
    }
    case 'gone':
      return `${version(before)}, gone`;
    case 'version':
      return before?.version === after?.version
        ? `${version(after)}: commit ${commit(before)} → ${commit(after)}`
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
