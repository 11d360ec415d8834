import { readFile } from 'node:fs/promises';
import { builtinApis } from './builtin.ts';
import { permissionLookup } from './inheritance.ts';
import { nearest } from './nearest.ts';
import {
  parseToml,
  type TomlEntry,
  TomlSyntaxError,
  type TomlTable,
  type TomlValue,
} from './toml-tree.ts';
import {
  type AllowedApi,
  type ApiDefinition,
  type Config,
  type ConfigDiagnostic,
  ConfigError,
  type ConfigPlace,
  type ScopeSuffix,
  type ScopeTable,
} from './types.ts';

/** The newest `common.version` that is known. */
export const NEWEST_VERSION = 3;

const commonKeys = [
  'version',
  'import_std',
  'features',
  'build_flags',
  'profile',
  'explicit_build_scripts',
];
const apiKeys = ['include', 'exclude', 'no_auto_detect'];
const scopeKeys = [
  'allow_unsafe',
  'allow_extern',
  'allow_proc_macro',
  'allow_apis',
  'allow_build_instructions',
  'sandbox',
];
const sandboxKeys = [
  'kind',
  'allow_network',
  'bind_writable',
  'make_writable',
  'pass_env',
  'extra_args',
];

/** Reads and checks cackle.toml (spec §2). Throws {@link ConfigError} with every fault found. */
export async function readConfig(file: string): Promise<Config> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a directory'
          : (error as Error).message;
    const help =
      code === 'ENOENT'
        ? 'write one beside Cargo.toml; to begin with:\n\n  [common]\n  version = 3\n  import_std = ["fs", "net", "process"]\n\n  [sandbox]\n  kind = "Disabled"\n'
        : undefined;
    throw new ConfigError([fault(file, `cannot read ${file}: ${reason}`, help)]);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError([fault(file, 'the file is not UTF-8', undefined)]);
  }
  return parseConfig(file, text);
}

function fault(file: string, message: string, help: string | undefined): ConfigDiagnostic {
  return { file, place: undefined, length: 0, message, help, sourceLine: undefined };
}

/** Checks the text of a cackle.toml; `file` is for messages. Throws {@link ConfigError}. */
export function parseConfig(file: string, text: string): Config {
  const reader = new Reader(file, text);
  return reader.read();
}

class Reader {
  private readonly file: string;
  private readonly text: string;
  private readonly lines: readonly string[];
  private readonly faults: ConfigDiagnostic[] = [];
  private readonly unsupported: ConfigDiagnostic[] = [];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lines = text.split(/\r?\n/);
  }

  read(): Config {
    let root: TomlTable;
    try {
      root = parseToml(this.text);
    } catch (error) {
      if (!(error instanceof TomlSyntaxError)) throw error;
      this.report(error.place, 1, `this is not TOML: ${error.message}`);
      throw new ConfigError(this.faults);
    }
    this.checkKeys(root, ['common', 'api', 'pkg', 'sandbox', 'rustc'], 'the top level');
    const common = this.table(root.entries.get('common'));
    const version = this.version(common);
    if (common !== undefined) this.checkKeys(common, commonKeys, '[common]');
    const apis = this.apis(root, common);
    const tables: ScopeTable[] = [];
    const packages = new Map<string, ConfigPlace>();
    const withBuild = new Set<string>();
    for (const entry of this.table(root.entries.get('pkg'))?.entries.values() ?? []) {
      const table = this.table(entry);
      if (table === undefined) continue;
      packages.set(entry.key, entry.place);
      if (table.entries.has('build')) withBuild.add(entry.key);
      this.scopes(entry, table, apis, tables);
    }
    this.sandbox(root.entries.get('sandbox'), true);
    const rustc = this.table(root.entries.get('rustc'));
    if (rustc !== undefined) {
      this.checkKeys(rustc, ['sandbox'], '[rustc]');
      this.sandbox(rustc.entries.get('sandbox'), true);
    }
    if (this.faults.length > 0) throw new ConfigError(this.faults);
    return {
      file: this.file,
      version,
      features: this.strings(common?.entries.get('features')),
      buildFlags: common?.entries.has('build_flags')
        ? this.strings(common.entries.get('build_flags'))
        : ['--all-targets'],
      profile: this.string(common?.entries.get('profile')) ?? 'cackle',
      explicitBuildScripts: this.boolean(common?.entries.get('explicit_build_scripts')) ?? false,
      apis,
      packages,
      tables,
      unsupported: this.unsupported,
      hasBuildSection: (name) => withBuild.has(name),
      permissions: permissionLookup(tables, version),
    };
  }

  private version(common: TomlTable | undefined): 1 | 2 | 3 {
    const entry = common?.entries.get('version');
    if (entry === undefined) {
      const place = common?.place;
      this.report(
        place,
        common?.length ?? 0,
        'common.version is missing',
        `write: [common]\n  version = ${NEWEST_VERSION}`,
      );
      return NEWEST_VERSION;
    }
    const { value } = entry;
    if (value.kind !== 'integer' || value.value < 1 || value.value > NEWEST_VERSION) {
      const shown =
        value.kind === 'integer'
          ? `version ${value.value} is not known`
          : 'a whole number was expected';
      this.report(
        value.place,
        value.length,
        shown,
        `versions 1 to ${NEWEST_VERSION} are known; a newer cackle may know more`,
      );
      return NEWEST_VERSION;
    }
    return value.value as 1 | 2 | 3;
  }

  private apis(root: TomlTable, common: TomlTable | undefined): Map<string, ApiDefinition> {
    const apis = new Map<string, ApiDefinition>();
    for (const item of this.items(common?.entries.get('import_std'))) {
      const builtin = builtinApis.get(item.value);
      if (builtin === undefined) {
        const near = nearest(item.value, builtinApis.keys());
        this.report(
          item.place,
          item.length,
          `there is no built-in API \`${item.value}\``,
          near === undefined
            ? `the built-in APIs are: ${[...builtinApis.keys()].join(', ')}`
            : `did you mean \`${near}\`?`,
        );
        continue;
      }
      apis.set(builtin.name, builtin);
    }
    for (const entry of this.table(root.entries.get('api'))?.entries.values() ?? []) {
      const table = this.table(entry);
      if (table === undefined) continue;
      this.checkKeys(table, apiKeys, `[api.${entry.key}]`);
      const builtin = apis.get(entry.key);
      apis.set(entry.key, {
        name: entry.key,
        include: [...(builtin?.include ?? []), ...this.strings(table.entries.get('include'))],
        exclude: [...(builtin?.exclude ?? []), ...this.strings(table.entries.get('exclude'))],
        noAutoDetect: this.strings(table.entries.get('no_auto_detect')),
      });
    }
    return apis;
  }

  /** `[pkg.NAME]` and the narrower scopes below it. */
  private scopes(
    entry: TomlEntry,
    table: TomlTable,
    apis: ReadonlyMap<string, ApiDefinition>,
    out: ScopeTable[],
  ): void {
    const name = entry.key;
    this.checkKeys(table, [...scopeKeys, 'import', 'build', 'test', 'from'], `[pkg.${name}]`);
    out.push(this.scope(name, '', entry.place, table, apis));
    this.sandbox(table.entries.get('sandbox'), false);
    const imported = table.entries.get('import');
    if (imported !== undefined && this.items(imported).length > 0) {
      this.unsupported.push(
        this.diagnostic(
          imported.place,
          imported.length,
          'imports of API definitions that packages export are not supported yet',
          'define the API under [api] here, and write import = []',
        ),
      );
    }
    const below = (parent: TomlTable, key: 'build' | 'test', suffix: ScopeSuffix): void => {
      const inner = parent.entries.get(key);
      const innerTable = this.table(inner);
      if (inner === undefined || innerTable === undefined) return;
      this.checkKeys(innerTable, scopeKeys, `[pkg.${name}.${suffix}]`);
      out.push(this.scope(name, suffix, inner.place, innerTable, apis));
      this.sandbox(innerTable.entries.get('sandbox'), true);
    };
    below(table, 'build', 'build');
    below(table, 'test', 'test');
    const from = this.table(table.entries.get('from'));
    if (from === undefined) return;
    this.checkKeys(from, ['build', 'test'], `[pkg.${name}.from]`);
    below(from, 'build', 'from.build');
    below(from, 'test', 'from.test');
  }

  private scope(
    name: string,
    suffix: ScopeSuffix,
    place: ConfigPlace,
    table: TomlTable,
    apis: ReadonlyMap<string, ApiDefinition>,
  ): ScopeTable {
    const allowApis: AllowedApi[] = [];
    for (const item of this.items(table.entries.get('allow_apis'))) {
      if (!apis.has(item.value)) {
        const near = nearest(item.value, apis.keys());
        const hint = builtinApis.has(item.value)
          ? `add "${item.value}" to common.import_std, or define [api.${item.value}]`
          : near === undefined
            ? `define [api.${item.value}]`
            : `did you mean \`${near}\`?`;
        this.report(item.place, item.length, `the API \`${item.value}\` is not defined`, hint);
      } else if (allowApis.some((known) => known.api === item.value)) {
        this.report(
          item.place,
          item.length,
          `the API \`${item.value}\` is allowed twice`,
          'remove one of them',
        );
      } else {
        allowApis.push({ api: item.value, place: item.place });
      }
    }
    return {
      scope: { package: name, suffix },
      place,
      allowUnsafe: this.boolean(table.entries.get('allow_unsafe')),
      allowExtern: this.boolean(table.entries.get('allow_extern')),
      allowProcMacro: this.boolean(table.entries.get('allow_proc_macro')),
      allowApis,
      allowBuildInstructions: this.strings(table.entries.get('allow_build_instructions')),
    };
  }

  /** Sandboxes come later: what is written is checked, and what asks for one is remembered. */
  private sandbox(entry: TomlEntry | undefined, kindHasMeaning: boolean): void {
    const table = this.table(entry);
    if (table === undefined) return;
    this.checkKeys(table, sandboxKeys, 'a sandbox');
    const kind = table.entries.get('kind');
    const value = this.string(kind);
    this.boolean(table.entries.get('allow_network'));
    for (const key of ['bind_writable', 'make_writable', 'pass_env', 'extra_args'])
      this.strings(table.entries.get(key));
    if (kind === undefined || value === undefined) return;
    const { place, length } = kind.value;
    if (!kindHasMeaning) {
      this.report(
        kind.place,
        kind.length,
        'a package as a whole has no sandbox kind',
        'set it under .build.sandbox, .test.sandbox or [sandbox]',
      );
    } else if (value !== 'Bubblewrap' && value !== 'Disabled') {
      this.report(
        place,
        length,
        `there is no sandbox \`${value}\``,
        'write "Bubblewrap" or "Disabled"',
      );
    } else if (value === 'Bubblewrap') {
      this.unsupported.push(
        this.diagnostic(
          place,
          length,
          'a sandbox is asked for, and this version cannot make one yet',
          'write kind = "Disabled" to check without; nothing runs before it was judged',
        ),
      );
    }
  }

  private checkKeys(table: TomlTable, known: readonly string[], where: string): void {
    for (const entry of table.entries.values()) {
      if (known.includes(entry.key)) continue;
      const near = nearest(entry.key, known);
      this.report(
        entry.place,
        entry.length,
        `unknown key \`${entry.key}\` in ${where}`,
        near === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${near}\`?`,
      );
    }
  }

  private table(entry: TomlEntry | undefined): TomlTable | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'table') return entry.value;
    this.expected(entry.value, 'a table');
    return undefined;
  }

  private boolean(entry: TomlEntry | undefined): boolean | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'boolean') return entry.value.value;
    this.expected(entry.value, 'true or false');
    return undefined;
  }

  private string(entry: TomlEntry | undefined): string | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'string') return entry.value.value;
    this.expected(entry.value, 'a string');
    return undefined;
  }

  private strings(entry: TomlEntry | undefined): string[] {
    return this.items(entry).map((item) => item.value);
  }

  private items(
    entry: TomlEntry | undefined,
  ): { value: string; place: ConfigPlace; length: number }[] {
    if (entry === undefined) return [];
    if (entry.value.kind !== 'array') {
      this.expected(entry.value, 'a list of strings');
      return [];
    }
    return entry.value.items.flatMap((item) => {
      if (item.kind === 'string')
        return [{ value: item.value, place: item.place, length: item.length }];
      this.expected(item, 'a string');
      return [];
    });
  }

  private expected(value: TomlValue, what: string): void {
    const already = this.faults.some(
      (f) => f.place?.line === value.place.line && f.place.column === value.place.column,
    );
    if (!already) this.report(value.place, value.length, `${what} was expected here`);
  }

  private report(
    place: ConfigPlace | undefined,
    length: number,
    message: string,
    help?: string,
  ): void {
    this.faults.push(this.diagnostic(place, length, message, help));
  }

  private diagnostic(
    place: ConfigPlace | undefined,
    length: number,
    message: string,
    help?: string,
  ): ConfigDiagnostic {
    const sourceLine = place === undefined ? undefined : this.lines[place.line - 1];
    return { file: this.file, place, length, message, help, sourceLine };
  }
}
