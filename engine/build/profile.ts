import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'toml';
import { z } from 'zod';
import { CheckError } from '../judge/problems.ts';
import type { CargoConfig } from '../workspace/cargo-config.ts';

const manifestSchema = z.looseObject({
  profile: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** The settings of profile `cackle` where the workspace has none (spec §6), as TOML for `--config`. */
const settings: readonly (readonly [string, string])[] = [
  ['inherits', '"dev"'],
  ['opt-level', '0'],
  ['debug', 'true'],
  ['incremental', 'false'],
  ['split-debuginfo', '"off"'],
];

/**
 * `--config` arguments that define profile `cackle`, when it is asked for and neither the root
 * manifest nor cargo's configuration nor the environment does. A definition that lacks only `inherits`
 * gets that, since cargo would refuse it.
 */
export async function profileArguments(
  profile: string,
  workspaceRoot: string,
  config: CargoConfig,
): Promise<string[]> {
  if (profile !== 'cackle') return [];
  const manifest = await manifestProfiles(join(workspaceRoot, 'Cargo.toml'));
  if (manifest.has(profile)) return [];
  const configured = config.profile(profile);
  const missing =
    configured === undefined ? settings : settings.filter(([key]) => key === 'inherits' && !configured.has(key));
  return missing.flatMap(([key, value]) => ['--config', `profile.${profile}.${key}=${value}`]);
}

async function manifestProfiles(path: string): Promise<ReadonlySet<string>> {
  try {
    const manifest = manifestSchema.parse(parse(await readFile(path, 'utf8')));
    return new Set(Object.keys(manifest.profile ?? {}));
  } catch (error) {
    throw new CheckError(`cannot read ${path}: ${(error as Error).message}`, undefined, { cause: error });
  }
}
