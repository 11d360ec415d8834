import { basename, dirname, isAbsolute, join } from 'node:path';
import type { EnvironmentChange } from './environment-change.ts';
import { LOADER_PATH } from './loader-path.ts';
import { OWN_FILES, ourVariables } from './our-variables.ts';
import { isStandIn } from './rustc-programs.ts';
import type { ServerOptions } from './server-options.ts';

/** Variables that we set for cargo, which passes them to every program it runs. */
const always = ['RUSTC_WRAPPER', 'RUSTDOC', ...Object.keys(OWN_FILES)];
/** By which cargo finds our runner, for a target. */
const runner = /^CARGO_TARGET_.*_RUNNER$/;

const oursIn = (env: ReadonlyMap<string, string>): string[] => [
  ...always,
  ...[...env.keys()].filter((name) => runner.test(name)),
  ...(isStandIn(env.get('RUSTC') ?? '') ? ['RUSTC'] : []),
];

/**
 * Returns the change that restores the environment that a rustc, test or program would have without us, but for the
 * loader's path: that is as in `env` (rule 9.14).
 */
export function withoutUs(env: ReadonlyMap<string, string>): EnvironmentChange {
  const ours = oursIn(env);
  return {
    unset: [...ourVariables, ...ours, LOADER_PATH],
    set: [...ours.flatMap((name) => own(name)), ...loaderPathOf(env)],
  };
}

type ScriptOptions = Pick<ServerOptions, 'userWrapper' | 'rustc' | 'rustdoc' | 'workspace'>;

/** Returns the same for a build script, which cargo tells which rustdoc and which wrapper to use. */
export function scriptWithoutUs(
  env: ReadonlyMap<string, string>,
  { userWrapper, rustc = 'rustc', rustdoc, workspace }: ScriptOptions,
): EnvironmentChange {
  const runners = [...env.keys()].filter((name) => runner.test(name));
  const real = rustc === 'rustc' ? join(workspace.sysroot, 'bin', 'rustc') : rustc;
  const said = env.get('RUSTC');
  const given = said !== undefined && isStandIn(said) ? real : said;
  return {
    unset: [...ourVariables, ...always, ...runners, LOADER_PATH],
    set: [
      ...loaderPathOf(env),
      ...runners.flatMap((name) => own(name)),
      ...(userWrapper === undefined ? [] : ([['RUSTC_WRAPPER', userWrapper]] as const)),
      ['RUSTDOC', rustdocBeside(given, rustdoc)],
      ...(given !== undefined ? [['RUSTC', given] as const] : []),
      ...Object.keys(OWN_FILES).flatMap((name) => own(name)),
    ],
  };
}

function loaderPathOf(env: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const value = env.get(LOADER_PATH);
  return value === undefined ? [] : [[LOADER_PATH, value]];
}

function own(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

/** Cargo replaces rustup's proxies for both by the programs of the toolchain in use (cargo's source, `get_tool`). */
function rustdocBeside(rustc: string | undefined, rustdoc: string): string {
  const found = rustc !== undefined && isAbsolute(rustc) && basename(rustc) === 'rustc';
  return rustdoc === 'rustdoc' && found ? join(dirname(rustc), 'rustdoc') : rustdoc;
}
