import type { Edit, EditStep } from '../config/edit/edit.ts';
import { ancestors } from '../config/inheritance.ts';
import type { CompileSetting, Config, PermissionScope, ScopeSuffix } from '../config/types.ts';
import { excludable, type UsedNames } from './prefixes.ts';
import type { Fix } from './types.ts';

/** Each scope in words, to follow the package's name. */
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

/** A use of a keyword, with the macros that lend it, if any. */
export interface LentUse {
  readonly macros?: readonly { readonly package: string; readonly name: string }[] | undefined;
}

const edit = (...steps: EditStep[]): Edit => ({ steps });

/** Returns the fixes that allow an API in the exact scope, then in each wider one. */
export function allowApi(scope: PermissionScope, api: string): Fix[] {
  const suffixes: ScopeSuffix[] = [scope.suffix, ...ancestors[scope.suffix]];
  return suffixes.map((suffix) => ({
    title: `allow \`${api}\` to ${scope.package}${where[suffix]}`,
    explanation: `${scope.package} may use the API ${api} ${reach[suffix]}.`,
    edit: edit({ kind: 'allow', scope: { ...scope, suffix }, list: 'allow_apis', value: api }),
  }));
}

/**
 * Returns the fixes that allow what code reads while it is compiled, by exactly these names, in the exact scope, then in each wider one.
 * `areHidden`: the sandbox of rustc hides some of it until then.
 */
export function allowReads(
  scope: PermissionScope,
  setting: CompileSetting,
  names: readonly string[],
  { areHidden = false }: { readonly areHidden?: boolean } = {},
): Fix[] {
  const [first = ''] = names;
  const kind = setting === 'compile.env' ? 'variables' : 'files';
  const what = names.length === 1 ? `\`${first}\`` : `${names.length} ${kind}`;
  const suffixes: ScopeSuffix[] = [scope.suffix, ...ancestors[scope.suffix]];
  return suffixes.map((suffix) => ({
    title: `allow ${scope.package} to read ${what} while it is compiled${where[suffix]}`,
    explanation: `What rustc reads there becomes part of what is built: ${names.join(', ')}.${areHidden ? ' The sandbox of rustc, which hides it, then shows it for this package.' : ''}`,
    ...(areHidden ? { opensSandbox: true } : {}),
    edit: edit(
      ...names.map((value): EditStep => {
        return { kind: 'allow', scope: { ...scope, suffix }, list: setting, value };
      }),
    ),
  }));
}

/** Returns the fix that excludes the common part of usages from an API; none when they have too little in common. */
export function excludeTargets(
  api: string,
  usages: readonly UsedNames[],
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

/** Returns the fix that declares macros safe; none unless every use comes from a macro that lends it. */
export function declareSafe(uses: readonly LentUse[]): Fix[] {
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

/** Returns the fixes that permit `unsafe` or `extern` in a scope; `what` describes it in words. */
export function permitKeyword(
  scope: PermissionScope,
  flag: 'allow_unsafe' | 'allow_extern',
  what: string,
): Fix {
  return {
    title: `allow ${what} to ${scope.package}${where[scope.suffix]}`,
    explanation: `${scope.package} may have ${what} ${scope.suffix === '' ? 'in its crates, its build script and tests too' : reach[scope.suffix]}.`,
    edit: edit({ kind: 'permit', scope, flag }),
  };
}

/** Returns the fix that permits a package to be a proc macro. */
export function permitProcMacro(packageName: string): Fix[] {
  const scope: PermissionScope = { package: packageName, suffix: '' };
  return [
    {
      title: `allow ${packageName} to be a proc macro`,
      explanation: `rustc may load and run ${packageName} while it compiles what depends on it.`,
      edit: edit({ kind: 'permit', scope, flag: 'allow_proc_macro' }),
    },
  ];
}

/** Returns the fix that adds the build section required by `explicit_build_scripts`. */
export function addBuildSection(packageName: string): Fix[] {
  return [
    {
      title: `allow ${packageName} to have a build script`,
      explanation: `A build section for ${packageName} says that its build script may run; it allows no API.`,
      edit: edit({ kind: 'build-section', package: packageName }),
    },
  ];
}

/** Returns the fixes that set `source`, which says to which of several packages of this name a table applies. */
export function setSource(packageName: string, sources: readonly string[]): Fix[] {
  return sources.map((source) => ({
    title: `say that [pkg.${packageName}] is about the one from ${source}`,
    explanation: `What stands there is allowed to ${packageName} from ${source} alone; a table [pkg."${packageName}@SOURCE"] allows something to another.`,
    edit: edit({ kind: 'set', path: ['pkg', packageName, 'source'], value: source }),
  }));
}

/** Returns the fix that removes the settings of a package that is not in the tree. */
export function removePackage(packageName: string): Fix[] {
  return [
    {
      title: `remove the settings of ${packageName}`,
      explanation: `No package of the tree is called ${packageName}. Comments stay.`,
      edit: edit({ kind: 'drop', path: ['pkg', packageName] }),
    },
  ];
}
