import { homedir } from 'node:os';
import type { DocumentReader } from './document-reader.ts';
import { ancestors } from './inheritance.ts';
import { type Keys, macroSandboxKeys, NEVER_PASSED, sandboxKeys } from './keys.ts';
import { nearest } from './nearest.ts';
import type { TomlEntry } from './toml-tree.ts';
import {
  type Config,
  type ConfigText,
  confines,
  type PermissionScope,
  SANDBOX_KINDS,
  type SandboxKind,
  type SandboxSettings,
  type SandboxTable,
} from './types.ts';

const neverPassed = new RegExp(NEVER_PASSED);

/** Reads one sandbox table (rule 2.15); faults go to the reader. `where` is its name, e.g. `[sandbox]`; `keys` those that it may have. */
export function readSandboxTable(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
  where: string,
  keys: Keys = sandboxKeys,
): SandboxTable | undefined {
  const table = reader.table(entry);
  if (entry === undefined || table === undefined) return undefined;
  reader.checkKeys(table, keys, where);
  const list = (key: keyof typeof sandboxKeys, fault: (text: string) => string | undefined) => {
    const texts = reader.items(table.entries.get(key));
    for (const { value, place, length } of texts) {
      const found = value.includes('\0') ? 'a NUL character cannot stand here' : fault(value);
      if (found !== undefined) reader.report(place, length, found);
    }
    return texts;
  };
  const path = (text: string) => (text === '' ? 'a path is expected here' : undefined);
  const paths = (key: keyof typeof sandboxKeys) => list(key, path).map(fromHome);
  const kindEntry = table.entries.get('kind');
  return {
    where,
    kind: readKind(reader, kindEntry),
    kindPlace: kindEntry?.place,
    allowNetwork: reader.boolean(table.entries.get('allow_network')),
    bindReadable: paths('bind_readable'),
    bindWritable: paths('bind_writable'),
    makeWritable: paths('make_writable'),
    passEnv: list('pass_env', variableFault),
    extraArgs: list('extra_args', () => undefined),
  };
}

/** Returns a path in which `~/`, at its beginning, is the home directory, as in `compile.files` (rule 2.19). */
function fromHome(text: ConfigText): ConfigText {
  const { value } = text;
  if (value !== '~' && !value.startsWith('~/')) return text;
  return { ...text, value: `${homedir()}${value.slice(1)}` };
}

/**
 * Reads `[pkg.NAME.rustc.sandbox]` (rule 2.20). It only lets more through: `allow_network = false` would not close what another
 * table opens, and is a fault.
 */
export function readMacroSandbox(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
  where: string,
): SandboxTable | undefined {
  const read = readSandboxTable(reader, entry, where, macroSandboxKeys);
  if (read?.allowNetwork === false && entry !== undefined)
    reader.report(
      entry.place,
      entry.length,
      'allow_network = false has no meaning here: this table only lets more through than [rustc.sandbox]',
      'remove it, and `allow_network` from [rustc.sandbox] where that has it',
    );
  return read;
}

function variableFault(name: string): string | undefined {
  if (name === '' || name.includes('=')) return 'the name of an environment variable is expected';
  return neverPassed.test(name) ? `${name} is never passed into a sandbox` : undefined;
}

function readKind(reader: DocumentReader, entry: TomlEntry | undefined): SandboxKind | undefined {
  const value = reader.string(entry);
  if (entry === undefined || value === undefined) return undefined;
  const kind = SANDBOX_KINDS.find((known) => known === value);
  if (kind === undefined) {
    const near = nearest(value, SANDBOX_KINDS);
    reader.report(
      entry.value.place,
      entry.value.length,
      `there is no sandbox \`${value}\``,
      near === undefined
        ? 'write "Bubblewrap", "Landlock", "Auto" or "Disabled"'
        : `did you mean "${near}"?`,
    );
  }
  return kind;
}

/** The sandbox tables of a file. */
export interface SandboxTables {
  readonly top: SandboxTable | undefined;
  readonly rustc: SandboxTable | undefined;
  /** By package: those of rustc where it loads proc macros of the package. */
  readonly macros: ReadonlyMap<string, SandboxTable>;
  /** By package and suffix, as {@link scopeKey} writes them. */
  readonly scopes: ReadonlyMap<string, SandboxTable>;
}

/** Returns the key of a scope in {@link SandboxTables}. */
export function scopeKey(scope: PermissionScope): string {
  return `${scope.package}\0${scope.suffix}`;
}

/**
 * Returns the look-up of the settings in force in a scope: those of its own table, of the wider scopes, then of
 * `[sandbox]` (rule 1.5). `pkg.X.sandbox.kind` has no meaning and is ignored.
 */
export function sandboxLookup(tables: SandboxTables): (scope: PermissionScope) => SandboxSettings {
  return (scope) => {
    const chain = [scope.suffix, ...ancestors[scope.suffix]].map((suffix) => {
      const table = tables.scopes.get(scopeKey({ package: scope.package, suffix }));
      return suffix === '' && table !== undefined ? { ...table, kind: undefined } : table;
    });
    return united([...chain, tables.top]);
  };
}

/** Returns the sandbox settings for rustc. In version 1 it inherits nothing from `[sandbox]`. */
export function rustcSandbox(tables: SandboxTables, version: 1 | 2 | 3): SandboxSettings {
  if (version > 1) return united([tables.rustc, tables.top]);
  const own = united([tables.rustc]);
  return { ...own, kind: own.kind ?? 'Disabled' };
}

/**
 * Returns the look-up of the settings of rustc in a unit, by the names of the packages whose proc macros it loads (rule 7.13):
 * those of {@link rustcSandbox}, and what any of these macros is granted.
 */
export function unitSandbox(
  tables: SandboxTables,
  version: 1 | 2 | 3,
): (macros: readonly string[]) => SandboxSettings {
  const usual = rustcSandbox(tables, version);
  return (macros) => {
    const granted = macros.flatMap((name) => tables.macros.get(name) ?? []);
    if (granted.length === 0) return usual;
    const list = (key: (typeof listed)[number]): ConfigText[] =>
      [usual, ...granted].flatMap((settings) => settings[key]);
    return {
      kind: usual.kind,
      allowNetwork: usual.allowNetwork || granted.some(({ allowNetwork }) => allowNetwork === true),
      bindReadable: list('bindReadable'),
      bindWritable: list('bindWritable'),
      makeWritable: list('makeWritable'),
      passEnv: list('passEnv'),
      extraArgs: list('extraArgs'),
    };
  };
}

const listed = ['bindReadable', 'bindWritable', 'makeWritable', 'passEnv', 'extraArgs'] as const;

/**
 * Returns what the macros of packages open of rustc's sandbox as one text to compare; equal wherever they open nothing or
 * no sandbox is used.
 */
export function openedText(config: Config, macros: readonly string[]): string {
  if (!confines(config.rustcSandbox.kind)) return '';
  const granted = [...macros].sort().flatMap((name) => config.macroSandboxes.get(name) ?? []);
  if (granted.length === 0) return '';
  const texts = listed.map((key) =>
    [...new Set(granted.flatMap((table) => table[key].map(({ value }) => value)))].sort(),
  );
  return JSON.stringify([granted.some(({ allowNetwork }) => allowNetwork === true), ...texts]);
}

/** Merges tables, nearest first: of a scalar the nearest value counts; lists are united, the widest scope's first. */
function united(chain: readonly (SandboxTable | undefined)[]): SandboxSettings {
  const set = chain.filter((table) => table !== undefined);
  const list = (read: (table: SandboxTable) => readonly ConfigText[]): ConfigText[] =>
    set.toReversed().flatMap(read);
  return {
    kind: set.map((table) => table.kind).find((kind) => kind !== undefined),
    allowNetwork: set.map((t) => t.allowNetwork).find((value) => value !== undefined) ?? false,
    bindReadable: list((table) => table.bindReadable),
    bindWritable: list((table) => table.bindWritable),
    makeWritable: list((table) => table.makeWritable),
    passEnv: list((table) => table.passEnv),
    extraArgs: list((table) => table.extraArgs),
  };
}

/** Returns all settings of the sandbox of a package's build script as one text to compare; equal wherever none is used. */
export function buildScriptSandbox(config: Config, packageName: string): string {
  const settings = config.sandbox({ package: packageName, suffix: 'build' });
  const { kind, allowNetwork, ...lists } = settings;
  if (!confines(kind)) return kind ?? '';
  const { bindReadable, bindWritable, makeWritable, passEnv, extraArgs } = lists;
  const texts = [bindReadable, bindWritable, makeWritable, passEnv, extraArgs].map((list) =>
    list.map(({ value }) => value),
  );
  return JSON.stringify([kind, allowNetwork, ...texts]);
}
