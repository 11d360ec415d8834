import { type BuildChoice, featureWords } from '../config/features.ts';
import { type Config, confines, type SandboxKind, type SandboxSettings } from '../config/types.ts';

/**
 * Returns what a cackle.toml watches or confines less than that of the base, as texts. Both sides of a comparison are judged by the
 * present one: what it does not watch any more could not show as a gain (rule 11.9).
 */
export function loosened(base: Config, head: Config): string[] {
  return [
    ...apis(base, head),
    ...macros(base, head),
    ...sandboxes(base, head),
    ...builds(base, head),
  ];
}

function apis(base: Config, head: Config): string[] {
  return [...base.apis.values()].flatMap(({ name, include, exclude }) => {
    const now = head.apis.get(name);
    if (now === undefined) return [`the API ${name} is not watched any more`];
    const gone = include.filter((path) => !now.include.includes(path));
    const spared = now.exclude.filter((path) => !exclude.includes(path));
    return [
      ...(gone.length > 0 ? [`the API ${name} includes no longer ${gone.join(', ')}`] : []),
      ...(spared.length > 0 ? [`the API ${name} now excludes ${spared.join(', ')}`] : []),
    ];
  });
}

function macros(base: Config, head: Config): string[] {
  return [...head.packages.keys()].flatMap((name) => {
    const more = [...head.safeMacros(name)].filter((macro) => !base.safeMacros(name).has(macro));
    return more.length > 0 ? [`safe_macros of ${name} now has ${more.join(', ')}`] : [];
  });
}

function sandboxes(base: Config, head: Config): string[] {
  const of = (name: string): string[] =>
    (['build', 'test'] as const).flatMap((suffix) =>
      looser(
        suffix === 'build' ? 'build scripts' : 'tests',
        name,
        base.sandbox({ package: name, suffix }),
        head.sandbox({ package: name, suffix }),
      ),
    );
  const usual = of('');
  const names = new Set([...base.packages.keys(), ...head.packages.keys()]);
  // What holds for all is not told of each package.
  const own = [...names].flatMap((name) =>
    of(name).filter((text) => !usual.includes(text.replace(` of ${name}`, ''))),
  );
  const rustc = looser('rustc', '', base.rustcSandbox, head.rustcSandbox);
  return [...usual, ...own, ...rustc, ...opened(base, head, rustc)];
}

/** What proc macros open of the sandbox of rustc, besides what holds for all. */
function opened(base: Config, head: Config, usual: readonly string[]): string[] {
  return [...head.macroSandboxes.keys()].sort().flatMap((name) => {
    const where = 'rustc with the proc macros';
    const of = looser(where, name, base.unitSandbox([name]), head.unitSandbox([name]));
    return of.filter((text) => !usual.includes(text.replace(`${where} of ${name}`, 'rustc')));
  });
}

function looser(
  programs: string,
  name: string,
  before: SandboxSettings,
  now: SandboxSettings,
): string[] {
  const what = name === '' ? programs : `${programs} of ${name}`;
  const added = (
    key: 'bindReadable' | 'bindWritable' | 'makeWritable' | 'passEnv' | 'extraArgs',
  ): string[] => {
    const had = new Set(before[key].map(({ value }) => value));
    return now[key].map(({ value }) => value).filter((value) => !had.has(value));
  };
  const more = [
    ...added('bindReadable').map((path) => `read ${path}`),
    ...[...added('bindWritable'), ...added('makeWritable')].map((path) => `write to ${path}`),
    ...added('passEnv').map((name) => `see the variable ${name}`),
    ...added('extraArgs').map((argument) => `run with ${argument}`),
  ];
  return [
    ...(strength(now.kind) < strength(before.kind)
      ? [
          confines(now.kind)
            ? `the sandbox of ${what} is ${now.kind}, no longer ${before.kind}`
            : `the sandbox of ${what} is off`,
        ]
      : []),
    ...(!before.allowNetwork && now.allowNetwork ? [`${what} may use the network`] : []),
    ...(more.length > 0 ? [`${what} may ${more.join(', ')}`] : []),
  ];
}

/** Returns how much a kind of sandbox holds back: `Auto` may be either of two. */
function strength(kind: SandboxKind | undefined): number {
  return ['Landlock', 'Auto', 'Bubblewrap'].indexOf(kind ?? '') + 1;
}

function builds(base: Config, head: Config): string[] {
  const words = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(' '));
  return [
    ...(words(base.buildFlags) === words(head.buildFlags)
      ? []
      : [`build_flags are ${words(head.buildFlags)}, not ${words(base.buildFlags)}`]),
    ...(featureWords(base.features) === featureWords(head.features)
      ? []
      : [`features are ${featureWords(head.features)}, not ${featureWords(base.features)}`]),
    ...(buildWords(base.builds) === buildWords(head.builds)
      ? []
      : [`builds are ${buildWords(head.builds)}, not ${buildWords(base.builds)}`]),
    ...(base.profile === head.profile
      ? []
      : [`the profile is ${head.profile}, not ${base.profile}`]),
    ...(base.explicitBuildScripts && !head.explicitBuildScripts
      ? ['build scripts need no build section any more']
      : []),
    ...(base.trace && !head.trace ? ['what runs while building is not traced any more'] : []),
  ];
}

function buildWords(builds: readonly BuildChoice[]): string {
  if (builds.length === 0) return 'one';
  return builds
    .map(({ targets, features }) => [...targets, `features ${featureWords(features)}`].join(' '))
    .join('; ');
}
