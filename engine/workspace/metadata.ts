import { realpathSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { namesBySource, normalisedSource } from '../config/sources.ts';
import { CheckError } from '../errors.ts';
import { addTo } from '../group-by.ts';
import { realPlace } from '../paths.ts';
import { crateNameOf } from '../rust-paths.ts';
import * as z from '../schemas.ts';
import { refuseArtifactsOfHost } from './artifact-dependencies.ts';
import { readCargoConfig } from './cargo-config.ts';
import { nearestManifest } from './cargo-files.ts';
import { transitiveDependencies } from './dependency-closure.ts';
import { likelyHost, metadataArguments, WorkspaceQuestions } from './early-questions.ts';
import { refuseReservedCrates } from './reserved-crates.ts';
import type { Finished } from './run-program.ts';
import { cannotStart, INSTALL_RUST, readSysroot, readToolchain } from './toolchain.ts';
import type { CargoTarget, Package, PackageIndex, Workspace, WorkspaceChoice } from './types.ts';
import { refuseUnusableTargets } from './usable-targets.ts';

/** What a workspace is asked for. */
export interface WorkspaceOptions extends Omit<WorkspaceChoice, 'configFile'> {
  /** Arguments for cargo of which those that change the tree count: features, lock, `--config`. */
  readonly cargoArguments?: readonly string[] | undefined;
  /** May an answer of cargo that still holds be used, and a new one be kept? Not when absent. */
  readonly mayKeep?: boolean | undefined;
  /** What was asked early, and which answers are kept. */
  readonly questions?: WorkspaceQuestions | undefined;
}

const targetSchema = z.object({
  name: z.string(),
  kind: z.array(z.string()),
  crate_types: z.array(z.string()),
  src_path: z.string(),
  'required-features': z.nullish(z.array(z.string())),
});
const resolvedDependencySchema = z.object({
  name: z.optional(z.string()),
  pkg: z.string(),
  dep_kinds: z.optional(
    z.array(z.object({ kind: z.nullish(z.string()), artifact: z.nullish(z.string()) })),
  ),
});
const metadataSchema = z.object({
  packages: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      source: z.nullish(z.string()),
      description: z.nullish(z.string()),
      documentation: z.nullish(z.string()),
      license: z.nullish(z.string()),
      manifest_path: z.string(),
      targets: z.array(targetSchema),
    }),
  ),
  workspace_members: z.array(z.string()),
  resolve: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        dependencies: z.array(z.string()),
        deps: z.optional(z.array(resolvedDependencySchema)),
        features: z.nullish(z.array(z.string())),
      }),
    ),
  }),
  target_directory: z.string(),
  // Older versions of cargo have none.
  build_directory: z.nullish(z.string()),
  workspace_root: z.string(),
});
type Metadata = z.infer<typeof metadataSchema>;

/**
 * Reads the workspace around `options.path` with one `cargo metadata` call.
 * Throws CheckError: no Cargo.toml, cargo missing, or cargo's own message.
 */
export async function loadWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const directory = await manifestDirectory(options.path);
  const questions = options.questions ?? new WorkspaceQuestions();
  const config = await readCargoConfig(directory, options.cargoArguments);
  const targets = options.targets?.length ? options.targets : config.targets;
  const ask = (host: string): Promise<Finished> => {
    const args = questionFor(host, targets, options);
    return questions.askCargo(args, directory, options.mayKeep ?? false);
  };
  // The host is hardly ever another one, so cargo need not wait for rustc.
  const early = likelyHost === undefined ? undefined : ask(likelyHost);
  early?.catch(() => undefined);
  const [toolchain, sysroot] = await Promise.all([
    readToolchain(directory, config.rustc, questions),
    readSysroot(directory, config.rustc, questions),
  ]);
  await refuseUnusableTargets(targets, {
    toolchain,
    sysroot,
    directory,
    buildsStd: config.buildsStd,
  });
  let result: Finished;
  try {
    result = await (toolchain.host === likelyHost && early !== undefined
      ? early
      : ask(toolchain.host));
  } catch (error) {
    throw cannotStart(toolchain.cargo, error, INSTALL_RUST);
  }
  if (result.status !== 0) {
    const said =
      result.stderr.trim() ||
      `\`${toolchain.cargo} metadata\` ended by ${result.signal ?? `status ${result.status}`}`;
    throw new UnreadableTreeError(directory, said);
  }
  const { host } = toolchain;
  const named = config.targets.map((target) => (target === 'host-tuple' ? host : target));
  return buildWorkspace(parseMetadata(result.stdout, toolchain.cargo), {
    ...{ sysroot, host },
    builtFor: named.length === 0 ? [host] : named,
  });
}

/** cargo does not describe a tree; `said` is why, in its words. */
export class UnreadableTreeError extends CheckError {
  readonly said: string;
  constructor(directory: string, said: string) {
    super(
      `cargo could not read the workspace at ${directory}:\n${said}`,
      'correct what cargo names above; `cargo metadata` shows the same',
    );
    this.said = said;
  }
}

/** Returns the arguments of `cargo metadata` for a tree. */
function questionFor(
  host: string,
  targets: readonly string[],
  { features, cargoArguments }: Pick<WorkspaceOptions, 'features' | 'cargoArguments'>,
): string[] {
  // Build scripts and proc macros are for the host, whatever the target.
  const platforms = [host, ...targets.filter((t) => t !== 'host-tuple' && t !== host)];
  return [...metadataArguments(platforms, features), ...treeArguments(cargoArguments ?? [])];
}

const placesSchema = z.object({ target_directory: z.string(), workspace_root: z.string() });

/**
 * Resolves to the root and target directory of a workspace, if cargo said so earlier and it still holds; undefined where cargo would
 * have to be asked. Throws CheckError for a configuration of cargo's that cannot be read.
 */
export async function keptPlaces(
  options: WorkspaceOptions & { readonly questions: WorkspaceQuestions },
): Promise<Pick<Workspace, 'root' | 'targetDirectory'> | undefined> {
  const directory = nearestManifest(resolve(options.path));
  if (directory === undefined || likelyHost === undefined) return undefined;
  const config = await readCargoConfig(directory, options.cargoArguments);
  const targets = options.targets?.length ? options.targets : config.targets;
  const kept = options.questions.keptMetadata(questionFor(likelyHost, targets, options), directory);
  if (kept === undefined) return undefined;
  const { target_directory, workspace_root } = placesSchema.parse(JSON.parse(kept.toString()));
  return { root: workspace_root, targetDirectory: target_directory };
}

/** Resolves to the absolute path of the directory that the user named. Throws CheckError when it is none. */
export async function namedDirectory(path: string): Promise<string> {
  const start = resolve(path);
  const found = await stat(start).catch(() => undefined);
  if (!found?.isDirectory()) {
    // Node reads what is not UTF-8 as this character, and then finds nothing there.
    const lossy = start.includes('\ufffd');
    throw new CheckError(
      `${start} is not a directory${lossy ? ', or its name is not UTF-8' : ''}`,
      lossy
        ? 'Rust projects have to lie at a path that is UTF-8: rename the directory'
        : 'pass --path a directory with a Cargo.toml',
    );
  }
  return start;
}

/** The nearest directory at or above `path` that holds a Cargo.toml. */
async function manifestDirectory(path: string): Promise<string> {
  const start = await namedDirectory(path);
  const directory = nearestManifest(start);
  if (directory !== undefined) return directory;
  throw new CheckError(
    `no Cargo.toml in ${start} or in a directory above it`,
    'run cackle in a Cargo workspace, or name one with --path',
  );
}

const treeFlags = new Set([
  '--all-features',
  '--no-default-features',
  '--locked',
  '--offline',
  '--frozen',
]);
const treeOptions = new Set(['--features', '-F', '--config', '-Z', '--lockfile-path']);

/** Do these arguments for `cargo build` change the tree, so that `cargo metadata` needs them too? */
export function changesTree(cargoArguments: readonly string[]): boolean {
  return treeArguments(cargoArguments).length > 0;
}

/** Returns the arguments for `cargo build` that change what `cargo metadata` resolves. */
export function treeArguments(cargoArguments: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < cargoArguments.length; index++) {
    const argument = cargoArguments[index] as string;
    if (argument === '--') break;
    const name = argument.startsWith('--') ? argument.replace(/=.*/s, '') : argument.slice(0, 2);
    if (treeFlags.has(argument)) kept.push(argument);
    else if (treeOptions.has(argument)) kept.push(argument, cargoArguments[++index] ?? '');
    else if (treeOptions.has(name)) kept.push(argument);
  }
  return kept;
}

function parseMetadata(stdout: Buffer, cargo: string): Metadata {
  const help = `${cargo} may be too old, or not cargo at all; \`rustup update\` brings the newest`;
  let raw: unknown;
  try {
    raw = JSON.parse(stdout.toString());
  } catch (error) {
    throw new CheckError('the output of `cargo metadata` is no JSON', help, { cause: error });
  }
  const parsed = metadataSchema.safeParse(raw);
  if (!parsed.success) {
    throw new CheckError(
      `the output of \`cargo metadata\` is not as documented: ${z.prettifyError(parsed.error)}`,
      help,
    );
  }
  return parsed.data;
}

async function buildWorkspace(
  metadata: Metadata,
  { sysroot, host, builtFor }: Pick<Workspace, 'sysroot' | 'host' | 'builtFor'>,
): Promise<Workspace> {
  // Only what is resolved for the platforms at hand; cargo lists the others too.
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const listed = metadata.packages.filter((p) => nodes.has(p.id));
  const members = new Set(metadata.workspace_members);
  const indexOf = new Map(listed.map((p, index) => [p.id, index as PackageIndex]));
  const known = (id: string): PackageIndex => {
    const index = indexOf.get(id);
    if (index === undefined)
      throw new CheckError(`\`cargo metadata\` names the unknown package ${id}`);
    return index;
  };
  const sources = listed.map((p) => sourceOf(p, metadata.workspace_root));
  const names = namesBySource(
    listed.map(({ name }, index) => ({ name, source: sources[index] ?? '' })),
  );
  const versions = new Map<string, number>();
  for (const name of names) versions.set(name, (versions.get(name) ?? 0) + 1);
  const packages = listed.map((p, index): Package => {
    const name = names[index] ?? p.name;
    return {
      index: index as PackageIndex,
      id: p.id,
      name,
      cargoName: p.name,
      source: sources[index] ?? '',
      version: p.version,
      label: (versions.get(name) ?? 0) > 1 ? `${name}[${p.version}]` : name,
      description: p.description ?? undefined,
      documentation: p.documentation ?? undefined,
      license: p.license ?? undefined,
      manifestPath: p.manifest_path,
      directory: realpathSync.native(dirname(p.manifest_path)),
      isWorkspaceMember: members.has(p.id),
      targets: p.targets.map((target) => readTarget(target, nodes.get(p.id)?.features ?? [])),
      dependencies: (nodes.get(p.id)?.dependencies ?? []).map(known),
      buildDependencies: ofKind(nodes.get(p.id), 'build').map(known),
      normalDependencies: ofKind(nodes.get(p.id), null).map(known),
      calledAs: new Map(
        (nodes.get(p.id)?.deps ?? []).flatMap(({ name: called, pkg }) =>
          called === undefined || called === '' ? [] : [[called, known(pkg)]],
        ),
      ),
    };
  });
  const byName = new Map<string, [PackageIndex, ...PackageIndex[]]>();
  const byCrateName = new Map<string, [PackageIndex, ...PackageIndex[]]>();
  for (const p of packages) {
    addTo(byName, p.name, p.index);
    for (const name of libraryNames(p)) addTo(byCrateName, name, p.index);
  }
  const reaches = transitiveDependencies(packages.map((p) => p.dependencies));
  const workspace: Workspace = {
    root: metadata.workspace_root,
    targetDirectory: realPlace(metadata.target_directory),
    buildDirectory: realPlace(metadata.build_directory ?? metadata.target_directory),
    sysroot: await realpath(sysroot),
    host,
    builtFor,
    packages,
    members: metadata.workspace_members.map(known),
    byId: new Map(packages.map((p) => [p.id, p])),
    byName,
    byCrateName,
    dependsOn: reaches,
  };
  refuseReservedCrates(workspace);
  refuseArtifactsOfHost(metadata.resolve.nodes, workspace);
  return workspace;
}

/** Returns the packages that a package needs as dependencies of a kind; an older cargo tells no kinds, and all count. */
function ofKind(node: Metadata['resolve']['nodes'][number] | undefined, kind: 'build' | null) {
  const deps = node?.deps ?? [];
  if (deps.length === 0) return node?.dependencies ?? [];
  const has = ({ dep_kinds }: (typeof deps)[number]): boolean =>
    dep_kinds === undefined || dep_kinds.some((one) => (one.kind ?? null) === kind);
  return deps.filter(has).map(({ pkg }) => pkg);
}

function sourceOf({ source, manifest_path }: Metadata['packages'][number], root: string): string {
  if (typeof source === 'string') return normalisedSource(source);
  return normalisedSource(relative(root, dirname(manifest_path)));
}

function readTarget(
  target: z.infer<typeof targetSchema>,
  features: readonly string[],
): CargoTarget {
  const required = target['required-features'] ?? [];
  return {
    name: target.name,
    kind: target.kind,
    crateTypes: target.crate_types,
    sourcePath: target.src_path,
    // Features of a dependency (`a/b`) are not listed here.
    ...(required.some((name) => !name.includes('/') && !features.includes(name))
      ? { isLeftOut: true }
      : {}),
  };
}

const libraryKinds = new Set(['lib', 'rlib', 'dylib', 'cdylib', 'staticlib', 'proc-macro']);

/** Names under which a package's library appears in symbols. */
function libraryNames(p: Package): string[] {
  const libraries = p.targets.filter((target) =>
    target.kind.some((kind) => libraryKinds.has(kind)),
  );
  return [...new Set(libraries.map((target) => crateNameOf(target.name)))];
}
