import { readFile } from 'node:fs/promises';
import { parse } from 'toml';
import * as z from 'zod';

const schema = z.object({
  common: z.object({
    features: z.array(z.string()).default([]),
    build_flags: z.array(z.string()).default([]),
  }),
});

/** What cackle.toml says of the tree of packages, by which the rest of it is read. */
export interface TreeSettings {
  readonly features: readonly string[];
  readonly buildFlags: readonly string[];
}

/** Reads these settings alone. Nothing for a file with faults: whoever reads all of it tells of them. */
export async function readTreeSettings(file: string): Promise<TreeSettings> {
  try {
    const { common } = schema.parse(parse(await readFile(file, 'utf8')));
    return { features: common.features, buildFlags: common.build_flags };
  } catch {
    return { features: [], buildFlags: [] };
  }
}
