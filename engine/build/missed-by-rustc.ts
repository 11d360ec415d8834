import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { distinct } from '../distinct.ts';
import { realPath } from '../paths.ts';
import { denialsIn } from '../sandbox/denied.ts';
import { hiddenBy } from '../sandbox/hidden.ts';
import type { Done, Hello } from './protocol.ts';
import { type RustcError, readRustcErrors } from './rustc-errors.ts';
import type { SandboxedRun } from './server-options.ts';
import type { FailedSandboxedUnit, MissedByRustc } from './types.ts';

/** Describes a rustc or rustdoc that failed in its sandbox, by the errors that its shim kept. */
export function failedInSandbox(
  unit: Pick<FailedSandboxedUnit, 'packageId' | 'kind' | 'target' | 'command' | 'macros'>,
  { cwd, env }: Hello,
  { errors }: Done,
  { sandboxes }: SandboxedRun,
): FailedSandboxedUnit {
  const { packageId, kind, target, command, macros } = unit;
  const missed = missedBy(readRustcErrors(errors), {
    ...{ command, cwd, env },
    loadsMacros: macros.length > 0,
    hasNetwork: sandboxes.rustcHasNetwork(macros),
  });
  return { packageId, kind, target, command, macros, missed };
}

/** What is asked about a sandboxed rustc that failed. */
interface FailedRustc {
  /** The command line of its sandbox. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The environment that cargo gave it. */
  readonly env: ReadonlyMap<string, string>;
  readonly loadsMacros: boolean;
  readonly hasNetwork: boolean;
}

/** rustc's words where a file that code names cannot be read (`include_str!`, `include!`, `#[path]`). */
const unread = /^couldn't read `([\s\S]+)`: (?:No such file|Permission denied)/;
/** Its words for a variable that is not there, save where code has its own for it. */
const unset = /^environment variable `([\s\S]+)` not defined at compile time$/;
const asked = /\benv!\s*\(\s*"([^"]+)"/;

const panicked = /^(?:proc macro|proc-macro derive|custom attribute) panicked$/;
const byLinker = /^linking with /;
const ofCompiler = /^(?:(?:option_)?env|include(?:_str|_bytes)?|compile_error)!$/;

/** Returns what its sandbox kept from a rustc that failed, as far as its errors tell. */
function missedBy(errors: readonly RustcError[], unit: FailedRustc): MissedByRustc {
  const { command, cwd, env } = unit;
  const { hides, hidesFile, refuses } = hiddenBy(command);
  const shown = new Set(command.flatMap((word, i) => (word === '--setenv' ? command[i + 1] : [])));
  const isHiddenVariable = (name: string): boolean => env.has(name) && !shown.has(name);
  const files: MissedByRustc['files'][number][] = [];
  const links = new Set<string>();
  const variables = new Set<string>();
  const ofMacros: RustcError[] = [];
  let mayBeSandbox = false;
  for (const error of errors) {
    const file = unread.exec(error.message)?.[1];
    const variable = variableOf(error);
    if (file !== undefined) {
      const path = resolve(cwd, file);
      if (!existsSync(path)) continue;
      if (hides(realPath(path))) files.push({ path, place: placeOf(error, cwd, hidesFile) });
      else if (hides(path)) links.add(path);
    } else if (variable !== undefined) {
      if (isHiddenVariable(variable)) variables.add(variable);
    } else if (unit.loadsMacros && isOfMacro(error)) ofMacros.push(error);
    mayBeSandbox ||= byLinker.test(error.message);
  }
  const denied = denialsIn(
    ofMacros.map(({ message, notes }) => [message, ...notes].join('\n')).join('\n'),
    {
      cwd,
      hiddenVariables: [...env.keys()].filter(isHiddenVariable),
      mentions: () => false,
      hasNetwork: unit.hasNetwork,
      ...{ hides, refuses },
      searched: [],
    },
  );
  return {
    ...{ files, links: [...links], variables: [...variables].sort(), denied: distinct(denied) },
    mayBeSandbox: mayBeSandbox || ofMacros.length > 0,
  };
}

function variableOf({ message, macro, source }: RustcError): string | undefined {
  return unset.exec(message)?.[1] ?? (macro === 'env!' ? asked.exec(source)?.[1] : undefined);
}

/** Did a proc macro fail, or report an error of its own? */
function isOfMacro({ message, hasCode, macro }: RustcError): boolean {
  return panicked.test(message) || (!hasCode && macro !== undefined && !ofCompiler.test(macro));
}

function placeOf(
  { place }: RustcError,
  cwd: string,
  hidesFile: (path: string) => boolean,
): MissedByRustc['files'][number]['place'] {
  const unknown = { file: cwd, line: 1, column: 1 };
  if (place === undefined) return unknown;
  const file = resolve(cwd, place.file);
  // A macro that forges an error must not have a report show what the sandbox hides from it.
  return hidesFile(file) ? unknown : { ...place, file };
}
