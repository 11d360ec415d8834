import { isUtf8 } from 'node:buffer';
import { basename, dirname, relative, resolve } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { shellWords } from '../shell-words.ts';
import { reasonOf } from '../system-errors.ts';
import { readApiTables } from './apis.ts';
import { readBuilds } from './builds.ts';
import { builtinApis } from './builtin.ts';
import { readCompileTable } from './compile-table.ts';
import { DocumentReader } from './document-reader.ts';
import { type Exports, noExports } from './exports.ts';
import { importBuiltin, importExported } from './imported-apis.ts';
import { permissionLookup } from './inheritance.ts';
import { neverAllowed } from './instruction-rules.ts';
import { commonKeys, fromKeys, packageKeys, rustcKeys, scopeKeys, topKeys } from './keys.ts';
import { nearest } from './nearest.ts';
import {
  readMacroSandbox,
  readSandboxTable,
  rustcSandbox,
  sandboxLookup,
  scopeKey,
  unitSandbox,
} from './sandbox.ts';
import { splitKey, subjectOf, type TableSubject } from './sources.ts';
import type { TomlEntry, TomlTable } from './toml-tree.ts';
import {
  type AllowedApi,
  type AmbiguousTable,
  type ApiDefinition,
  type ApiPath,
  type Config,
  type ConfigDiagnostic,
  ConfigError,
  type ConfigPlace,
  type ConfigText,
  NEWEST_VERSION,
  type PermissionScope,
  type SandboxTable,
  type ScopeSetting,
  type ScopeSuffix,
  type ScopeTable,
} from './types.ts';

const flags: ReadonlySet<string> = new Set(['allow_unsafe', 'allow_extern', 'allow_proc_macro']);

const isEmptyList = (value: TomlEntry['value']): boolean =>
  value.kind === 'array' && value.items.length === 0;

/** Reads and checks cackle.toml (rule 2.1). Throws {@link ConfigError} with every fault found. */
export async function readConfig(file: string, exports: Exports): Promise<Config> {
  let bytes: Buffer;
  try {
    bytes = readRegularFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const [reason, help] = unreadable[code] ?? [
      reasonOf(error),
      'make the file readable for the user who runs the check',
    ];
    throw new ConfigError([
      fault(file, `cannot read ${file}: ${reason}`, help ?? firstConfig(file)),
    ]);
  }
  if (!isUtf8(bytes)) throw new ConfigError([notUtf8(file, bytes)]);
  return parseConfig(file, new TextDecoder().decode(bytes), exports);
}

const SOURCES =
  'write "crates.io", the URL of a registry or git repository, or the directory of a package, relative to the workspace';

/** Returns the help for a file that is not there: the command that writes a first one in its place. */
function firstConfig(file: string): string {
  const directory = dirname(resolve(file));
  const there = relative('', directory);
  const place =
    basename(file) !== 'cackle.toml'
      ? ['-c', file]
      : there === ''
        ? []
        : ['--path', there.startsWith('..') ? directory : there];
  return `\`${shellWords(['cackle', 'init', ...place])}\` writes a first one`;
}

/** Why a file cannot be read and what to do, by the system's error code. */
const unreadable: Readonly<Record<string, readonly [reason: string, help: string | undefined]>> = {
  ENOENT: ['there is no such file', undefined],
  EISDIR: ['it is a directory', 'move it away, or name another file with --cackle-path'],
  EACCES: ['permission denied', '`chmod a+r` makes it readable'],
};

/** The fault of a file that is not UTF-8, at the first line that is not. */
function notUtf8(file: string, bytes: Buffer): ConfigDiagnostic {
  const decoder = new TextDecoder();
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line, 'latin1'));
  const index = lines.findIndex((line) => !isUtf8(line));
  const sourceLine = decoder.decode(lines[index]);
  const place = { line: index + 1, column: Math.max(0, sourceLine.indexOf('\ufffd')) + 1 };
  const help = 'save the file as UTF-8';
  return { file, place, length: 1, message: 'this is not UTF-8', help, sourceLine };
}

function fault(file: string, message: string, help: string | undefined): ConfigDiagnostic {
  return { file, place: undefined, length: 0, message, help, sourceLine: undefined };
}

/** Parses and checks the text of a cackle.toml; `file` is for messages. Throws {@link ConfigError}. */
export function parseConfig(file: string, text: string, exports = noExports): Config {
  return new Reader(file, text, exports).read();
}

const noMacros: ReadonlySet<string> = new Set();

const textsOf = (list: readonly ConfigText[]): string[] => list.map(({ value }) => value);

class Reader extends DocumentReader {
  private readonly sandboxes = new Map<string, SandboxTable>();
  private readonly macroSandboxes = new Map<string, SandboxTable>();
  private readonly imports = new Map<string, readonly string[]>();
  private readonly settings: ScopeSetting[] = [];
  private readonly apiPaths: ApiPath[] = [];
  private readonly exports: Exports;

  constructor(file: string, text: string, exports: Exports) {
    super(file, text);
    this.exports = exports;
  }

  read(): Config {
    const root = this.document();
    if (root === undefined) throw new ConfigError(this.faults);
    this.checkKeys(root, topKeys, 'the top level');
    const common = this.table(root.entries.get('common'));
    const version = this.version(common);
    if (common !== undefined) this.checkKeys(common, commonKeys, '[common]');
    const apis = this.apis(root, common);
    const tables: ScopeTable[] = [];
    const packages = new Map<string, ConfigPlace>();
    const ambiguous: AmbiguousTable[] = [];
    const keys = new Map<string, string>();
    const withBuild = new Set<string>();
    const safeMacros = new Map<string, ReadonlySet<string>>();
    for (const entry of this.table(root.entries.get('pkg'))?.entries.values() ?? []) {
      const table = this.table(entry);
      if (table === undefined) continue;
      const { name, couldBe } = this.subject(entry, table);
      const other = keys.get(name);
      if (other !== undefined)
        this.report(
          entry.place,
          entry.length,
          `[pkg.${other}] is about the same package`,
          'write all of it into one of the two',
        );
      keys.set(name, entry.key);
      packages.set(name, entry.place);
      if (couldBe.length > 1) ambiguous.push({ name, sources: couldBe, place: entry.place });
      if (table.entries.has('build')) withBuild.add(name);
      this.scopes({ ...entry, key: name }, table, apis, tables);
      const safe = table.entries.get('safe_macros');
      if (safe !== undefined) safeMacros.set(name, new Set(this.strings(safe)));
    }
    const rustc = this.table(root.entries.get('rustc'));
    if (rustc !== undefined) this.checkKeys(rustc, rustcKeys, '[rustc]');
    const sandboxes = {
      top: readSandboxTable(this, root.entries.get('sandbox'), '[sandbox]'),
      rustc: readSandboxTable(this, rustc?.entries.get('sandbox'), '[rustc.sandbox]'),
      macros: this.macroSandboxes,
      scopes: this.sandboxes,
    };
    const build = {
      ...readBuilds(this, common),
      nestedPackages: this.strings(common?.entries.get('nested_packages')),
      bestEffortTargets: this.strings(common?.entries.get('best_effort_targets')),
      profile: this.string(common?.entries.get('profile')) ?? 'cackle',
      explicitBuildScripts: this.boolean(common?.entries.get('explicit_build_scripts')) ?? false,
      trace: this.boolean(common?.entries.get('trace')) ?? false,
      gatesOnly: this.boolean(common?.entries.get('gates_only')) ?? false,
    };
    const taken = new Set(keys.values());
    const hasTable = (name: string): boolean => taken.has(name);
    // Only here, after every value of the document was read: each may add a fault.
    if (this.faults.length > 0) throw new ConfigError(this.faults);
    return {
      file: this.file,
      version,
      ...build,
      apis,
      apiPaths: this.apiPaths,
      packages,
      ambiguous,
      tableOf: (name) => keys.get(name) ?? (hasTable(name) ? this.qualified(name) : name),
      tables,
      imports: this.imports,
      settings: this.settings,
      safeMacros: (name) => safeMacros.get(name) ?? noMacros,
      hasBuildSection: (name) => withBuild.has(name),
      permissions: permissionLookup(tables, version),
      sandbox: sandboxLookup(sandboxes),
      rustcSandbox: rustcSandbox(sandboxes, version),
      macroSandboxes: this.macroSandboxes,
      unitSandbox: unitSandbox(sandboxes, version),
      meaninglessSandboxKinds: [...packages.keys()].flatMap((name) => {
        const place = this.sandboxes.get(scopeKey({ package: name, suffix: '' }))?.kindPlace;
        return place === undefined ? [] : [{ package: name, place }];
      }),
      sandboxChosen: sandboxes.top?.kind !== undefined,
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
        `write: [common]\n  version = ${NEWEST_VERSION}\n  import_std = ["fs", "net", "process"]`,
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

  /** Every API that a permission may name: the file's own, the imported ones of std and of packages. */
  private apis(root: TomlTable, common: TomlTable | undefined): Map<string, ApiDefinition> {
    const apis = readApiTables(this, root.entries.get('api'), this.apiPaths);
    importBuiltin(this, common?.entries.get('import_std'), apis);
    for (const entry of this.table(root.entries.get('pkg'))?.entries.values() ?? []) {
      const { value } = entry;
      const imported = value.kind === 'table' ? value.entries.get('import') : undefined;
      if (value.kind !== 'table' || imported === undefined) continue;
      const { name, couldBe } = this.subject(entry, value);
      if (couldBe.length > 1) continue;
      this.imports.set(name, this.strings(imported));
      importExported(this, name, imported, this.exports, apis);
    }
    return apis;
  }

  /** The package that a table is about, by its key and its `source`. */
  private subject({ key }: TomlEntry, table: TomlTable): TableSubject {
    const entry = table.entries.get('source');
    const source = this.string(entry);
    if (entry !== undefined && (source === '' || splitKey(key).source !== undefined))
      this.#once(
        entry,
        source === ''
          ? 'a source is expected here'
          : 'the name of the table names the source already',
        source === '' ? SOURCES : 'remove one of them',
      );
    return subjectOf(key, source, this.exports.sources);
  }

  /** A package's name with its source, for a second table beside that of another package of this name. */
  private qualified(name: string): string {
    const [only] = this.exports.sources.get(name) ?? [];
    return only === undefined ? name : `${name}@${only.source}`;
  }

  #once({ value }: TomlEntry, message: string, help: string): void {
    const { line, column } = value.place;
    if (!this.faults.some(({ place }) => place?.line === line && place.column === column))
      this.report(value.place, value.length, message, help);
  }

  /** `[pkg.NAME]` and the narrower scopes below it. */
  private scopes(
    entry: TomlEntry,
    table: TomlTable,
    apis: ReadonlyMap<string, ApiDefinition>,
    out: ScopeTable[],
  ): void {
    const name = entry.key;
    this.checkKeys(table, packageKeys, `[pkg.${name}]`);
    out.push(this.scope(name, '', entry.place, table, apis));
    this.sandbox({ package: name, suffix: '' }, table);
    const below = (parent: TomlTable, key: 'build' | 'test', suffix: ScopeSuffix): void => {
      const inner = parent.entries.get(key);
      const innerTable = this.table(inner);
      if (inner === undefined || innerTable === undefined) return;
      this.checkKeys(innerTable, scopeKeys, `[pkg.${name}.${suffix}]`);
      out.push(this.scope(name, suffix, inner.place, innerTable, apis));
      this.sandbox({ package: name, suffix }, innerTable);
    };
    below(table, 'build', 'build');
    below(table, 'test', 'test');
    const rustc = this.table(table.entries.get('rustc'));
    if (rustc !== undefined) this.macroSandbox(name, rustc);
    const from = this.table(table.entries.get('from'));
    if (from === undefined) return;
    this.checkKeys(from, fromKeys, `[pkg.${name}.from]`);
    below(from, 'build', 'from.build');
    below(from, 'test', 'from.test');
  }

  /** `[pkg.NAME.rustc]`: how rustc runs where it loads proc macros of the package. */
  private macroSandbox(name: string, rustc: TomlTable): void {
    this.checkKeys(rustc, rustcKeys, `[pkg.${name}.rustc]`);
    const entry = rustc.entries.get('sandbox');
    const read = readMacroSandbox(this, entry, `[pkg.${name}.rustc.sandbox]`);
    if (read === undefined || entry === undefined) return;
    this.macroSandboxes.set(name, read);
    const scope: PermissionScope = { package: name, suffix: '' };
    this.settings.push({ scope, setting: 'rustc.sandbox', place: entry.place });
  }

  private sandbox(scope: PermissionScope, table: TomlTable): void {
    const where = ['pkg', scope.package, scope.suffix, 'sandbox'].filter((part) => part !== '');
    const read = readSandboxTable(this, table.entries.get('sandbox'), `[${where.join('.')}]`);
    if (read !== undefined) this.sandboxes.set(scopeKey(scope), read);
    this.keepSettings(scope, table);
  }

  private keepSettings(scope: PermissionScope, table: TomlTable): void {
    for (const { key, value, place } of table.entries.values()) {
      const setting = key as ScopeSetting['setting'];
      if (key === 'allow_build_instructions' && value.kind === 'array') {
        for (const item of value.items)
          if (item.kind === 'string')
            this.settings.push({ scope, setting, value: item.value, place: item.place });
      }
      if (flags.has(key) && value.kind === 'boolean' && value.value)
        this.settings.push({ scope, setting, place });
      else if (key === 'sandbox' || (key === 'import' && isEmptyList(value)))
        this.settings.push({ scope, setting, place });
    }
  }

  /** Reads the rules of allow_build_instructions; a rule for an instruction that no rule can allow is a fault. */
  private instructions(entry: TomlEntry | undefined): string[] {
    return this.items(entry).map(({ value, place, length }) => {
      const reason = neverAllowed(value);
      if (reason !== undefined)
        this.report(
          place,
          length,
          `no rule can allow \`${value}\`: ${reason}`,
          'remove the rule; a package that cannot do without has to be left out',
        );
      return value;
    });
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
      allowBuildInstructions: this.instructions(table.entries.get('allow_build_instructions')),
      ...this.compile({ package: name, suffix }, table.entries.get('compile')),
    };
  }

  /** Reads what code of a scope may read while it is compiled (rule 2.19). */
  private compile(
    scope: PermissionScope,
    entry: TomlEntry | undefined,
  ): Pick<ScopeTable, 'compileEnv' | 'compileFiles'> {
    const where = ['pkg', scope.package, scope.suffix, 'compile'].filter((part) => part !== '');
    const { env, files } = readCompileTable(this, entry, `[${where.join('.')}]`);
    for (const { value, place } of env)
      this.settings.push({ scope, setting: 'compile.env', value, place });
    for (const { value, place } of files)
      this.settings.push({ scope, setting: 'compile.files', value, place });
    return { compileEnv: textsOf(env), compileFiles: textsOf(files) };
  }
}
