import type { Diff, Gain, PackageChange } from '../../../engine/diff/types.ts';
import { changeText } from '../../output/diff-quiet.ts';
import { allowanceText, openerText } from '../../output/diff-text.ts';
import { printable } from '../../output/printable.ts';
import { placeText } from '../../output/problem-text.ts';

/** One thing that a reviewer has to look at: a gain, or a package that comes from elsewhere. */
export interface Finding {
  readonly change: PackageChange;
  readonly gain: Gain | undefined;
  /** What cackle.toml refuses is an error. */
  readonly level: 'error' | 'warning';
  /** What it is, in one printable line with the package. */
  readonly text: string;
}

/** Returns all findings of a diff, the most dangerous first within each level. */
export function findingsOf({ packages }: Diff): Finding[] {
  const all = packages.flatMap((change): Finding[] => {
    const name = printable(`${change.name} ${changeText(change)}`);
    const gains = change.gained.map((gain): Finding => {
      const text = `${name}: gained ${printable(gain.fact)} (${allowanceText(gain)})${openerText(gain)}`;
      return { change, gain, level: gain.allowed ? 'warning' : 'error', text };
    });
    if (change.checksumChanged) {
      const text = `${name}: the registry has another archive for this version than Cargo.lock had`;
      return [{ change, gain: undefined, level: 'error', text }, ...gains];
    }
    if (change.change !== 'source') return gains;
    return [
      { change, gain: undefined, level: 'warning', text: `${name}: comes from another source` },
      ...gains,
    ];
  });
  const errors = all.filter(({ level }) => level === 'error');
  return [...errors, ...all.filter(({ level }) => level === 'warning')];
}

/** Returns where a gain was found and how it is reached, as printable lines. */
export function findingLines({ gain }: Finding, { workspaceRoot }: Diff, places: number): string[] {
  const { places: all = [], count = 0 } = gain?.evidence ?? {};
  const shown = all.slice(0, places);
  const lines = shown.flatMap(({ place, target, path }) => {
    const to = target === undefined ? '' : ` → ${printable(target)}`;
    const steps = path.map(({ name }) => printable(name)).join(' → ');
    return [`${placeText(place, workspaceRoot)}${to}`, ...(steps === '' ? [] : [`  ${steps}`])];
  });
  return count > shown.length ? [...lines, `… and ${count - shown.length} more places`] : lines;
}

/** Returns what is not known of either side, as printable lines. */
export function unknownLines({ base, head }: Diff): string[] {
  return [base, head].flatMap(({ label, unknown }) =>
    unknown.map((text) => printable(`not known of ${label}: ${text}`)),
  );
}
