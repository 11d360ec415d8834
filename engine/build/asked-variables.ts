import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { readRegularFile } from '../regular-file.ts';
import { isPassedToAll } from '../sandbox/environment.ts';
import { ourVariables } from './our-variables.ts';
import type { AskedVariable } from './types.ts';

const line = /^# env-dep:([^=\n]+)(?:=.*)?\n/gm;
/** A byte that is no text, as the shim tells of it. */
const noText = /[\udc80-\udcff]/;

/** What cargo itself has of these is ours, and another one in each run; no code sees that. */
const ours: ReadonlySet<string> = new Set([...ourVariables, 'RUSTC_WRAPPER', 'RUSTDOC']);

/**
 * Makes a unit's dep-info say of each variable what cargo finds when it looks whether the unit is fresh: its own value,
 * not the one of a sandbox. One that was hidden is left out: its value changes nothing, and does not go into a file that
 * sandboxes show. `env` is what cargo gave rustc, `set` the names that the build script set of it, and `passes` tells what
 * rustc gets. Gives the variables of which only the sandbox decides.
 * Errors of the file system pass through.
 */
export function tellCargo(
  depInfo: string,
  env: ReadonlyMap<string, string>,
  set: readonly string[],
  passes: (name: string) => boolean,
): AskedVariable[] {
  const asked: AskedVariable[] = [];
  let text: string;
  try {
    text = readRegularFile(depInfo).toString('latin1');
  } catch {
    // Whoever reads the files in it says what is wrong.
    return asked;
  }
  const told = text.replace(line, (as: string, written: string) => {
    const name = read(written);
    if (ours.has(name)) return '';
    if (set.includes(name)) return as;
    const seen = passes(name);
    if (!isPassedToAll(name)) asked.push({ name, seen });
    if (!seen) return '';
    const value = env.get(name);
    if (value === undefined) return as;
    // Of what is no text cargo finds nothing.
    return `# env-dep:${written}${noText.test(value) ? '' : `=${write(value)}`}\n`;
  });
  if (told !== text) {
    // By renaming: what stands there now may be a link that a proc macro made.
    const made = `${depInfo}.${randomBytes(4).toString('hex')}.tmp`;
    writeFileSync(made, told, { encoding: 'latin1', flag: 'wx' });
    renameSync(made, depInfo);
  }
  return asked;
}

/** As rustc writes names and values (`escape_dep_env` in rustc_interface), of bytes. */
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
