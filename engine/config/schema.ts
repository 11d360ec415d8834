import { relative, sep } from 'node:path';
import { topKeys } from './keys.ts';

/** The name of the schema's file, in the package and beside the facts of a workspace. */
export const SCHEMA_FILE = 'cackle.toml.schema.json';

/** Returns the JSON Schema of cackle.toml as the text of its file (rule 2.16): what the reader asks of a file without knowing the tree. */
export function configSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'cackle.toml',
    description: 'What each package of a Rust workspace may do.',
    type: 'object',
    properties: topKeys,
    required: ['common'],
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/**
 * Returns the first line of a new cackle.toml, by which editors find the schema, without the line ending. Undefined
 * when the directory of the schema is not below that of cackle.toml: the line would name a place of one machine.
 */
export function schemaLine(configDirectory: string, schemaDirectory: string): string | undefined {
  const path = relative(configDirectory, schemaDirectory).split(sep);
  // An editor reads the line as a URL reference.
  const reference = [...path, SCHEMA_FILE].map(encodeURIComponent).join('/');
  return path[0] === '..' || path[0] === '' ? undefined : `#:schema ./${reference}`;
}
