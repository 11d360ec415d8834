import { crateNameOf } from '../rust-paths.ts';
import type { DocumentReader } from './document-reader.ts';
import { apiKeys } from './keys.ts';
import type { TomlEntry } from './toml-tree.ts';
import type { ApiDefinition, ApiPath } from './types.ts';

/** Reads the tables `[api.NAME]`, by name, and appends their paths to `written`; faults go to the reader. */
export function readApiTables(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
  written: ApiPath[] = [],
): Map<string, ApiDefinition> {
  const apis = new Map<string, ApiDefinition>();
  for (const { key, value } of reader.table(entry)?.entries.values() ?? []) {
    if (value.kind !== 'table') {
      reader.report(value.place, value.length, 'a table was expected here');
      continue;
    }
    reader.checkKeys(value, apiKeys, `[api.${key}]`);
    const list = (name: ApiPath['list']): string[] => {
      const found = paths(reader, value.entries.get(name));
      written.push(...found.map((path) => ({ api: key, list: name, ...path })));
      return found.map(({ path }) => path);
    };
    apis.set(key, {
      name: key,
      include: list('include'),
      exclude: list('exclude'),
      noAutoDetect: reader.strings(value.entries.get('no_auto_detect')),
    });
  }
  return apis;
}

/** One segment of a path; a crate may be named by its package, which can have a `-` where the crate has a `_`. */
const segment = /^(?:r#)?[\p{XID_Start}_]\p{XID_Continue}*$/u;

/** Paths such as `std::fs`. Other text would match nothing, and an API without members allows everything: it is a fault. */
function paths(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
): Pick<ApiPath, 'text' | 'path' | 'place'>[] {
  return reader.items(entry).flatMap(({ value, place, length }) => {
    const [crate = '', ...rest] = value.split('::');
    const segments = [crateNameOf(crate), ...rest];
    if (segments.every((text) => segment.test(text)))
      return [{ text: value, path: segments.join('::'), place }];
    reader.report(
      place,
      length,
      `\`${value}\` is no path of a module or item, so nothing would match it`,
      'a path is names joined by `::`, such as std::fs; it covers all that is below it',
    );
    return [];
  });
}
