import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type ConfigDiagnostic,
  ConfigError,
  type ConfigText,
  type SandboxSettings,
} from '../config/types.ts';
import { makeDirectory } from '../make-directory.ts';
import { isWithin, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf, whyUnwritable } from '../system-errors.ts';
import { kindInForce, type SandboxTools } from './choice.ts';
import { tryBubblewrap } from './probe.ts';

/**
 * Creates the directories of make_writable, and checks that the paths of bind_readable and bind_writable exist (rule 2.15), that
 * bwrap accepts each extra_args, and that Landlock has none and need not except a part of what may be written: it cannot.
 * `kept` are the places that no program may write. Throws {@link ConfigError} with every fault, at its place in `file`.
 */
export async function prepareSettings(
  settings: readonly SandboxSettings[],
  workspaceRoot: string,
  tools: SandboxTools,
  kept: readonly string[],
  file: string,
): Promise<void> {
  const faults: ConfigDiagnostic[] = [];
  const fault = ({ place, length }: ConfigText, message: string, help: string): void => {
    faults.push({ file, place, length, message, help, sourceLine: undefined });
  };
  const each = (read: (s: SandboxSettings) => readonly ConfigText[]) =>
    new Set(settings.flatMap(read));
  const readable = each((s) => s.bindReadable);
  for (const text of new Set([...readable, ...each((s) => s.bindWritable)])) {
    const key = readable.has(text) ? 'bind_readable' : 'bind_writable';
    const path = resolve(workspaceRoot, text.value);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    if (!(found instanceof Error)) continue;
    const reason = found.code === 'ENOENT' ? 'there is no such path' : reasonOf(found);
    fault(
      text,
      `${key}: ${path}: ${reason}`,
      key === 'bind_readable'
        ? 'create it, or leave it out'
        : 'create it, or name it in make_writable, which creates it',
    );
  }
  for (const text of each((s) => s.makeWritable)) {
    const path = resolve(workspaceRoot, text.value);
    const error = await makeDirectory(path).then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason,
    );
    if (error === undefined) continue;
    fault(
      text,
      `make_writable: cannot create ${path}: ${whyUnwritable(error)}`,
      'name a directory that can be created; a relative path starts at the root of the workspace',
    );
  }
  const inLandlock = settings.filter(({ kind }) => kindInForce(kind, tools) === 'Landlock');
  for (const text of new Set(inLandlock.flatMap((s) => [...s.bindWritable, ...s.makeWritable]))) {
    const path = realPath(resolve(workspaceRoot, text.value));
    const within = kept.find((place) => isWithin(realPath(place), path));
    if (within === undefined) continue;
    fault(
      text,
      `${path} holds ${within}, which no program may write, and Landlock cannot except a part of a directory`,
      'name the directories in it that have to be written',
    );
  }
  for (const text of new Set(inLandlock.flatMap((s) => s.extraArgs.slice(0, 1))))
    fault(
      text,
      'extra_args: they are arguments of bwrap, and the sandbox is Landlock here',
      'bind_readable and bind_writable hold for both',
    );
  const tried = new Set<string>();
  const { bubblewrap } = tools;
  for (const { kind, extraArgs } of settings) {
    if (bubblewrap === undefined || kindInForce(kind, tools) !== 'Bubblewrap') continue;
    const first = extraArgs[0];
    const args = extraArgs.map(({ value }) => value);
    const key = args.join('\0');
    if (first === undefined || tried.has(key)) continue;
    tried.add(key);
    const { status, stderr } = await tryBubblewrap(bubblewrap.bwrap, args);
    if (status === 0) continue;
    fault(
      first,
      `extra_args: bwrap does not take ${args.join(' ')}: ${stderr.trim()}`,
      '`man bwrap` lists its arguments',
    );
  }
  if (faults.length === 0) return;
  const lines = readRegularFile(file).toString().split(/\r?\n/);
  throw new ConfigError(
    faults.map((found) => ({ ...found, sourceLine: lines[(found.place?.line ?? 0) - 1] })),
  );
}
