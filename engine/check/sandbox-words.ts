import type { FailedSandboxedUnit, MissedByRustc } from '../build/types.ts';
import { coversVariable } from '../config/compile-rules.ts';
import { applyEdits, type EditStep } from '../config/edit/edit.ts';
import type { Config } from '../config/types.ts';
import { distinct } from '../distinct.ts';
import { groupBy } from '../group-by.ts';
import { scopeOf } from '../judge/attribution.ts';
import { asInConfig } from '../judge/program-problems.ts';
import type { Denial } from '../problems/failure.ts';
import { adviceFor } from '../problems/fixes.ts';
import type { Workspace } from '../workspace/types.ts';
import { unreadBy } from './unread-files.ts';

/** What is known where rustc failed in its sandbox. */
interface Known {
  readonly workspace: Workspace;
  readonly config: Config;
}

/** Something that the sandbox kept from rustc, and the lines of cackle.toml that let it through. */
interface Kept {
  readonly what: string;
  readonly toml: readonly string[];
}

/**
 * Returns what rustc's sandbox kept from code that did not compile, to follow "the sandbox of [rustc.sandbox], which", with the
 * lines for cackle.toml (rule 7.9); undefined where nothing shows that it is why. With `files` also those that are a problem of a report.
 */
export function sandboxWords(
  units: readonly FailedSandboxedUnit[],
  known: Known,
  { files }: { readonly files: boolean },
): string | undefined {
  const kept = [
    ...(files ? units.flatMap((unit) => ofFiles(unit, known)) : []),
    ...[...groupBy(units, ({ packageId }) => packageId).values()].flatMap((of) =>
      ofCode(of, known),
    ),
    ...units.flatMap((unit) => ofMacros(unit, known)),
  ];
  if (kept.length > 0) return distinct(kept).map(textOf).join('\nand ');
  const unclear = units.filter(({ missed }) => missed.mayBeSandbox);
  return unclear.length === 0 ? undefined : mayForbid(unclear, known);
}

/** Says of units in a sandbox what is true of all of them. */
function mayForbid(units: readonly FailedSandboxedUnit[], known: Known): string {
  const macros = [...new Set(units.flatMap((unit) => macrosOf(unit, known)))];
  const tables = macros.map((name) => `[pkg.${name}]`);
  const opens =
    macros.length === 0
      ? ''
      : ` (\`rustc.sandbox\` of ${tables.join(', ')} opens it where a proc macro of ${macros.join(', ')} is loaded)`;
  return `may forbid what it needs${opens}`;
}

const textOf = ({ what, toml }: Kept): string =>
  toml.length === 0
    ? what
    : `${what}; to allow it, in cackle.toml:\n${toml.map((line) => `    ${line}`.trimEnd()).join('\n')}`;

const macrosOf = ({ macros }: FailedSandboxedUnit, { workspace }: Known): string[] =>
  macros.flatMap((id) => workspace.byId.get(id)?.name ?? []);

const linesOf = (steps: readonly EditStep[]): string[] =>
  applyEdits('', [{ steps }]).trimEnd().split('\n');

function ofFiles(unit: FailedSandboxedUnit, { workspace, config }: Known): Kept[] {
  return unreadBy(unit, workspace, config).flatMap((problem) => {
    if (problem.kind !== 'disallowed-compile-files') return [];
    const names = problem.uses.map(({ name }) => name).join(', ');
    const toml = adviceFor(problem)?.text.split('\n') ?? [];
    return [{ what: `hides ${names} from the code of ${problem.packageLabel}`, toml }];
  });
}

/** Of one package: a test is compiled of the same code as what it tests. */
function ofCode(
  units: readonly [FailedSandboxedUnit, ...FailedSandboxedUnit[]],
  { workspace, config }: Known,
): Kept[] {
  const all = (read: (missed: MissedByRustc) => readonly string[]): string[] =>
    [...new Set(units.flatMap(({ missed }) => read(missed)))].sort();
  const links = all((missed) => missed.links);
  const variables = all((missed) => missed.variables);
  const widest = units.find(({ kind }) => kind === 'primary') ?? units[0];
  const p = workspace.byId.get(widest.packageId);
  if (p === undefined) return [];
  const scope = scopeOf(p, { package: p.index, kind: widest.kind });
  const { compileEnv } = config.permissions(scope);
  const notAllowed = variables.filter((name) => !compileEnv.some((r) => coversVariable(r, name)));
  const table = (key: string, values: readonly string[]): EditStep => ({
    ...{ kind: 'add', path: ['rustc', 'sandbox', key] },
    values,
  });
  return [
    ...(variables.length === 0
      ? []
      : [
          {
            what: `hides ${variables.join(', ')} from the code of ${p.label}`,
            toml: linesOf([
              table('pass_env', variables),
              ...notAllowed.map((value): EditStep => {
                return { kind: 'allow', scope, list: 'compile.env', value };
              }),
            ]),
          },
        ]),
    ...(links.length === 0
      ? []
      : [
          {
            what: `hides ${links.join(', ')} from the code of ${p.label}`,
            toml: linesOf([table('bind_readable', links)]),
          },
        ]),
  ];
}

function ofMacros(unit: FailedSandboxedUnit, known: Known): Kept[] {
  const denied = unit.missed.denied.map((denial) => asInConfig(denial, known.workspace.root));
  if (denied.length === 0) return [];
  const macros = macrosOf(unit, known);
  const who = `the proc macro${macros.length === 1 ? '' : 's'} of ${macros.join(', ')}`;
  const blocks = macros.map((name) => stepsFor(name, denied)).filter((steps) => steps.length > 0);
  const which = blocks.length > 1 ? ['# those that need it of these:'] : [];
  const toml = [...which, ...blocks.flatMap(linesOf)];
  return [{ what: denied.map((denial) => whatOf(denial, who)).join(' and '), toml }];
}

function whatOf(denial: Denial, who: string): string {
  switch (denial.what) {
    case 'write':
      return `keeps ${who} from writing in ${denial.path}`;
    case 'mode':
      return `keeps ${who} from writing ${denial.path}, which its own permissions forbid (\`chmod u+w\`)`;
    case 'read':
      return `hides ${denial.path} from ${who}`;
    case 'network':
      return `gives ${who} no network`;
    case 'variable':
      return `hides ${denial.name} from ${who}`;
  }
}

/** Returns the edits that grant a package's proc macros what they were denied. */
function stepsFor(name: string, denied: readonly Denial[]): EditStep[] {
  const at = (key: string): string[] => ['pkg', name, 'rustc', 'sandbox', key];
  const add = (key: string, value: string): EditStep[] => [
    { kind: 'add', path: at(key), values: [value] },
  ];
  return denied.flatMap((denial) => {
    if (denial.what === 'mode') return [];
    if (denial.what === 'variable') return add('pass_env', denial.name);
    if (denial.what === 'read') return add('bind_readable', denial.path);
    if (denial.what === 'write')
      return add(denial.new ? 'make_writable' : 'bind_writable', denial.path);
    return [{ kind: 'set', path: at('allow_network'), value: true }];
  });
}
