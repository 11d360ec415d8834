import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from '../schemas.ts';
import { type CargoConfig, packageOptLevels } from '../workspace/cargo-config.ts';

const manifestSchema = z.object({ profile: z.optional(z.record(z.string(), z.unknown())) });

/** What the profile `cackle` is where the workspace does not say (spec §6). */
const settings: Readonly<Record<string, string>> = {
  inherits: '"dev"',
  'opt-level': '0',
  debug: 'true',
  'split-debuginfo': '"off"',
  incremental: 'false',
  panic: '"unwind"',
};

/** Arguments that select the profile, and define what nobody else did when it is ours. Throws CheckError. */
export async function profileArguments(
  profile: string,
  workspaceRoot: string,
  config: Pick<CargoConfig, 'profile' | 'packageOptLevels'>,
): Promise<string[]> {
  const select = ['--profile', profile];
  const set = config.profile('cackle') ?? new Set<string>();
  if (profile !== 'cackle' || set.has('inherits')) return select;
  const profiles = await profilesIn(await readFile(join(workspaceRoot, 'Cargo.toml'), 'utf8'));
  if (profiles.cackle !== undefined) return select;
  const missing = Object.entries(settings).filter(([key]) => !set.has(key));
  const optimised = set.has('package')
    ? []
    : new Set([...config.packageOptLevels('dev'), ...packageOptLevels(profiles.dev)]);
  return [
    ...select,
    ...missing.flatMap(([key, value]) => ['--config', `profile.cackle.${key}=${value}`]),
    // What `dev` optimises for those who run it (Cargo Book, "Overrides") would be as slow to build, and seen after inlining.
    ...[...optimised].flatMap((spec) => [
      '--config',
      `profile.cackle.package.${JSON.stringify(spec)}.opt-level=0`,
    ]),
  ];
}

async function profilesIn(manifest: string): Promise<Readonly<Record<string, unknown>>> {
  // Without these words, written as they are or with escapes, there is nothing to find.
  if (!/cackle|opt-level|\\/.test(manifest)) return {};
  const { parse } = await import('../workspace/toml.ts');
  return manifestSchema.parse(parse(manifest)).profile ?? {};
}
