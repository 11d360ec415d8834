import * as z from '../schemas.ts';
import { LOCK_NAME, lockSchema } from './lock.ts';

/** The name of the schema's file in the package. */
export const LOCK_SCHEMA_FILE = `${LOCK_NAME}.schema.json`;

/** Returns the JSON Schema of cackle.lock as the text of its file (rule 2.16). */
export function lockJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(lockSchema, { target: 'draft-7' });
  const about = {
    title: LOCK_NAME,
    description: 'What each package does, as `cackle lock` writes it. Not to be edited by hand.',
  };
  return `${JSON.stringify({ $schema, ...about, ...schema }, undefined, 2)}\n`;
}
