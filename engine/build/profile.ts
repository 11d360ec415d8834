import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'toml';
import { z } from 'zod';
import type { CargoConfig } from '../workspace/cargo-config.ts';

const manifestSchema = z.object({ profile: z.record(z.string(), z.unknown()).optional() });

/** What the profile `cackle` is when the workspace does not say (spec §6). */
const settings = [
  'inherits="dev"',
  'opt-level=0',
  'debug=1',
  'split-debuginfo="off"',
  'incremental=false',
  'panic="unwind"',
];

/** Arguments that select the profile, and define it when it is ours and nobody else did. */
export async function profileArguments(
  profile: string,
  workspaceRoot: string,
  config: CargoConfig,
): Promise<string[]> {
  const select = ['--profile', profile];
  if (profile !== 'cackle' || config.profile('cackle') !== undefined) return select;
  const manifest = manifestSchema.parse(
    parse(await readFile(join(workspaceRoot, 'Cargo.toml'), 'utf8')),
  );
  if (manifest.profile?.cackle !== undefined) return select;
  return [...select, ...settings.flatMap((setting) => ['--config', `profile.cackle.${setting}`])];
}
