import { dirname, isAbsolute, join, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';
import { reasonOf } from '../system-errors.ts';
import { CONFIG_NAMES, configDirectories, isFile } from './cargo-files.ts';
import { type CfgSet, cfgHolds } from './cfg-expression.ts';

const table = z.record(z.string(), z.unknown());
const includeSchema = z.union([
  z.string(),
  z.array(z.union([z.string(), z.object({ path: z.string(), optional: z.optional(z.boolean()) })])),
]);
const configSchema = z.looseObject({
  build: z.optional(
    z.looseObject({
      rustc: z.optional(z.string()),
      rustdoc: z.optional(z.string()),
      'rustc-wrapper': z.optional(z.string()),
      target: z.optional(z.union([z.string(), z.array(z.string())])),
    }),
  ),
  target: z.optional(
    z.record(
      z.string(),
      z.looseObject({ runner: z.optional(z.union([z.string(), z.array(z.string())])) }),
    ),
  ),
  profile: z.optional(z.record(z.string(), table)),
  unstable: z.optional(table),
  env: z.optional(table),
  alias: z.optional(z.record(z.string(), z.union([z.string(), z.array(z.string())]))),
  include: z.optional(includeSchema),
});

/** One source of cargo's configuration; relative programs in it start at `base`. */
interface Layer {
  readonly base: string;
  readonly values: z.infer<typeof configSchema>;
}

/** The part of cargo's configuration that a check itself uses. */
export interface CargoConfig {
  /** The user's own RUSTC_WRAPPER or `build.rustc-wrapper`, ready to run; undefined when none. */
  readonly rustcWrapper: string | undefined;
  /** The user's RUSTC or `build.rustc`, else `rustc`. */
  readonly rustc: string;
  /** The user's RUSTDOC or `build.rustdoc`, else `rustdoc`. */
  readonly rustdoc: string;
  /** `build.target`: triples or paths of target specifications. */
  readonly targets: readonly string[];
  /**
   * Each `target.KEY.runner`, by precedence: KEY is a triple or `cfg(...)`, the command is ready to run in front of a
   * program. {@link runnerFor} chooses one.
   */
  readonly runners: readonly { readonly key: string; readonly command: readonly string[] }[];
  /** Does cargo compile the standard library, so that a target need not have one (`-Z build-std`)? */
  readonly buildsStd: boolean;
  /** Returns the keys that files, `--config` and the environment set for a profile; undefined when none does. */
  profile(name: string): ReadonlySet<string> | undefined;
  /** Returns the words that `alias.NAME` stands for; undefined when there is no such alias. */
  alias(name: string): readonly string[] | undefined;
  /** Names of the variables that `[env]` sets for all programs that cargo starts, and overridden build scripts for rustc. */
  readonly variables: readonly string[];
}

/**
 * Reads cargo's configuration as `cargo` would when started in `cwd`: `.cargo/config.toml` upwards,
 * then `$CARGO_HOME`; `--config` in `cargoArguments` and the environment go before them (the Cargo
 * Book, "Configuration"). Throws CheckError for a file that cannot be read or parsed.
 */
export async function readCargoConfig(
  cwd: string,
  cargoArguments: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CargoConfig> {
  const commandLine = await commandLineLayers(cwd, cargoArguments);
  const files = await fileLayers(cwd, env);
  const layers = [...commandLine, ...files];
  const fromLayers = (key: 'rustc' | 'rustdoc' | 'rustc-wrapper', some: readonly Layer[]) => {
    for (const { base, values } of some) {
      const value = values.build?.[key];
      if (value !== undefined) return program(value, base);
    }
    return undefined;
  };
  const fromEnvironment = (name: string) => {
    const value = env[name];
    return value === undefined ? undefined : program(value, cwd);
  };
  // `--config` overrides variables of the configuration (CARGO_BUILD_RUSTC), but not cargo's own (RUSTC).
  const programOf = (key: 'rustc' | 'rustdoc' | 'rustc-wrapper', variable: string) =>
    fromEnvironment(variable) ??
    fromLayers(key, commandLine) ??
    fromEnvironment(`CARGO_BUILD_${variable}`) ??
    fromLayers(key, files);
  const wrapper = programOf('rustc-wrapper', 'RUSTC_WRAPPER');
  const rustc = programOf('rustc', 'RUSTC');
  const rustdoc = programOf('rustdoc', 'RUSTDOC');
  const targets =
    env.CARGO_BUILD_TARGET ?? layers.find((l) => l.values.build?.target)?.values.build?.target;
  return {
    // An empty wrapper means none, and overrides what files say.
    rustcWrapper: wrapper === '' ? undefined : wrapper,
    rustc: rustc || 'rustc',
    rustdoc: rustdoc || 'rustdoc',
    targets: targets === undefined ? [] : typeof targets === 'string' ? [targets] : targets,
    runners: runnersOf(layers, cwd, env),
    buildsStd:
      env.CARGO_UNSTABLE_BUILD_STD !== undefined ||
      cargoArguments.some((argument) => argument.includes('build-std')) ||
      layers.some(({ values }) => values.unstable?.['build-std'] !== undefined),
    profile: (name) => profileKeys(name, layers, env),
    alias: (name) => aliasOf(name, layers, env),
    variables: [...new Set(layers.flatMap(({ values }) => variablesOf(values)))],
  };
}

const overrideSchema = z.object({ 'rustc-env': table });

/** See the Cargo Book, "[env]", and "Overriding build scripts" for `target.TRIPLE.LINKS.rustc-env`. */
function variablesOf({ env, target }: Layer['values']): string[] {
  const overrides = Object.values(target ?? {}).flatMap((settings) => Object.values(settings));
  const given = overrides.flatMap((override) => {
    const { data } = overrideSchema.safeParse(override);
    return Object.keys(data?.['rustc-env'] ?? {});
  });
  return [...Object.keys(env ?? {}), ...given];
}

function runnersOf(layers: readonly Layer[], cwd: string, env: NodeJS.ProcessEnv) {
  const found: { key: string; command: string[] }[] = [];
  const add = (key: string, value: string | readonly string[], base: string): void => {
    const [first, ...rest] =
      typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value;
    if (first !== undefined) found.push({ key, command: [program(first, base), ...rest] });
  };
  for (const [name, value] of Object.entries(env)) {
    const triple = /^CARGO_TARGET_(.+)_RUNNER$/.exec(name)?.[1];
    if (triple !== undefined && value !== undefined) add(environmentKey(triple), value, cwd);
  }
  for (const { base, values } of layers) {
    for (const [key, { runner }] of Object.entries(values.target ?? {}))
      if (runner !== undefined) add(key, runner, base);
  }
  return found;
}

/** A triple as the name of a variable contains it; there `-` and `_` are the same. */
const environmentKey = (triple: string): string =>
  triple.toUpperCase().replaceAll('-', '_').replaceAll('.', '_');

/**
 * Returns the user's own runner for programs of `triple`: a key of that name takes precedence over `cfg(...)` keys that
 * hold (the Cargo Book, "target.<triple>.runner"). Undefined when none is set. Throws CheckError when two hold.
 */
export function runnerFor(
  { runners }: CargoConfig,
  triple: string,
  cfg: CfgSet,
): readonly string[] | undefined {
  const named = runners.find(({ key }) => key === triple || key === environmentKey(triple));
  if (named !== undefined) return named.command;
  const holding = runners.filter(({ key }) => {
    if (!key.startsWith('cfg')) return false;
    const holds = cfgHolds(key, cfg);
    if (holds === undefined)
      throw new CheckError(`cannot read \`target.'${key}'.runner\` of cargo's configuration`);
    return holds;
  });
  const keys = new Set(holding.map(({ key }) => key));
  if (keys.size > 1) {
    throw new CheckError(
      `several runners hold for ${triple}: ${[...keys].join(', ')}`,
      'cargo refuses that too: leave one of them',
    );
  }
  return holding[0]?.command;
}

/** See the Cargo Book, "[alias]": the environment goes before files. */
function aliasOf(
  name: string,
  layers: readonly Layer[],
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined {
  const found =
    env[`CARGO_ALIAS_${name.toUpperCase().replaceAll('-', '_')}`] ??
    layers.find(({ values }) => values.alias?.[name] !== undefined)?.values.alias?.[name];
  return typeof found === 'string' ? found.split(/\s+/).filter((word) => word !== '') : found;
}

function profileKeys(
  name: string,
  layers: readonly Layer[],
  env: NodeJS.ProcessEnv,
): ReadonlySet<string> | undefined {
  const keys = new Set<string>();
  let defined = false;
  for (const { values } of layers) {
    const profile = values.profile?.[name];
    if (profile === undefined) continue;
    defined = true;
    for (const key of Object.keys(profile)) keys.add(key);
  }
  const prefix = `CARGO_PROFILE_${name.toUpperCase().replaceAll('-', '_')}_`;
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(prefix)) continue;
    defined = true;
    keys.add(variable.slice(prefix.length).toLowerCase().replaceAll('_', '-'));
  }
  return defined ? keys : undefined;
}

/** A program with a slash is relative to `base`; a program without one is found by PATH. */
function program(value: string, base: string): string {
  return value.includes('/') && !isAbsolute(value) ? resolve(base, value) : value;
}

async function fileLayers(cwd: string, env: NodeJS.ProcessEnv): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const directory of configDirectories(resolve(cwd), env)) {
    const path = CONFIG_NAMES.map((name) => join(directory, name)).find(isFile);
    if (path !== undefined) layers.push(...(await readLayer(path, dirname(directory), [])));
  }
  return layers;
}

/** A file's own values take precedence over those it includes, later includes over earlier ones. */
async function readLayer(path: string, base: string, above: readonly string[]): Promise<Layer[]> {
  if (above.includes(path)) throw new CheckError(`${path} includes itself`, 'break the cycle');
  let text: string;
  try {
    text = readRegularFile(path).toString();
  } catch (error) {
    throw new CheckError(`cannot read ${path}: ${reasonOf(error)}`, undefined, {
      cause: error,
    });
  }
  const values = await parseLayer(text, path);
  const layers: Layer[] = [{ base, values }];
  const include = values.include ?? [];
  for (const item of (typeof include === 'string' ? [include] : include).toReversed()) {
    const included = resolve(dirname(path), typeof item === 'string' ? item : item.path);
    const optional = typeof item !== 'string' && item.optional === true;
    if (optional && !isFile(included)) continue;
    layers.push(...(await readLayer(included, dirname(dirname(included)), [...above, path])));
  }
  return layers;
}

async function parseLayer(text: string, origin: string): Promise<z.infer<typeof configSchema>> {
  const { parse } = await import('./toml.ts');
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new CheckError(
      `cannot parse ${origin}: ${(error as Error).message}`,
      'correct the TOML',
      {
        cause: error,
      },
    );
  }
  const result = configSchema.safeParse(raw);
  if (!result.success) {
    throw new CheckError(`cannot use ${origin}: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}

/** `--config KEY=VALUE` and `--config FILE`; the last one wins. */
async function commandLineLayers(cwd: string, cargoArguments: readonly string[]): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const [index, argument] of cargoArguments.entries()) {
    if (argument === '--') break;
    const value = argument.startsWith('--config=')
      ? argument.slice('--config='.length)
      : argument === '--config'
        ? cargoArguments[index + 1]
        : undefined;
    if (value === undefined) continue;
    const path = resolve(cwd, value);
    if (isFile(path)) layers.unshift(...(await readLayer(path, dirname(dirname(path)), [])));
    else layers.unshift({ base: cwd, values: await parseLayer(value, `--config ${value}`) });
  }
  return layers;
}
