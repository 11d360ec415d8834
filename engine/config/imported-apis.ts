import { builtinApis } from './builtin.ts';
import type { DocumentReader } from './document-reader.ts';
import type { Exports } from './exports.ts';
import { nearest } from './nearest.ts';
import type { TomlEntry } from './toml-tree.ts';
import type { ApiDefinition } from './types.ts';

/** Adds the built-in APIs that `import_std` names to `apis`, merged with the file's own definitions (rule 2.4). */
export function importBuiltin(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
  apis: Map<string, ApiDefinition>,
): void {
  const seen = new Set<string>();
  for (const item of reader.items(entry)) {
    const builtin = builtinApis.get(item.value);
    if (builtin !== undefined && seen.has(builtin.name)) {
      reader.report(
        item.place,
        item.length,
        `the built-in API \`${item.value}\` is imported twice`,
        'remove one of them',
      );
      continue;
    }
    seen.add(item.value);
    if (builtin !== undefined) {
      merge(apis, builtin);
      continue;
    }
    const near = nearest(item.value, builtinApis.keys());
    reader.report(
      item.place,
      item.length,
      `there is no built-in API \`${item.value}\``,
      near === undefined
        ? `the built-in APIs are: ${[...builtinApis.keys()].join(', ')}`
        : `did you mean \`${near}\`?`,
    );
  }
}

/** Adds the exported APIs that `[pkg.NAME] import` names to `apis`, as `NAME::api` (rule 2.13); faults go to the reader. */
export function importExported(
  reader: DocumentReader,
  packageName: string,
  entry: TomlEntry,
  exports: Exports,
  apis: Map<string, ApiDefinition>,
): void {
  const { value } = entry;
  if (!exports.packages.has(packageName)) {
    const near = nearest(packageName, exports.packages);
    reader.report(
      entry.place,
      entry.length,
      `no package \`${packageName}\` is in the tree, so nothing can be imported from it`,
      near === undefined ? 'remove the import' : `did you mean \`${near}\`?`,
    );
    return;
  }
  const items = reader.items(entry);
  if (items.length === 0) return;
  const exported = exports.exporting.get(packageName);
  if (exported === undefined) {
    reader.report(
      value.place,
      value.length,
      `${packageName} exports no API definitions: it has no cackle/export.toml`,
      'define the API under [api] here',
    );
    return;
  }
  for (const fault of exported.faults) reader.add(fault);
  if (exported.faults.length > 0) return;
  for (const item of items) {
    const api = exported.apis.get(item.value);
    if (api !== undefined) {
      merge(apis, { ...api, name: `${packageName}::${api.name}` });
      continue;
    }
    const near = nearest(item.value, exported.apis.keys());
    reader.report(
      item.place,
      item.length,
      `${packageName} exports no API \`${item.value}\``,
      near === undefined
        ? `it exports: ${[...exported.apis.keys()].join(', ') || 'none'}`
        : `did you mean \`${near}\`?`,
    );
  }
}

function merge(apis: Map<string, ApiDefinition>, imported: ApiDefinition): void {
  const own = apis.get(imported.name);
  apis.set(imported.name, {
    name: imported.name,
    include: [...imported.include, ...(own?.include ?? [])],
    exclude: [...imported.exclude, ...(own?.exclude ?? [])],
    noAutoDetect: [...imported.noAutoDetect, ...(own?.noAutoDetect ?? [])],
  });
}
