import { groupBy } from '../../engine/group-by.ts';
import { endingOf } from '../../engine/problems/failure.ts';
import { givenText } from '../../engine/problems/kinds/disallowed-build-instruction.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { CheckReport, Unchecked } from '../../engine/problems/report.ts';
import { sortedBy } from '../../engine/sorted-by.ts';
import { printable } from './printable.ts';

/** Held programs of a line, and targets that are named instead of counted. */
const SHOWN_PROGRAMS = 5;
const SHOWN_TARGETS = 3;
/** Reasons other than uses of APIs that are told of one program. */
const SHOWN_REASONS = 3;

/** What was held, failed or not checked: a word for it, and what it concerns, as printable text. */
export interface UncheckedText {
  readonly word: 'held' | 'failed' | 'not checked';
  readonly text: string;
}

/** Returns a line for each group of programs that were held or failed, with the reasons (rule 6.24); all of them with `all`. */
export function heldTexts(report: CheckReport, all: boolean): UncheckedText[] {
  return groupsOf(report.unchecked).map((group) => {
    const [first, ...others] = group;
    const word = first.failed ? 'failed' : 'held';
    const { problems } = report;
    if (others.length === 0) {
      const end =
        first.compilerAdvice === undefined ? endOf(first, problems) : `: ${first.compilerAdvice}`;
      const why = first.failed ? end : `, which ${reasonOf(first, problems)}`;
      return { word, text: printable(`${programOf(first)}${why}`) };
    }
    const shown = group.slice(0, all ? undefined : SHOWN_PROGRAMS).map((program) => {
      const why = first.failed ? endOf(program, problems) : ` ${reasonOf(program, problems)}`;
      const on = program.target === undefined ? '' : ` for ${program.target}`;
      const advice = program.compilerAdvice === undefined ? '' : ` (${program.compilerAdvice})`;
      return `${program.packageLabel}${on}${why}${advice}`;
    });
    const cut = group.slice(shown.length);
    const apis = new Set(cut.flatMap((program) => apisOf(program, problems)));
    const using = apis.size === 0 ? '' : `, which use ${[...apis].sort().join(' and ')}`;
    const rest = cut.length > 0 ? `, … and ${cut.length} more${using}` : '';
    return { word, text: printable(`${countOf(group)}: ${shown.join(', ')}${rest}`) };
  });
}

/** Returns what was not checked: targets, for lack of those programs, all by name with `all`; members that were left out. */
export function notCheckedTexts(report: CheckReport, all: boolean): UncheckedText[] {
  const blocked = blockedText(report, all);
  const left = report.leftOut.map(printable).join(', ');
  const texts = [
    ...(report.gatesOnly
      ? [
          'programs, libraries and tests: cackle.toml has gates_only = true, so only what runs while cargo builds was judged',
        ]
      : []),
    ...(blocked === undefined ? [] : [blocked]),
    ...(left === ''
      ? []
      : [
          `of the workspace's members ${left}, which default-members or build_flags leave out; build_flags = ["--workspace", "--all-targets"] in cackle.toml takes them in`,
        ]),
  ];
  return texts.map((text) => ({ word: 'not checked', text }));
}

function blockedText({ unchecked }: CheckReport, all: boolean): string | undefined {
  const blocked = [...new Set(unchecked.flatMap(({ blocks }) => blocks))];
  if (blocked.length === 0) return undefined;
  const causes = [false, true].flatMap((failed) => {
    const groups = groupsOf(unchecked.filter((u) => u.failed === failed && u.blocks.length > 0));
    if (groups.length === 0) return [];
    const isOne = groups.length === 1 && groups[0]?.length === 1;
    const programs = groups.map((g) => (g.length === 1 ? programOf(g[0]) : countOf(g)));
    return `${programs.join(' and ')} ${failed ? 'failed' : isOne ? 'is held' : 'are held'}`;
  });
  const isNamed = all || blocked.length <= SHOWN_TARGETS;
  const targets = isNamed ? blocked.join(', ') : `${blocked.length} targets`;
  return printable(`${targets}, because ${causes.join(' and ')}`);
}

/** The groups of programs that one line tells of. */
function groupsOf(unchecked: readonly Unchecked[]): (readonly [Unchecked, ...Unchecked[]])[] {
  return [...groupBy(unchecked, ({ held, failed }) => `${failed} ${held}`).values()];
}

const programOf = ({ held, packageLabel, target }: Unchecked): string =>
  `the ${held} of ${packageLabel}${target === undefined ? '' : ` for ${target}`}`;

function countOf(group: readonly [Unchecked, ...Unchecked[]]): string {
  const [{ held }] = group;
  return `${group.length} ${held === 'library' ? 'libraries' : `${held}s`}`;
}

/** How a program failed, to follow its name. */
function endOf({ packageLabel, held }: Unchecked, problems: readonly Problem[]): string {
  if (held === 'compilation') return ': it needs compile.files';
  const failure = problems.find((p) => p.kind === 'execution-failed' && isOf(p, packageLabel));
  return failure?.kind === 'execution-failed' ? endingOf(failure) : '';
}

/** What holds a program, as words that follow its name. */
function reasonOf({ packageLabel, held }: Unchecked, problems: readonly Problem[]): string {
  if (held === 'library') return 'is built again';
  const reasons = reasonsOf(packageLabel, held, problems);
  if (reasons.length === 0) {
    if (held === 'build script output') return 'cannot be read or is asked for again';
    const isChosen = !problems.some(({ kind }) => kind === 'sandbox-not-chosen');
    return isChosen || held !== 'build script'
      ? 'has problems in what it uses'
      : 'waits until a sandbox is chosen';
  }
  const inOrder = sortedBy(reasons, ({ rank, what }) => `${rank} ${what}`);
  const others = inOrder.filter(({ verb }) => verb !== 'uses').slice(0, SHOWN_REASONS);
  // Of the same verb, the objects are told together; no API is left out.
  const byVerb = groupBy(
    inOrder.filter((reason) => reason.verb === 'uses' || others.includes(reason)),
    ({ verb }) => verb,
  );
  const told = [...byVerb].map(
    ([verb, ones]) => `${verb} ${[...new Set(ones.map(({ what }) => what))].join(' and ')}`,
  );
  const more = inOrder.filter(({ verb }) => verb !== 'uses').length - others.length;
  return `${told.join(' and ')}${more > 0 ? ` and has ${more} more ${more === 1 ? 'problem' : 'problems'}` : ''}`;
}

/** What holds a program, in no order. */
function reasonsOf(packageLabel: string, held: string, problems: readonly Problem[]): Reason[] {
  const own = problems.filter((problem) => isOf(problem, packageLabel));
  const all = own.flatMap((problem) => reasonIn(problem, held) ?? []);
  // Permissions of the whole package may be what its build script needs too.
  const inScope = all.filter(({ rank }) => rank !== WHOLE_PACKAGE);
  return inScope.length === 0 ? all : inScope;
}

/** The APIs for whose use a program is held. */
const apisOf = ({ packageLabel, held }: Unchecked, problems: readonly Problem[]): string[] =>
  reasonsOf(packageLabel, held, problems).flatMap(({ verb, what }) =>
    verb === 'uses' ? [what] : [],
  );

/** A problem of one version of a package stands for all of them. */
function isOf(problem: Problem, packageLabel: string): boolean {
  if (!('packageLabel' in problem)) return false;
  return (
    problem.packageLabel === packageLabel ||
    problem.packageName === packageLabel.replace(/\[[^\]]*\]$/, '')
  );
}

interface Reason {
  /** The most telling come first. */
  readonly rank: number;
  readonly verb: 'uses' | 'needs' | 'has';
  readonly what: string;
}

const WHOLE_PACKAGE = 5;

/** Returns how a problem holds a program of its package; undefined when it does not. */
function reasonIn(problem: Problem, held: string): Reason | undefined {
  const isMacro = held === 'proc macro';
  const suffix = 'scope' in problem ? problem.scope.suffix : undefined;
  if (suffix === 'test' || suffix === 'from.test') return undefined;
  if (isMacro && suffix === 'build') return undefined;
  const rank = (usual: number): number => (!isMacro && suffix === '' ? WHOLE_PACKAGE : usual);
  switch (problem.kind) {
    case 'disallowed-api':
    case 'off-tree-api':
      return { rank: rank(0), verb: 'uses', what: problem.api };
    case 'disallowed-build-instruction':
      return held === 'build script output'
        ? { rank: 0, verb: 'has', what: givenText(problem.instructions) }
        : undefined;
    case 'disallowed-extern':
      return { rank: rank(1), verb: 'needs', what: 'allow_extern' };
    case 'disallowed-unsafe':
      return { rank: rank(2), verb: 'needs', what: 'allow_unsafe' };
    case 'disallowed-compile-files':
      return { rank: rank(1), verb: 'needs', what: 'compile.files' };
    case 'proc-macro-not-allowed':
      return isMacro ? { rank: 3, verb: 'needs', what: 'allow_proc_macro' } : undefined;
    case 'build-script-not-allowed':
      return isMacro ? undefined : { rank: 3, verb: 'needs', what: 'a build section' };
    default:
      return undefined;
  }
}
