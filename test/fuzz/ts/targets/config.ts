// cackle.toml: a ConfigError whose faults stand where they say, or what an independent TOML parser reads too.
import { parse } from 'toml';
import { parseConfig } from '../../../../engine/config/read.ts';
import { parseToml, TomlSyntaxError, type TomlValue } from '../../../../engine/config/toml-tree.ts';
import { ConfigError } from '../../../../engine/config/types.ts';
import { exporting } from '../../../fixes/support.ts';
import { holds, same, unless } from '../target.ts';

export const words =
  '[common] version import_std features build_flags profile explicit_build_scripts [api. include exclude no_auto_detect [pkg. allow_unsafe allow_extern allow_proc_macro allow_apis allow_build_instructions source import safe_macros .build .test .from [sandbox] [rustc. kind "Bubblewrap" "Disabled" allow_network bind_writable make_writable pass_env extra_args true false """ \'\'\' [[ ]] \r\n \\u00e9 \\U0001F600 __proto__ constructor 0x 1e9 inf nan 1979-05-27 "@crates.io"'.split(
    ' ',
  );

export const seeds = [
  '[common]\nversion = 3\nimport_std = ["fs", "net", "process"]\nbuild_flags = ["--lib"]\nprofile = "x"\nexplicit_build_scripts = true\nfeatures = []\n\n[sandbox]\nkind = "Bubblewrap"\nallow_network = false\nbind_writable = ["a"]\npass_env = ["B"]\n',
  '[common]\nversion = 3\nimport_std = ["fs"]\n[api.x]\ninclude = ["a::b", "std::fs"]\nexclude = ["a::b::c"]\nno_auto_detect = ["p"]\n[pkg.a]\nallow_unsafe = true\nallow_apis = [\n  "fs", # why\n  "x",\n]\nbuild.allow_build_instructions = ["cargo:rustc-link-lib=*"]\nfrom.test.allow_extern = false\nsource = "crates.io"\nimport = []\nsafe_macros = ["m"]\n[pkg."b.c@1".test.sandbox]\nkind = "Disabled"\n',
  '# c\r\ncommon.version=1\r\npkg.a = { allow_apis = [\'fs\'], build = { sandbox = { extra_args = ["--x"] } } }\r\n[[pkg.b]]\n',
  'a = """x\\\n  y"""\nb = \'\'\'z\'\'\'\nc = 1979-05-27T07:32:00Z\nd = 0x1F\ne = 1e3\nf = [1, {g = -inf}]\n"\\u00e9" = +1_000\n',
];

type Data = { [key: string]: Data } | Data[] | string | number | boolean | null;

/** A value of ours, with a word for what cackle.toml never has. */
function plain(value: TomlValue): Data {
  switch (value.kind) {
    case 'table':
      return Object.fromEntries(
        [...value.entries].map(([key, entry]) => [key, plain(entry.value)]),
      );
    case 'array':
      return value.items.map(plain);
    case 'other':
      return null;
    default:
      return value.value;
  }
}

/** A value of the other parser; `ours` tells where both have what does not matter. */
function theirs(value: unknown, ours: Data | undefined): Data {
  if (ours === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item, i) => theirs(item, (ours as Data[])?.[i]));
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        theirs(
          inner,
          Object.hasOwn(Object(ours), key) ? (ours as { [key: string]: Data })[key] : undefined,
        ),
      ]),
    );
  return value as Data;
}

/** Sorted by name: the order of tables is of no account. */
function sorted(data: Data): Data {
  if (Array.isArray(data)) return data.map(sorted);
  if (typeof data !== 'object' || data === null) return data;
  const keys = Object.keys(data).sort();
  return Object.fromEntries(keys.map((key) => [`_${key}`, sorted(data[key] as Data)]));
}

export function read(data: Buffer): unknown {
  return parseConfig('cackle.toml', data.toString(), exporting);
}

export function fuzz(data: Buffer): void {
  const text = data.toString();
  const tree = unless(TomlSyntaxError, () => parseToml(text));
  let other: unknown;
  let reason: unknown;
  try {
    other = parse(text);
  } catch (error) {
    reason = error;
  }
  if (tree !== undefined && reason === undefined) {
    const ours = plain(tree);
    same(sorted(ours), sorted(theirs(other, ours)), 'TOML');
  }
  let faults: ConfigError['diagnostics'] = [];
  try {
    const config = parseConfig('cackle.toml', text, exporting);
    holds(tree !== undefined, 'read what is no TOML', text);
    holds(config.version >= 1 && config.version <= 3, 'version', config.version);
    for (const { scope, allowApis } of config.tables)
      for (const { api } of allowApis) {
        holds(config.apis.has(api), 'an API that is not defined', api);
        holds(config.permissions(scope).allowApis.has(api), 'not allowed', api);
      }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults = error.diagnostics;
    holds(faults.length > 0, 'an error without a fault');
  }
  const lines = text.split(/\r?\n/);
  for (const { place, length, sourceLine } of faults) {
    if (place === undefined) continue;
    same(sourceLine, lines[place.line - 1], 'the line of a fault');
    holds(sourceLine !== undefined, 'a fault behind the end', place);
    holds(place.column >= 1 && place.column <= (sourceLine ?? '').length + 1, 'a column', place);
    holds(length >= 1 || length === 0, 'a length', length);
  }
}
