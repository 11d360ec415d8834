import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type ConfigDiagnostic,
  ConfigError,
  type ConfigText,
  type SandboxSettings,
} from '../config/types.ts';
import { makeDirectory } from '../make-directory.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf, whyUnwritable } from '../system-errors.ts';
import { tryBubblewrap } from './probe.ts';

/**
 * Creates the directories of make_writable, and checks that the paths of bind_writable exist (rule 2.15) and that bwrap
 * accepts each extra_args. Throws {@link ConfigError} with every fault, at its place in `file`.
 */
export async function prepareSettings(
  settings: readonly SandboxSettings[],
  workspaceRoot: string,
  bwrap: string,
  file: string,
): Promise<void> {
  const faults: ConfigDiagnostic[] = [];
  const fault = ({ place, length }: ConfigText, message: string, help: string): void => {
    faults.push({ file, place, length, message, help, sourceLine: undefined });
  };
  const each = (read: (s: SandboxSettings) => readonly ConfigText[]) =>
    new Set(settings.flatMap(read));
  for (const text of each((s) => s.bindWritable)) {
    const path = resolve(workspaceRoot, text.value);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
    if (!(found instanceof Error)) continue;
    const reason = found.code === 'ENOENT' ? 'there is no such path' : reasonOf(found);
    fault(
      text,
      `bind_writable: ${path}: ${reason}`,
      'create it, or name it in make_writable, which creates it',
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
  const tried = new Set<string>();
  for (const { extraArgs } of settings) {
    const first = extraArgs[0];
    const args = extraArgs.map(({ value }) => value);
    const key = args.join('\0');
    if (first === undefined || tried.has(key)) continue;
    tried.add(key);
    const { status, stderr } = await tryBubblewrap(bwrap, args);
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
