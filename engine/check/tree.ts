import { join, resolve } from 'node:path';
import { readTreeSettings } from '../config/tree-settings.ts';
import { configFiles, isFile } from '../workspace/cargo-files.ts';
import { changesTree, loadWorkspace } from '../workspace/metadata.ts';
import type { Workspace } from '../workspace/types.ts';
import { type CargoCommand, readCommand } from './cargo-command.ts';

/** Where the workspace is, and what the command line says of its tree. */
export interface TreeOptions {
  readonly path: string;
  readonly configFile?: string | undefined;
  readonly target?: string | undefined;
  readonly features?: readonly string[] | undefined;
  readonly command?: CargoCommand | undefined;
  /** As of `WorkspaceOptions`. */
  readonly mayKeep?: boolean | undefined;
}

/** The workspace as the build will see it, and the path of its cackle.toml. Throws CheckError. */
export async function readTree(
  options: TreeOptions,
): Promise<{ workspace: Workspace; configFile: string }> {
  const command = options.command && readCommand(options.command, options.path);
  const path = command?.path ?? options.path;
  const target = command?.target ?? options.target;
  const { features, mayKeep } = options;
  const own = command?.own ?? [];
  const common = { path, target, mayKeep };
  const loading = loadWorkspace({ ...common, features, cargoArguments: own });
  loading.catch(() => undefined);
  // Most likely the file that is read when cargo has answered, and then it is parsed already.
  await readTreeSettings(options.configFile ?? join(path, 'cackle.toml'));
  let workspace = await loading;
  // A check builds at the root, where cargo reads no configuration that lies below it.
  if (command === undefined && isConfiguredBelow(workspace.root, path)) {
    common.path = workspace.root;
    workspace = await loadWorkspace({ ...common, features, cargoArguments: own });
  }
  const configFile = options.configFile ?? join(workspace.root, 'cackle.toml');
  const settings = await readTreeSettings(configFile);
  const added = features === undefined && !command?.choosesFeatures ? settings.features : [];
  const flags = command === undefined ? settings.buildFlags : own;
  if (added.length === 0 && (command !== undefined || !changesTree(flags)))
    return { workspace, configFile };
  // The workspace had to be found first: only now it is known what else cargo is told about it.
  const more = { features: features ?? added, cargoArguments: flags };
  return { workspace: await loadWorkspace({ ...common, ...more }), configFile };
}

/** Is there configuration of cargo that counts in `path`, and not at the root? */
function isConfiguredBelow(root: string, path: string): boolean {
  const atRoot = new Set(configFiles(resolve(root), process.env));
  return configFiles(resolve(path), process.env).some((file) => !atRoot.has(file) && isFile(file));
}
