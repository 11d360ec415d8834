import { resolve } from 'node:path';
import type { BuildRequest } from '../build/types.ts';
import { featureArguments, withoutFeatures } from '../config/features.ts';
import type { Config } from '../config/types.ts';
import type { RecordStore } from '../facts/store.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { Workspace } from '../workspace/types.ts';
import {
  buildArguments,
  type CargoCommand,
  foregroundArguments,
  readCommand,
} from './cargo-command.ts';
import type { CheckOptions } from './options.ts';

/** The data of a request beside the options. */
interface RequestFacts {
  readonly workspace: Workspace;
  readonly config: Config;
  readonly sandboxes: Sandboxes | undefined;
  readonly store: RecordStore;
}

/** Returns the request for the build: the whole workspace, or what `cargo test` and `cargo run` would build. */
export function buildRequest(options: CheckOptions, facts: RequestFacts): BuildRequest {
  const { workspace, config } = facts;
  const { command } = options;
  const { colour, showProgress } = options;
  const profile = options.profile ?? config.profile;
  const common = {
    ...{ workspaceRoot: workspace.root, colour, showProgress },
    ...{ storeId: facts.store.id, sandboxes: facts.sandboxes },
  };
  if (command === undefined)
    return {
      ...common,
      directory: workspace.root,
      subcommand: ['build', '--keep-going'],
      cargoArguments: cargoArguments(options, config),
      profile,
      linkAll: options.linkAll ?? false,
      runsPrograms: false,
    };
  const said = readCommand(command, options.path);
  const { subcommand, args } = buildArguments(command, said, defaultsOf(options, config));
  return {
    ...common,
    directory: resolve(options.path),
    subcommand,
    cargoArguments: args,
    profile: said.choosesProfile ? undefined : profile,
    linkAll: true,
    runsPrograms: true,
  };
}

/** Returns the request for the run in the foreground, after everything was judged. */
export function runRequest(
  options: CheckOptions & { readonly command: CargoCommand },
  facts: RequestFacts,
): BuildRequest {
  const { command } = options;
  const said = readCommand(command, options.path);
  return {
    ...buildRequest(options, facts),
    subcommand: [command.subcommand],
    cargoArguments: foregroundArguments(command, said, defaultsOf(options, facts.config)),
    showProgress: false,
  };
}

/**
 * Returns the targets that a check names for cargo: those of `--target`, else of cackle.toml. Empty when neither names
 * one. `test` and `run` take those of cackle.toml for none of theirs.
 */
export function checkedTargets(
  { targets, command }: Pick<CheckOptions, 'targets' | 'command'>,
  config: Pick<Config, 'targets'>,
): readonly string[] {
  return [...new Set(targets ?? (command === undefined ? config.targets : []))];
}

function defaultsOf(options: CheckOptions, config: Config) {
  const { packages } = options;
  const targets = checkedTargets(options, config);
  return { features: options.features ?? config.features, targets, packages };
}

function cargoArguments(options: CheckOptions, config: Config): string[] {
  const { features, targets, packages } = defaultsOf(options, config);
  return [
    ...(options.features === undefined ? config.buildFlags : withoutFeatures(config.buildFlags)),
    ...featureArguments(features),
    ...targets.flatMap((name) => ['--target', name]),
    ...packages.flatMap((p) => ['--package', p]),
  ];
}
