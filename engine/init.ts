import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxKind } from './config/types.ts';
import { CheckError } from './judge/problems.ts';
import { bubblewrapFault } from './sandbox/probe.ts';
import { loadWorkspace } from './workspace/metadata.ts';

/** A first cackle.toml: the APIs that most people want to know about, and a sandbox where one works (spec §5). */
export function firstConfig(sandbox: SandboxKind): string {
  const reason =
    sandbox === 'Disabled'
      ? '  # "Bubblewrap" runs build scripts, tests and rustc in a sandbox'
      : '';
  return `[common]
version = 3
import_std = [
    "fs",
    "net",
    "process",
]

[sandbox]
kind = "${sandbox}"${reason}
`;
}

/** Writes {@link firstConfig} beside the root Cargo.toml, or to `configFile`. Throws CheckError when there is one. */
export async function writeFirstConfig(options: {
  readonly path: string;
  readonly configFile: string | undefined;
}): Promise<{ readonly file: string; readonly sandbox: SandboxKind }> {
  const file =
    options.configFile ?? join((await loadWorkspace({ path: options.path })).root, 'cackle.toml');
  const sandbox = (await bubblewrapFault()) === undefined ? 'Bubblewrap' : 'Disabled';
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(firstConfig(sandbox));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new CheckError(
      exists ? `${file} is there already` : `cannot write ${file}: ${(error as Error).message}`,
      exists ? '`cackle -n` checks with it; remove it first to begin anew' : undefined,
      { cause: error },
    );
  }
  return { file, sandbox };
}
