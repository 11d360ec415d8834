import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { readApiTables } from './apis.ts';
import { DocumentReader } from './document-reader.ts';
import { commonKeys, topKeys } from './keys.ts';
import type { NamedSource, SourcesByName } from './sources.ts';
import { type ApiDefinition, type ConfigDiagnostic, NEWEST_VERSION } from './types.ts';

/** The APIs that one package exports in its `cackle/export.toml` (rule 2.13), and the faults of that file. */
export interface PackageExports {
  readonly file: string;
  readonly apis: ReadonlyMap<string, ApiDefinition>;
  readonly faults: readonly ConfigDiagnostic[];
}

/** The APIs that the packages of a tree export. */
export interface Exports {
  /** Names of all packages of the tree. */
  readonly packages: ReadonlySet<string>;
  /** The sources of the packages of each name. */
  readonly sources: SourcesByName;
  /** By package name; packages without the file are absent. */
  readonly exporting: ReadonlyMap<string, PackageExports>;
}

/** The exports of no package, for a configuration that is read without a tree. */
export const noExports: Exports = { packages: new Set(), sources: new Map(), exporting: new Map() };

/** Reads the export files of packages. Faults are returned with them: they matter only when something is imported. */
export async function readExports(
  packages: readonly (NamedSource & { readonly cargoName: string; readonly directory: string })[],
): Promise<Exports> {
  const read = await Promise.all(
    packages.map(async ({ name, directory }) => ({
      name,
      exports: readExportFile(join(directory, 'cackle', 'export.toml')),
    })),
  );
  const exporting = new Map<string, PackageExports>();
  for (const { name, exports } of read) {
    if (exports === undefined) continue;
    const known = exporting.get(name);
    exporting.set(name, known === undefined ? exports : united(known, exports));
  }
  const sources = new Map<string, NamedSource[]>();
  for (const { cargoName, name, source } of packages) {
    const known = sources.get(cargoName) ?? [];
    if (!known.some((k) => k.source === source))
      sources.set(cargoName, [...known, { name, source }]);
  }
  return { packages: new Set(packages.map(({ name }) => name)), sources, exporting };
}

/** The exports of two versions of a package in one tree: the union. */
function united(a: PackageExports, b: PackageExports): PackageExports {
  const apis = new Map(a.apis);
  for (const [name, api] of b.apis) {
    const known = apis.get(name);
    apis.set(
      name,
      known === undefined
        ? api
        : {
            ...known,
            include: [...new Set([...known.include, ...api.include])],
            exclude: [...new Set([...known.exclude, ...api.exclude])],
          },
    );
  }
  return { file: a.file, apis, faults: [...a.faults, ...b.faults] };
}

/** Bytes; far more than the API definitions of one package take. */
const MAX_EXPORTS = 4 * 1024 * 1024;

function readExportFile(file: string): PackageExports | undefined {
  let bytes: Buffer;
  try {
    // Hardly any package has one: this call is cheap because it throws no error.
    if (statSync(dirname(file), { throwIfNoEntry: false }) === undefined) return undefined;
    bytes = readRegularFile(file, MAX_EXPORTS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return unreadable(file, `cannot read ${file}: ${reasonOf(error)}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable(file, 'the file is not UTF-8');
  }
  return new ExportReader(file, text).read();
}

function unreadable(file: string, message: string): PackageExports {
  const fault = { file, place: undefined, length: 0, message, help: undefined };
  return { file, apis: new Map(), faults: [{ ...fault, sourceLine: undefined }] };
}

class ExportReader extends DocumentReader {
  read(): PackageExports {
    const root = this.document();
    if (root === undefined) return { file: this.file, apis: new Map(), faults: this.faults };
    this.checkKeys(root, { common: topKeys.common, api: topKeys.api }, 'the top level');
    const common = this.table(root.entries.get('common'));
    if (common !== undefined) this.checkKeys(common, { version: commonKeys.version }, '[common]');
    const version = common?.entries.get('version');
    if (
      version !== undefined &&
      (version.value.kind !== 'integer' ||
        version.value.value < 1 ||
        version.value.value > NEWEST_VERSION)
    )
      this.report(
        version.value.place,
        version.value.length,
        `versions 1 to ${NEWEST_VERSION} are known`,
      );
    const apis = readApiTables(this, root.entries.get('api'));
    return { file: this.file, apis, faults: this.faults };
  }
}
