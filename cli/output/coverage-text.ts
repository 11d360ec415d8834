import type {
  Coverage,
  PartlySeenPackage,
  ShownBy,
  UnseenCode,
} from '../../engine/coverage/types.ts';
import { groupBy } from '../../engine/group-by.ts';
import { count } from './count.ts';
import { printable } from './printable.ts';
import type { Paint } from './report-options.ts';

/** Places of a line. */
const MOST_PLACES = 3;
/** Conditions of a package that is no member of the workspace: libc has hundreds. */
const MOST_CONDITIONS = 3;
/** Letters of a condition. */
const LONGEST = 120;

/** Returns what the builds of a check do not cover, as text for stdout; with `all`, every condition and place (rule 6.26). */
export function coverageText(found: Coverage, paint: Paint, all: boolean): string {
  const { builds, counts, uncompiled, partlySeen, unknown, withoutTree } = found;
  const lines = [
    `${counts.compiled} of ${count(counts.packages, 'package')} of Cargo.lock ${counts.packages === 1 ? 'is' : 'are'} compiled, by ${count(builds.length, 'build')}:`,
    ...builds.map(
      ({ targets, features }) =>
        `  ${[...targets, `features: ${features}`].map(printable).join(', ')}`,
    ),
  ];
  if (withoutTree !== undefined)
    lines.push(
      `${paint.yellow('not known')}: ${printable(`what needs which package, so that no line tells every target or feature: ${withoutTree}`)}`,
      `  fix: ${fetching}, then run \`cackle coverage\` again`,
    );
  for (const text of unknown) lines.push(`${paint.yellow('not known')}: ${printable(text)}`);
  if (uncompiled.length > 0)
    lines.push('', paint.bold('packages that no build compiles'), ...packageLines(found));
  if (partlySeen.length > 0) lines.push('', paint.bold('code that no build compiles'));
  const code = partlySeen.map((p) => codeLines(p, found, paint, all));
  lines.push(...code.flatMap((one) => one.lines));
  if (code.some(({ isCut }) => isCut))
    lines.push('', '`cackle coverage --debug` lists every condition and place');
  if (uncompiled.length + partlySeen.length + unknown.length === 0 && withoutTree === undefined)
    lines.push(paint.green('nothing is left out'));
  return `${lines.join('\n')}\n`;
}

function packageLines(found: Coverage): string[] {
  return found.uncompiled.map(({ name, version, neededBy, shownBy, waits }) => {
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
    const untold = found.withoutTree === undefined ? unknownText : beforeFetch;
    const how = waits ? 'these builds, once what it needs may run' : shownText(shownBy, untold);
    return printable(`  ${name} ${version}: ${how}${needed}`);
  });
}

/** The lines of a package, the conditions with most places first; `isCut` where there is more than they say. */
function codeLines(
  { name, version, unseen, isMember }: PartlySeenPackage,
  found: Coverage,
  paint: Paint,
  all: boolean,
): { readonly lines: readonly string[]; readonly isCut: boolean } {
  const groups = groupBy(unseen, ({ cfg, shownBy }) => JSON.stringify([cfg, shownBy]));
  const byCondition = [...groups.values()];
  const isFolded = !all && !isMember && byCondition.length > MOST_CONDITIONS;
  const shown = isFolded
    ? byCondition.sort((a, b) => b.length - a.length).slice(0, MOST_CONDITIONS)
    : byCondition;
  const sum = `${count(unseen.length, 'place')} behind ${count(byCondition.length, 'condition')}`;
  const isCut = shown.some((group) => group.length > MOST_PLACES);
  return {
    isCut: !all && (isFolded || isCut),
    lines: [
      `  ${paint.bold(printable(`${name} ${version}`))}${isFolded ? `: ${sum}, the ${shown.length} with most:` : ''}`,
      ...shown.map((group) => conditionLine(group, found, paint, all)),
    ],
  };
}

function conditionLine(
  group: readonly [UnseenCode, ...UnseenCode[]],
  found: Coverage,
  paint: Paint,
  all: boolean,
): string {
  const [{ cfg, shownBy }] = group;
  const places = [...new Set(group.map(placeText))];
  const shown = all ? places : places.slice(0, MOST_PLACES);
  const more = places.length - shown.length;
  const where = `${shown.join(', ')}${more > 0 ? ` and ${count(more, 'more place')}` : ''}`;
  const why = cfg.length === 0 ? 'no crate that is compiled reads it' : cfg.join(' or ');
  const cut = all || why.length <= LONGEST ? why : `${why.slice(0, LONGEST)}…`;
  const needsTree = found.withoutTree !== undefined && cfg.some((one) => /\bfeature\b/.test(one));
  const untold = needsTree ? beforeFetch : unknownText;
  const how = cfg.length === 0 ? unknownText : shownText(shownBy, untold);
  return `    ${printable(where)} ${paint.dim(printable(cut))}: ${printable(how)}`;
}

function placeText({ file, lines }: UnseenCode): string {
  if (lines === undefined) return file;
  const [first, last] = lines;
  return first === last ? `${file}:${first}` : `${file}:${first}-${last}`;
}

const unknownText = 'no target or feature is known that would';
const fetching = '`cargo fetch` downloads the sources of all packages of Cargo.lock';
const beforeFetch = 'not known before `cargo fetch`';

/** The options with which a build would compile it. */
function shownText(shown: ShownBy | undefined, untold: string): string {
  if (shown === undefined) return untold;
  const { targets, features, unreachable, without, tests, otherProfile } = shown;
  const [target, ...others] = targets;
  const options = [
    ...(target === undefined
      ? []
      : [`--target ${target}${others.length > 0 ? ` (or ${others.join(', ')})` : ''}`]),
    ...(features.length > 0 ? [`--features ${features.join(',')}`] : []),
    ...unreachable.map(unreachableText),
    ...(without.length > 0 ? [`without the feature ${without.join(', ')}`] : []),
    ...(otherProfile ? ['another profile'] : []),
    ...(tests ? ['with tests, --all-targets in build_flags'] : []),
  ];
  return options.length === 0 ? 'other build_flags' : options.join(' and ');
}

/** A feature of an indirect dependency: cargo takes it where a Cargo.toml asks for it, and by no option. */
function unreachableText(named: string): string {
  const [, name = '', version = '', feature = ''] = /^(.*)@(.*?)\/(.*)$/.exec(named) ?? [];
  return `the feature ${feature} of the indirect dependency ${name} ${version} (no option turns it on)`;
}
