import { resolve } from 'node:path';
import type { BuildRequest } from '../build/types.ts';
import { type BuildChoice, featureArguments, withoutFeatures } from '../config/features.ts';
import type { Config } from '../config/types.ts';
import type { RecordStore } from '../facts/store.ts';
import type { CheckTrace } from '../observed/check-trace.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { Workspace } from '../workspace/types.ts';
import { plannedBuilds } from './builds.ts';
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
  readonly trace?: CheckTrace | undefined;
  /** Is only what runs while cargo builds judged? All else is then checked by `cargo check`. */
  readonly gatesOnly?: boolean;
}

/**
 * Returns the request for one of the planned builds: of the whole workspace, or of what `cargo test` and `cargo run` would
 * build.
 */
export function buildRequest(
  options: CheckOptions,
  facts: RequestFacts,
  build: BuildChoice,
): BuildRequest {
  const { workspace, config } = facts;
  const { command } = options;
  const { colour, showProgress } = options;
  const profile = options.profile ?? config.profile;
  const common = {
    ...{ workspaceRoot: workspace.root, colour, showProgress },
    ...{ storeId: facts.store.id, sandboxes: facts.sandboxes, configFile: config.file },
    ...{ tracer: options.tracer ?? facts.trace?.tracer, keepsStdout: options.tracer !== undefined },
    keepsApart: command === undefined && config.builds.length > 0,
  };
  if (command === undefined)
    return {
      ...common,
      directory: workspace.root,
      subcommand: [facts.gatesOnly === true ? 'check' : 'build', '--keep-going'],
      cargoArguments: cargoArguments(options, config, build),
      profile,
      linkAll: options.linkAll ?? false,
      runsPrograms: false,
    };
  const said = readCommand(command, options.path);
  const { subcommand, args } = buildArguments(command, said, {
    ...build,
    packages: options.packages,
  });
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
  const [build] = plannedBuilds(options, facts.config, facts.workspace);
  return {
    ...buildRequest(options, facts, build),
    subcommand: [command.subcommand],
    cargoArguments: foregroundArguments(command, said, { ...build, packages: options.packages }),
    showProgress: false,
  };
}

function cargoArguments(
  options: CheckOptions,
  config: Config,
  { features, targets }: BuildChoice,
): string[] {
  return [
    ...(options.features === undefined ? config.buildFlags : withoutFeatures(config.buildFlags)),
    ...featureArguments(features),
    ...targets.flatMap((name) => ['--target', name]),
    ...options.packages.flatMap((p) => ['--package', p]),
  ];
}
