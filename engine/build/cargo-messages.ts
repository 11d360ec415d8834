import { z } from 'zod';
import type { ArtifactMessage } from './types.ts';

const artifactSchema = z.object({
  reason: z.literal('compiler-artifact'),
  package_id: z.string(),
  target: z.object({
    name: z.string(),
    kind: z.array(z.string()),
    crate_types: z.array(z.string()),
    src_path: z.string(),
  }),
  profile: z.object({ test: z.boolean() }),
  filenames: z.array(z.string()),
  executable: z.string().nullish(),
  fresh: z.boolean(),
});
const executedSchema = z.object({
  reason: z.literal('build-script-executed'),
  package_id: z.string(),
  out_dir: z.string(),
});
const otherSchema = z.object({ reason: z.string() });

/** The messages of `cargo build --message-format=json` that count here. */
export type CargoMessage =
  | { readonly reason: 'compiler-artifact'; readonly artifact: ArtifactMessage }
  | { readonly reason: 'build-script-executed'; readonly packageId: string; readonly outDir: string }
  | { readonly reason: 'other' };

/** A line of cargo's stdout that is not a message as documented (the Cargo Book, "External tools"). */
export class CargoMessageError extends Error {
  override readonly name = 'CargoMessageError';
}

/** Reads one line of cargo's stdout. Unknown reasons are `other`. Throws CargoMessageError. */
export function parseCargoMessage(line: string): CargoMessage {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch (error) {
    throw new CargoMessageError(`not JSON: ${line.slice(0, 200)}`, { cause: error });
  }
  const check = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw new CargoMessageError(z.prettifyError(parsed.error));
    return parsed.data;
  };
  switch (check(otherSchema).reason) {
    case 'compiler-artifact': {
      const { package_id, target, profile, filenames, executable, fresh } = check(artifactSchema);
      return {
        reason: 'compiler-artifact',
        artifact: {
          packageId: package_id,
          targetName: target.name,
          targetKind: target.kind,
          crateTypes: target.crate_types,
          sourcePath: target.src_path,
          isTest: profile.test,
          filenames,
          executable: executable ?? undefined,
          fresh,
        },
      };
    }
    case 'build-script-executed': {
      const { package_id, out_dir } = check(executedSchema);
      return { reason: 'build-script-executed', packageId: package_id, outDir: out_dir };
    }
    default:
      return { reason: 'other' };
  }
}
