import { dirname, join } from 'node:path';
import { configSchema, SCHEMA_FILE, schemaLine } from '../config/schema.ts';
import { writeAtomically } from '../facts/files.ts';
import { storeLocation } from '../facts/store.ts';
import { readRegularFile } from '../regular-file.ts';
import type { Tree } from './tree.ts';

/** Bytes; far more than any version of the schema takes. */
const MAX_SCHEMA = 4 * 1024 * 1024;

/**
 * Keeps the JSON Schema of cackle.toml in a directory, where the first line of cackle.toml has editors look for it
 * (rule 2.16). Throws an Error when it cannot be written.
 */
export async function keepSchema(directory: string): Promise<void> {
  const file = join(directory, SCHEMA_FILE);
  const schema = configSchema();
  try {
    if (readRegularFile(file, MAX_SCHEMA).toString() === schema) return;
  } catch {
    // What is not there or cannot be read is replaced.
  }
  await writeAtomically(file, schema);
}

/** Returns the first line of a new cackle.toml of a tree, as {@link schemaLine} does. */
export function schemaLineOf({
  configFile,
  workspace,
}: {
  readonly configFile: string;
  readonly workspace: Pick<Tree['workspace'], 'targetDirectory'>;
}): string | undefined {
  return schemaLine(dirname(configFile), storeLocation(workspace.targetDirectory).root);
}
