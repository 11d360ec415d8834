import { basename, dirname, isAbsolute, join } from 'node:path';
import { ourVariables } from './our-variables.ts';
import type { ServerOptions } from './server-options.ts';

/** Changes of an environment. */
export interface EnvironmentChange {
  readonly unset: readonly string[];
  readonly set: readonly (readonly [string, string])[];
}

/** Variables that are set for cargo, which hands them on to all that it runs. */
const ours = ['RUSTC_WRAPPER', 'RUSTDOC'] as const;

/** What makes the environment of a rustc, or of a test or program, that which it has without us. */
export function withoutUs(): EnvironmentChange {
  return { unset: [...ourVariables, ...ours], set: ours.flatMap((name) => own(name)) };
}

/** The same for a build script, whom cargo tells which rustdoc and which wrapper to use. */
export function scriptWithoutUs(
  env: ReadonlyMap<string, string>,
  { userWrapper, rustdoc }: Pick<ServerOptions, 'userWrapper' | 'rustdoc'>,
): EnvironmentChange {
  return {
    unset: [...ourVariables, ...ours],
    set: [
      ...(userWrapper === undefined ? [] : ([['RUSTC_WRAPPER', userWrapper]] as const)),
      ['RUSTDOC', rustdocBeside(env.get('RUSTC'), rustdoc)],
    ],
  };
}

/** The environment with a change made, for a program whose environment is made anew. */
export function changed(
  env: ReadonlyMap<string, string>,
  { unset, set }: EnvironmentChange,
): ReadonlyMap<string, string> {
  return new Map([...[...env].filter(([name]) => !unset.includes(name)), ...set]);
}

function own(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

/** Cargo takes rustup's stand-ins for both to the toolchain in use (cargo's source, `get_tool`). */
function rustdocBeside(rustc: string | undefined, rustdoc: string): string {
  const found = rustc !== undefined && isAbsolute(rustc) && basename(rustc) === 'rustc';
  return rustdoc === 'rustdoc' && found ? join(dirname(rustc), 'rustdoc') : rustdoc;
}
