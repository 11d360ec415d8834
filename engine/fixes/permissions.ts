import type { Edit, EditStep } from '../config/edit/edit.ts';
import { ancestors } from '../config/inheritance.ts';
import {
  needsExactRule,
  neverAllowed,
  normalisedInstruction,
} from '../config/instruction-rules.ts';
import type { Config, PermissionScope, ScopeSuffix } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { excludable, referrersPrefix } from './prefixes.ts';
import type { Fix } from './types.ts';

type OfKind<K extends Problem['kind']> = Extract<Problem, { kind: K }>;

/** A scope in words, behind the package's name. */
export const where: Readonly<Record<ScopeSuffix, string>> = {
  '': '',
  build: ' in its own build script',
  'from.build': ' in any build script',
  test: ' in its own tests',
  'from.test': " in any package's tests",
};

const reach: Readonly<Record<ScopeSuffix, string>> = {
  '': 'wherever it is linked: in programs, build scripts and tests',
  build: 'in its own build script, nowhere else',
  'from.build': 'in every build script that it is linked into',
  test: 'in its own tests, nowhere else',
  'from.test': "in every package's tests that it is linked into",
};

const edit = (...steps: EditStep[]): Edit => ({ steps });

/** In the exact scope, then in each wider one. */
function allowApi(scope: PermissionScope, api: string): Fix[] {
  const suffixes: ScopeSuffix[] = [scope.suffix, ...ancestors[scope.suffix]];
  return suffixes.map((suffix) => ({
    title: `allow \`${api}\` to ${scope.package}${where[suffix]}`,
    explanation: `${scope.package} may use the API ${api} ${reach[suffix]}.`,
    edit: edit({ kind: 'allow', scope: { ...scope, suffix }, list: 'allow_apis', value: api }),
  }));
}

function excludeTargets(
  { usages, api }: OfKind<'disallowed-api' | 'off-tree-api'>,
  config: Config | undefined,
): Fix[] {
  const path = excludable(usages, config?.apis.get(api));
  if (path === undefined) return [];
  return [
    {
      title: `exclude \`${path}\` from the API \`${api}\``,
      explanation: `${path} and what is below it no longer count as ${api}, whoever uses them.`,
      edit: edit({ kind: 'add', path: ['api', api, 'exclude'], values: [path] }),
    },
  ];
}

/** For a use of an API by a package of the tree. */
export function apiFixes(problem: OfKind<'disallowed-api'>, config: Config | undefined): Fix[] {
  return [...allowApi(problem.scope, problem.api), ...excludeTargets(problem, config)];
}

/** For a use of an API whose provider is no dependency of the user: mostly somebody else's type or macro. */
export function offTreeFixes(problem: OfKind<'off-tree-api'>, config: Config | undefined): Fix[] {
  const { api, usages, packageName, providedBy } = problem;
  const path = referrersPrefix(usages, packageName, providedBy);
  const include: Fix[] =
    path === undefined
      ? []
      : [
          {
            title: `include \`${path}\` in the API \`${api}\``,
            explanation: `${path} counts as ${api} itself: whoever uses it uses ${api}, and ${packageName} is not charged for what it is used with.`,
            edit: edit({ kind: 'add', path: ['api', api, 'include'], values: [path] }),
          },
        ];
  return [...include, ...excludeTargets(problem, config), ...allowApi(problem.scope, api)];
}

/** For macros that lend it, where nothing else is told: the word of their package's owner. */
function safeMacros({ uses }: OfKind<'disallowed-unsafe' | 'disallowed-extern'>): Fix[] {
  const byPackage = new Map<string, Set<string>>();
  for (const { macros } of uses) {
    if (macros === undefined) return [];
    for (const { package: name, name: macro } of macros)
      byPackage.set(name, (byPackage.get(name) ?? new Set()).add(macro));
  }
  if (byPackage.size === 0) return [];
  const steps = [...byPackage].map(
    ([name, macros]): EditStep => ({
      kind: 'add',
      path: ['pkg', name, 'safe_macros'],
      values: [...macros].sort(),
    }),
  );
  const names = [...byPackage].flatMap(([name, macros]) =>
    [...macros].sort().map((macro) => `\`${name}::${macro}!\``),
  );
  return [
    {
      title: `declare ${names.join(', ')} safe`,
      explanation:
        'You have read it: whatever it is called with, no unsafe or extern code of its caller comes of it. This holds for every crate that calls it.',
      edit: edit(...steps),
    },
  ];
}

/** For `unsafe` and `extern`: in the scope of the crate kind. */
export function keywordFixes(problem: OfKind<'disallowed-unsafe' | 'disallowed-extern'>): Fix[] {
  const { scope, kind } = problem;
  const flag = kind === 'disallowed-unsafe' ? 'allow_unsafe' : 'allow_extern';
  const what = kind === 'disallowed-unsafe' ? 'unsafe code' : 'extern functions';
  return [
    {
      title: `allow ${what} to ${scope.package}${where[scope.suffix]}`,
      explanation: `${scope.package} may have ${what} ${scope.suffix === '' ? 'in its crates, its build script and tests too' : reach[scope.suffix]}.`,
      edit: edit({ kind: 'permit', scope, flag }),
    },
    ...safeMacros(problem),
  ];
}

/** For a proc macro. */
export function procMacroFixes({ packageName }: OfKind<'proc-macro-not-allowed'>): Fix[] {
  const scope: PermissionScope = { package: packageName, suffix: '' };
  return [
    {
      title: `allow ${packageName} to be a proc macro`,
      explanation: `rustc may load and run ${packageName} while it compiles what depends on it.`,
      edit: edit({ kind: 'permit', scope, flag: 'allow_proc_macro' }),
    },
  ];
}

/** For a build script where each needs a section (`explicit_build_scripts`). */
export function buildScriptFixes({ packageName }: OfKind<'build-script-not-allowed'>): Fix[] {
  return [
    {
      title: `allow ${packageName} to have a build script`,
      explanation: `A build section for ${packageName} says that its build script may run; it allows no API.`,
      edit: edit({ kind: 'build-section', package: packageName }),
    },
  ];
}

/** For a build script's instruction: with any value, then by ever shorter prefixes. */
export function instructionFixes({
  packageName,
  instruction,
}: OfKind<'disallowed-build-instruction'>): Fix[] {
  const scope: PermissionScope = { package: packageName, suffix: 'build' };
  return rulesFor(instruction).map((rule) => ({
    title: `allow \`${rule}\` to the build script of ${packageName}`,
    explanation: rule.endsWith('*')
      ? `Every instruction that begins \`${rule.slice(0, -1)}\` is allowed.`
      : 'This instruction alone is allowed.',
    edit: edit({ kind: 'allow', scope, list: 'allow_build_instructions', value: rule }),
  }));
}

/** `cargo:rustc-link-lib=x` → `cargo:rustc-link-lib=*`, `cargo:rustc-link-*`, `cargo:rustc-*`, `cargo:*`. */
function rulesFor(instruction: string): string[] {
  const line = normalisedInstruction(instruction);
  const end = line.indexOf('=');
  // As a rule it would match more than itself, and nobody is to accept that unseen.
  if (end < 0 && line.endsWith('*')) return [];
  if (neverAllowed(line) !== undefined) return [];
  if (needsExactRule(line)) return line.endsWith('*') ? [] : [line];
  const name = end < 0 ? line : line.slice(0, end);
  const rules = [end < 0 ? line : `${name}=*`];
  for (let cut = name.lastIndexOf('-'); cut > 0; cut = name.lastIndexOf('-', cut - 1))
    rules.push(`${name.slice(0, cut + 1)}*`);
  return [...rules, 'cargo:*'];
}

/** For a table of which several packages could be meant: it is one's. */
export function sourceFixes({ packageName, sources }: OfKind<'ambiguous-package'>): Fix[] {
  return sources.map((source) => ({
    title: `say that [pkg.${packageName}] is about the one from ${source}`,
    explanation: `What stands there is allowed to ${packageName} from ${source} alone; a table [pkg."${packageName}@SOURCE"] allows something to another.`,
    edit: edit({ kind: 'set', path: ['pkg', packageName, 'source'], value: source }),
  }));
}

/** For settings of a package that is not in the tree. */
export function unknownPackageFixes({ packageName }: OfKind<'unknown-package'>): Fix[] {
  return [
    {
      title: `remove the settings of ${packageName}`,
      explanation: `No package of the tree is called ${packageName}. Comments stay.`,
      edit: edit({ kind: 'drop', path: ['pkg', packageName] }),
    },
  ];
}
