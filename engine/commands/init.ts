import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keepSchema, schemaLineOf } from '../check/schema-file.ts';
import { cannotKeep } from '../check/store.ts';
import { applyEdits, type Edit } from '../config/edit/edit.ts';
import type { SandboxKind } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { storeLocation } from '../facts/store.ts';
import { fixesFor } from '../problems/fixes.ts';
import { sandboxFaults } from '../sandbox/choice.ts';
import { whyUnwritable } from '../system-errors.ts';
import { loadWorkspace } from '../workspace/metadata.ts';
import type { Workspace, WorkspaceChoice } from '../workspace/types.ts';

/** What a first cackle.toml says. */
interface FirstConfig {
  readonly sandbox: SandboxKind;
  readonly schemaLine: string | undefined;
  readonly gatesOnly: boolean;
}

/** Returns the text of a first cackle.toml: the best fix of a missing one (rule 5.1), and a sandbox. */
function firstConfig({ sandbox, schemaLine, gatesOnly }: FirstConfig): string {
  const [recommended] = fixesFor({ kind: 'configuration-missing' }, undefined, { schemaLine });
  const comment =
    sandbox === 'Disabled'
      ? '"Bubblewrap" runs build scripts, tests and rustc in a sandbox.'
      : undefined;
  const choice: Edit = {
    steps: [{ kind: 'set', path: ['sandbox', 'kind'], value: sandbox }],
    comment,
  };
  const gates: Edit = {
    steps: [{ kind: 'set', path: ['common', 'gates_only'], value: true }],
    comment: undefined,
  };
  return applyEdits('', [
    ...(recommended === undefined ? [] : [recommended.edit]),
    ...(gatesOnly ? [gates] : []),
    choice,
  ]);
}

/**
 * Writes {@link firstConfig} beside the root Cargo.toml, or to `configFile`; with `gatesOnly`, one by which only what runs while cargo
 * builds is judged. Throws CheckError when there is one.
 */
export async function writeFirstConfig(
  choice: Pick<WorkspaceChoice, 'path' | 'configFile'>,
  { gatesOnly = false }: { readonly gatesOnly?: boolean } = {},
): Promise<{ readonly file: string; readonly sandbox: SandboxKind }> {
  const workspace = await workspaceOf(choice);
  const file = choice.configFile ?? join(workspace?.root ?? choice.path, 'cackle.toml');
  const schemaLine = workspace && schemaLineOf({ configFile: file, workspace });
  const { bubblewrapFault, landlockFault } = await sandboxFaults(workspace?.sysroot);
  const without = landlockFault === undefined ? 'Auto' : 'Disabled';
  const sandbox = bubblewrapFault === undefined ? 'Bubblewrap' : without;
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(firstConfig({ sandbox, schemaLine, gatesOnly }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isDirectory = (await stat(file).catch(() => undefined))?.isDirectory() ?? false;
    const exists = !isDirectory && (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new CheckError(
      exists
        ? `${file} is there already`
        : `cannot write ${file}: ${isDirectory ? 'it is a directory' : whyUnwritable(error)}`,
      exists
        ? 'run `cackle -n` to check with it, or remove it and begin anew'
        : 'choose a file in a directory that exists and is writable',
      { cause: error },
    );
  }
  if (workspace !== undefined && schemaLine !== undefined) {
    const { root } = storeLocation(workspace.targetDirectory);
    await keepSchema(root).catch((error: Error) => {
      throw cannotKeep(root, error);
    });
  }
  return { file, sandbox };
}

/** The workspace in which a file is begun. A file that is named may lie where there is none. */
async function workspaceOf({
  path,
  configFile,
}: Pick<WorkspaceChoice, 'path' | 'configFile'>): Promise<Workspace | undefined> {
  const workspace = loadWorkspace({ path });
  return configFile === undefined ? await workspace : await workspace.catch(() => undefined);
}
