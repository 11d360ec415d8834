import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { readRegularFile } from '../regular-file.ts';
import { isPassedToAll } from '../sandbox/environment.ts';
import { ourVariables } from './our-variables.ts';
import type { QueriedVariable } from './types.ts';

const line = /^# env-dep:([^=\n]+)(?:=.*)?\n/gm;
/** A byte that is not UTF-8, in the form in which the shim sends it. */
const noText = /[\udc80-\udcff]/;

/**
 * Variables that cargo sets for the crate that it compiles (The Cargo Book, "Environment variables Cargo sets for crates"),
 * whatever the user's environment has. Others of its names are settings of the user, some of them secret.
 */
const setByCargo =
  /^(?:CARGO|OUT_DIR|CARGO_(?:MANIFEST_(?:DIR|PATH|LINKS)|PKG_(?:VERSION(?:_(?:MAJOR|MINOR|PATCH|PRE))?|AUTHORS|NAME|DESCRIPTION|HOMEPAGE|REPOSITORY|LICENSE(?:_FILE)?|RUST_VERSION|README)|CRATE_NAME|BIN_NAME|BIN_EXE_.+|PRIMARY_PACKAGE|TARGET_TMPDIR|RUSTC_CURRENT_DIR))$/;

/** The variables that a unit's code asks for. */
export interface AskedVariables {
  /** Those whose visibility only the sandbox decides. */
  readonly queried: readonly QueriedVariable[];
  /** Those that neither cargo nor the package's own build script sets, whether they are set or not. */
  readonly asked: readonly string[];
}

/** In cargo's own environment these variables are ours and differ from run to run. No compiled code sees them. */
const ours: ReadonlySet<string> = new Set([...ourVariables, 'RUSTC_WRAPPER', 'RUSTDOC']);

/**
 * Rewrites a unit's dep-info so that each variable has the value that cargo finds when it checks whether the unit is
 * fresh: cargo's own value, not the one in a sandbox. A hidden variable is left out: its value changes nothing, and
 * must not go into a file that sandboxes show. `env` is the environment that cargo gave rustc, `set` the names that
 * the build script set in it, and `passes` says whether rustc gets a variable. Errors of the file system pass through.
 */
export function tellCargo(
  depInfo: string,
  env: ReadonlyMap<string, string>,
  set: readonly string[],
  passes: (name: string) => boolean,
): AskedVariables {
  const queried: QueriedVariable[] = [];
  const asked: string[] = [];
  let text: string;
  try {
    text = readRegularFile(depInfo).toString('latin1');
  } catch {
    // The code that later reads the files listed in it reports the error.
    return { queried, asked };
  }
  const told = text.replace(line, (as: string, written: string) => {
    const name = read(written);
    if (!setByCargo.test(name) && !set.includes(name)) asked.push(name);
    if (ours.has(name)) return '';
    if (set.includes(name)) return as;
    const seen = passes(name);
    if (!isPassedToAll(name)) queried.push({ name, seen });
    if (!seen) return '';
    const value = env.get(name);
    if (value === undefined) return as;
    // Cargo treats a value that is not UTF-8 as unset.
    return `# env-dep:${written}${noText.test(value) ? '' : `=${write(value)}`}\n`;
  });
  if (told !== text) {
    // Written by a rename: a proc macro may have put a link at this path.
    const made = `${depInfo}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(made, told, { encoding: 'latin1', flag: 'wx' });
    renameSync(made, depInfo);
  }
  return { queried, asked };
}

/** Escapes a name or value as rustc does (`escape_dep_env` in rustc_interface), byte by byte. */
function write(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

function read(written: string): string {
  const bytes = written.replace(/\\(.)/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter,
  );
  return Buffer.from(bytes, 'latin1').toString();
}
