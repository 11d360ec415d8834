import { groupBy } from '../../engine/group-by.ts';
import { neverDoneText, scopeName, textOfAct } from '../../engine/observed/compare.ts';
import type { Act, May, Observed, ObservedProgram } from '../../engine/observed/types.ts';
import { labelOf, titleOf } from '../../engine/problems/kinds.ts';
import type { Suggestion } from '../../engine/tracing/suggest.ts';
import { count } from './count.ts';
import { printable, printableLines } from './printable.ts';
import type { Paint } from './report-options.ts';

/** Lines of one program, and places of one use. */
const MOST_ACTS = 12;
const MOST_PLACES = 3;

/** Returns what `cackle trace` found, as text for stdout; with `all`, every act and place (rule 14.6). */
export function observedText(observed: Observed, paint: Paint, all: boolean): string {
  const { programs, problems, neverDone, unwatched, unchecked, strace } = observed;
  const shown = programs.filter((program) => all || program.may.length + program.did.length > 0);
  const lines = shown.flatMap((program) => [...programLines(program, paint, all), '']);
  const quiet = programs.length - shown.length;
  if (quiet > 0)
    lines.push(`${count(quiet, 'other program')} did nothing outside of its own places`, '');
  for (const problem of problems) {
    const title = `${labelOf(problem)}: ${titleOf(problem)}`;
    lines.push(`${paint.red('error[C0305]')}: ${printable(title)}`);
    lines.push(...problem.acts.map((act) => `    ${printable(act)}`), '');
  }
  for (const { scope, api } of neverDone)
    lines.push(`${paint.cyan('hint')}: ${printable(neverDoneText(scope, api))}`);
  for (const api of unwatched)
    lines.push(
      `${paint.yellow('not known')}: ${printable(`cackle.toml does not define \`${api}\`, so code that names it is not looked for`)}`,
    );
  for (const { packageLabel, held, failed } of unchecked)
    lines.push(
      `${paint.red(failed ? 'failed' : 'not traced')}: ${printable(`the ${held} of ${packageLabel}${failed ? '' : ' is held'}; \`cackle -n\` says why`)}`,
    );
  if (observed.otherProblems > 0)
    lines.push(
      `the check that was traced has ${count(observed.otherProblems, 'problem')} of its own; \`cackle -n\` shows them`,
    );
  const kinds = [...groupBy(programs, ({ kind }) => kind)].map(([kind, of]) =>
    kind === 'rustc'
      ? `${count(of.length, 'compilation')} with proc macros`
      : count(of.length, kind),
  );
  lines.push(
    `${kinds.length === 0 ? 'nothing' : kinds.join(', ')} traced by strace ${strace}, which sees no reads of the environment`,
  );
  return `${lines.join('\n')}\n`;
}

/** Returns what `cackle trace --suggest` found, as text behind that of the trace. */
export function suggestionText(found: Suggestion | undefined): string {
  if (found === undefined) return '';
  const { settings, toml, runs, changes, written } = found;
  const without = settings.filter(({ needs }) => needs.length === 0).length;
  const proof = `The last of ${count(runs, 'build')} had just this, passed, and every build script told cargo the same; ${without} of ${settings.length} sandboxes need no setting of their own.`;
  const lines = toml.trimEnd();
  if (lines !== '') {
    const where = written ? 'written to cackle.toml' : 'for cackle.toml (--write writes it)';
    return `\n${where}:\n\n${printableLines(lines)}\n\n${proof}\n`;
  }
  if (!changes) return `\ncackle.toml needs no settings of sandboxes\n\n${proof}\n`;
  const what = 'the settings of these sandboxes, since nothing needs them';
  return `\n${written ? `removed from cackle.toml: ${what}` : `--write removes from cackle.toml ${what}`}\n\n${proof}\n`;
}

function programLines(program: ObservedProgram, paint: Paint, all: boolean): string[] {
  const { kind, packageLabel, targetName, loads, sandbox, may, did, variables } = program;
  const name =
    kind === 'rustc'
      ? `rustc of ${packageLabel} (${targetName}), which loads ${loads.join(', ')}`
      : `${kind} of ${packageLabel}${kind === 'test' ? ` (${targetName})` : ''}`;
  const box = sandbox === 'Disabled' ? ', without a sandbox' : '';
  const acts = all ? did : did.slice(0, MOST_ACTS);
  const system = program.systemFiles;
  return [
    paint.bold(printable(`${name}${box}`)),
    ...may.map((one) => `  ${paint.dim('may')}  ${printable(mayText(one, all))}`),
    ...acts.map((act) => `  ${paint.dim('did')}  ${printable(textOf(act))}`),
    ...(acts.length < did.length
      ? [`  ${paint.dim('did')}  … and ${count(did.length - acts.length, 'more act')}`]
      : []),
    ...(system > 0
      ? [`  ${paint.dim(`read ${count(system, 'file')} of the system and toolchain`)}`]
      : []),
    ...(variables.length > 0
      ? [
          `  ${paint.dim('env')}  ${printable(`${kind === 'rustc' ? 'its code asks for' : 'it told cargo that it reads'} ${variables.join(', ')}`)}`,
        ]
      : []),
  ];
}

function mayText({ scope, api, allowed, places, morePlaces }: May, all: boolean): string {
  const shown = (all ? places : places.slice(0, MOST_PLACES)).map(
    ({ file, line }) => `${file.split('/').slice(-2).join('/')}:${line}`,
  );
  const more = places.length + morePlaces - shown.length;
  const where = `${shown.join(', ')}${more > 0 ? ` and ${count(more, 'more place')}` : ''}`;
  return `\`${api}\` in ${scopeName(scope)}${allowed ? '' : ', not allowed'}: ${where}`;
}

function textOf(act: Act): string {
  const where = act.where === undefined || act.where === 'system' ? '' : ` [${act.where}]`;
  return `${textOfAct(act)}${where}`;
}
