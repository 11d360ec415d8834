import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Exports, readExports } from '../config/exports.ts';
import { defaultFeatures, withoutFeatures } from '../config/features.ts';
import { readTreeSettings } from '../config/tree-settings.ts';
import { configFiles, isFile } from '../workspace/cargo-files.ts';
import type { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { changesTree, loadWorkspace } from '../workspace/metadata.ts';
import type { Workspace, WorkspaceChoice } from '../workspace/types.ts';
import { featuresOf, plannedBuilds, targetsOf } from './builds.ts';
import { type CargoCommand, readCommand } from './cargo-command.ts';
import { asFaultsOfConfig } from './faults-of-names.ts';

/** The subject of a check: the packages, the APIs that they export, and the cackle.toml with their permissions. */
export interface Tree {
  readonly workspace: Workspace;
  readonly configFile: string;
  readonly exports: Exports;
}

/** Options of reading a tree. */
export interface TreeOptions {
  readonly command?: CargoCommand | undefined;
  /** These as of `WorkspaceOptions`. */
  readonly mayKeep?: boolean | undefined;
  readonly questions?: WorkspaceQuestions | undefined;
}

/** Reads the tree as the build will see it. Throws CheckError; ConfigError for a target or feature of cackle.toml that is none. */
export async function readTree(choice: WorkspaceChoice, options: TreeOptions = {}): Promise<Tree> {
  const { workspace, configFile } = await readWorkspace(choice, options);
  return { workspace, configFile, exports: await readExports(workspace.packages) };
}

async function readWorkspace(
  choice: WorkspaceChoice,
  options: TreeOptions,
): Promise<Omit<Tree, 'exports'>> {
  const command = options.command && readCommand(options.command, choice.path);
  const path = command?.path ?? choice.path;
  const targets = command?.target === undefined ? choice.targets : [command.target];
  // What stands behind `test` or `run` holds.
  const features = command?.choosesFeatures ? undefined : choice.features;
  const own = command?.own ?? [];
  const common = { path, targets, mayKeep: options.mayKeep, questions: options.questions };
  const loading = loadWorkspace({ ...common, features, cargoArguments: own });
  loading.catch(() => undefined);
  // Most likely this is the file that is read when cargo has answered, and then it is parsed already.
  await readTreeSettings(choice.configFile ?? join(path, 'cackle.toml'));
  let workspace = await loading;
  // A check builds at the root, where cargo reads no configuration that lies below it.
  if (command === undefined && isConfiguredBelow(workspace.root, path)) {
    common.path = workspace.root;
    workspace = await loadWorkspace({ ...common, features, cargoArguments: own });
  }
  const configFile = choice.configFile ?? join(workspace.root, 'cackle.toml');
  const settings = await readTreeSettings(configFile);
  const builds = plannedBuilds(
    {
      targets,
      features: command?.choosesFeatures ? defaultFeatures : features,
      command: options.command,
    },
    settings,
    workspace,
  );
  // One description is for all builds: what any of them needs is in it.
  const all = { targets: targetsOf(builds), features: featuresOf(builds) };
  const ofConfig =
    features === undefined ? settings.buildFlags : withoutFeatures(settings.buildFlags);
  const flags = command === undefined ? ofConfig : own;
  const isSame =
    all.targets.join('\0') === (targets ?? []).join('\0') &&
    isDeepStrictEqual(all.features, features ?? defaultFeatures);
  if (isSame && (command !== undefined || !changesTree(flags))) return { workspace, configFile };
  // The workspace had to be found first: only now it is known what else cargo is told about it.
  try {
    workspace = await loadWorkspace({ ...common, ...all, cargoArguments: flags });
  } catch (error) {
    const inForce = { targets: targets === undefined, features: features === undefined };
    throw asFaultsOfConfig(error, settings, inForce);
  }
  return { workspace, configFile };
}

/** Is there a configuration of cargo that counts in `path`, but not at the root? */
function isConfiguredBelow(root: string, path: string): boolean {
  const atRoot = new Set(configFiles(resolve(root), process.env));
  return configFiles(resolve(path), process.env).some((file) => !atRoot.has(file) && isFile(file));
}
