import { join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';
import type { CargoConfig } from '../workspace/cargo-config.ts';

const manifestSchema = z.object({ profile: z.optional(z.record(z.string(), z.unknown())) });

/**
 * Settings of the profile `cackle` that the workspace does not define. It inherits from the user's `dev`, because
 * every other setting may decide which code is compiled or what a build script does. Debug info and the like is set
 * anyway: `rewriteRustcArguments`. The files of incremental compilation take time to write and change nothing in what
 * is built.
 */
const settings: Readonly<Record<string, string>> = {
  inherits: '"dev"',
  incremental: 'false',
};

/**
 * Returns the arguments that select the profile, and define it when it is ours and the workspace does not. Throws
 * CheckError.
 */
export async function profileArguments(
  profile: string,
  workspaceRoot: string,
  config: Pick<CargoConfig, 'profile'>,
): Promise<string[]> {
  const select = ['--profile', profile];
  const set = config.profile('cackle') ?? new Set<string>();
  if (profile !== 'cackle' || set.has('inherits')) return select;
  if (await definesProfile(readRegularFile(join(workspaceRoot, 'Cargo.toml')).toString()))
    return select;
  const missing = Object.entries(settings).filter(([key]) => !set.has(key));
  return [
    ...select,
    ...missing.flatMap(([key, value]) => ['--config', `profile.cackle.${key}=${value}`]),
  ];
}

async function definesProfile(manifest: string): Promise<boolean> {
  // A manifest without this word, written plainly or with escapes, cannot define the profile.
  if (!/cackle|\\/.test(manifest)) return false;
  const { parse } = await import('../workspace/toml.ts');
  return manifestSchema.parse(parse(manifest)).profile?.cackle !== undefined;
}
