import type {
  Coverage,
  PartlySeenPackage,
  ShownBy,
  UncompiledPackage,
  UnseenCode,
} from '../../engine/coverage/types.ts';
import { groupBy } from '../../engine/group-by.ts';
import { count } from './count.ts';
import { printable } from './printable.ts';
import type { Paint } from './report-options.ts';

/** Places of a line. */
const MOST_PLACES = 3;

/** Returns what the builds of a check do not cover, as text for stdout; with `all`, every place (rule 6.26). */
export function coverageText(found: Coverage, paint: Paint, all: boolean): string {
  const { builds, counts, uncompiled, partlySeen, unknown } = found;
  const lines = [
    `${counts.compiled} of ${count(counts.packages, 'package')} of Cargo.lock ${counts.packages === 1 ? 'is' : 'are'} compiled, by ${count(builds.length, 'build')}:`,
    ...builds.map(
      ({ targets, features }) =>
        `  ${[...targets, `features: ${features}`].map(printable).join(', ')}`,
    ),
  ];
  for (const text of unknown) lines.push(`${paint.yellow('not known')}: ${printable(text)}`);
  if (uncompiled.length > 0)
    lines.push('', paint.bold('packages that no build compiles'), ...packageLines(uncompiled));
  if (partlySeen.length > 0) lines.push('', paint.bold('code that no build compiles'));
  for (const p of partlySeen) lines.push(...codeLines(p, paint, all));
  if (uncompiled.length + partlySeen.length === 0 && unknown.length === 0)
    lines.push(paint.green('nothing is left out'));
  return `${lines.join('\n')}\n`;
}

function packageLines(packages: readonly UncompiledPackage[]): string[] {
  return packages.map(({ name, version, neededBy, shownBy }) => {
    const by = neededBy
      .slice(0, MOST_PLACES)
      .map(({ package: of, target, kind }) =>
        [
          of,
          ...(target === undefined ? [] : [`for ${target}`]),
          ...(kind ? [`(${kind})`] : []),
        ].join(' '),
      );
    const more = neededBy.length > MOST_PLACES ? ' and others' : '';
    const needed = by.length === 0 ? '' : `; needed by ${by.join(', ')}${more}`;
    return printable(`  ${name} ${version}: ${optionsText(shownBy)}${needed}`);
  });
}

function codeLines(
  { name, version, unseen }: PartlySeenPackage,
  paint: Paint,
  all: boolean,
): string[] {
  const groups = groupBy(unseen, ({ cfg, shownBy }) => JSON.stringify([cfg, shownBy]));
  return [
    `  ${paint.bold(printable(`${name} ${version}`))}`,
    ...[...groups.values()].map((group) => {
      const [{ cfg, shownBy }] = group;
      const places = group.map(placeText);
      const shown = all ? places : places.slice(0, MOST_PLACES);
      const more = places.length - shown.length;
      const where = `${shown.join(', ')}${more > 0 ? ` and ${count(more, 'more place')}` : ''}`;
      const why = cfg.length === 0 ? 'no crate that is compiled reads it' : cfg.join(' or ');
      return `    ${printable(where)} ${paint.dim(printable(why))}: ${printable(optionsText(cfg.length === 0 ? undefined : shownBy))}`;
    }),
  ];
}

function placeText({ file, lines }: UnseenCode): string {
  if (lines === undefined) return file;
  const [first, last] = lines;
  return first === last ? `${file}:${first}` : `${file}:${first}-${last}`;
}

/** The options with which a build would compile it. */
function optionsText(shown: ShownBy | undefined): string {
  if (shown === undefined) return 'no target or feature is known that would';
  const { targets, features, without, tests, otherProfile } = shown;
  const [target, ...others] = targets;
  const options = [
    ...(target === undefined
      ? []
      : [`--target ${target}${others.length > 0 ? ` (or ${others.join(', ')})` : ''}`]),
    ...(features.length > 0 ? [`--features ${features.join(',')}`] : []),
    ...(without.length > 0 ? [`without the feature ${without.join(', ')}`] : []),
    ...(otherProfile ? ['another profile'] : []),
    ...(tests ? ['with tests, --all-targets in build_flags'] : []),
  ];
  return options.length === 0 ? 'other build_flags' : options.join(' and ');
}
