import { parse } from 'toml';
import type { Edit, EditStep } from '../../engine/config/edit/edit.ts';
import type { Exports, PackageExports } from '../../engine/config/exports.ts';
import { parseConfig } from '../../engine/config/read.ts';
import type { Config, PermissionScope, ScopeSuffix } from '../../engine/config/types.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { Usage } from '../../engine/problems/usages.ts';

class EveryName extends Set<string> {
  override has(): boolean {
    return true;
  }
}

class ByEveryName extends Map<string, PackageExports> {
  override get(name: string): PackageExports {
    const api = {
      name: 'fs',
      include: [`${name.replace(/[-.]/g, '_')}::open`],
      exclude: [],
      noAutoDetect: [],
    };
    return { file: `${name}/cackle/export.toml`, apis: new Map([['fs', api]]), faults: [] };
  }
}

/** A tree with packages of any name, each of which exports an API `fs`. */
export const exporting: Exports = {
  packages: new EveryName(),
  sources: new Map(),
  exporting: new ByEveryName(),
};

/** A configuration as the program reads it. */
export const read = (text: string): Config => parseConfig('cackle.toml', text, exporting);

/** A usage with what fixes look at; the rest is of no account here. */
export const usage = (targetNames: string[], fromNames: string[] = ['user::run']): Usage => ({
  place: { file: 'src/lib.rs', line: 1, column: 1 },
  from: fromNames[0] ?? '',
  fromNames,
  target: targetNames[0] ?? '',
  targetNames,
  output: 'user (bin)',
  backtrace: [],
});

/** A use of an API in a scope. */
export const apiProblem = (
  name: string,
  suffix: ScopeSuffix,
  api: string,
  usages: Usage[] = [usage(['std::fs::write'])],
): Extract<Problem, { kind: 'disallowed-api' }> => ({
  kind: 'disallowed-api',
  packageName: name,
  packageLabel: name,
  scope: { package: name, suffix },
  api,
  usages,
});

type Json = { [key: string]: Json } | Json[] | string | number | boolean;
type Table = { [key: string]: Json };

/** What an independent parser makes of a text. */
export function dataOf(text: string): Table {
  return JSON.parse(JSON.stringify(parse(text.replace(/^\ufeff/, '')))) as Table;
}

/** Without empty lists and tables: they say nothing. */
export function said(data: Table): Table {
  return withoutEmpty(data) as Table;
}

function withoutEmpty(value: Json): Json {
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, withoutEmpty(inner)] as const)
    .filter(([, inner]) => typeof inner !== 'object' || Object.keys(inner).length > 0);
  return Object.fromEntries(entries);
}

const parents: Readonly<Record<ScopeSuffix, readonly ScopeSuffix[]>> = {
  '': [],
  'from.build': [''],
  build: ['from.build', ''],
  'from.test': [''],
  test: ['from.test', ''],
};
const suffixes = Object.keys(parents) as ScopeSuffix[];

/**
 * What an edit has to lead to, told from rules 1.4, 5.22, 5.23 alone, on plain values. A flag that a wider
 * scope makes needless may stay where it is all that keeps an explicit build section: so there may be two.
 */
export function expected(data: Table, edit: Edit): Table[] {
  return [true, false].map((keepsLast) => {
    const result = structuredClone(data);
    for (const step of edit.steps) take(result, step, keepsLast);
    return said(result);
  });
}

const keysOf = ({ package: name, suffix }: PermissionScope): string[] => [
  'pkg',
  name,
  ...(suffix === '' ? [] : suffix.split('.')),
];

function get(root: Table, path: readonly string[]): Json | undefined {
  let current: Json | undefined = root;
  for (const key of path) {
    if (typeof current !== 'object' || Array.isArray(current)) return undefined;
    current = current[key];
  }
  return current;
}

function put(root: Table, path: readonly string[], value: Json | undefined): void {
  let current = root;
  for (const key of path.slice(0, -1)) {
    current[key] ??= {};
    current = current[key] as Table;
  }
  const last = path.at(-1) as string;
  if (value === undefined) delete current[last];
  else current[last] = value;
}

const listAt = (root: Table, path: readonly string[]): string[] =>
  (get(root, path) ?? []) as string[];

function insert(list: readonly string[], value: string): string[] {
  if (list.includes(value)) return [...list];
  const sorted = list.every((item, i) => i === 0 || (list[i - 1] as string) <= item);
  return sorted ? [...list, value].sort((a, b) => (a < b ? -1 : 1)) : [...list, value];
}

const plain = (rule: string): string => rule.replace(/^cargo::/, 'cargo:');
const coversRule = (wide: string, narrow: string): boolean =>
  plain(wide).endsWith('*')
    ? plain(narrow).startsWith(plain(wide).slice(0, -1))
    : plain(wide) === plain(narrow);

const coversIn: Record<
  Extract<EditStep, { kind: 'allow' }>['list'],
  (wide: string, narrow: string) => boolean
> = {
  allow_apis: (wide, narrow) => wide === narrow,
  allow_build_instructions: coversRule,
  'compile.env': (wide, narrow) =>
    wide.endsWith('*') ? narrow.startsWith(wide.slice(0, -1)) : wide === narrow,
  // Paths in these tests are plain, and none is above another by `..`.
  'compile.files': (wide, narrow) => `${narrow}/`.startsWith(`${wide}/`),
};

function take(root: Table, step: EditStep, keepsLast: boolean): void {
  switch (step.kind) {
    case 'allow': {
      const { scope, list, value } = step;
      const covers = (wide: string, narrow: string): boolean => coversIn[list](wide, narrow);
      const pathOf = (suffix: ScopeSuffix): string[] => [
        ...keysOf({ ...scope, suffix }),
        ...list.split('.'),
      ];
      const chain = [scope.suffix, ...parents[scope.suffix]];
      if (chain.some((s) => listAt(root, pathOf(s)).some((held) => covers(held, value)))) return;
      put(root, pathOf(scope.suffix), insert(listAt(root, pathOf(scope.suffix)), value));
      for (const s of suffixes.filter((other) => parents[other].includes(scope.suffix))) {
        const path = pathOf(s);
        if (get(root, path) !== undefined)
          put(
            root,
            path,
            listAt(root, path).filter((item) => !covers(value, item)),
          );
      }
      return;
    }
    case 'permit': {
      const { scope, flag } = step;
      const at = (s: ScopeSuffix): Json | undefined =>
        get(root, [...keysOf({ ...scope, suffix: s }), flag]);
      const nearest = (chain: readonly ScopeSuffix[]): Json | undefined =>
        chain.map(at).find((v) => v !== undefined);
      if (nearest([scope.suffix, ...parents[scope.suffix]]) === true) return;
      put(root, [...keysOf(scope), flag], true);
      const explicit = get(root, ['common', 'explicit_build_scripts']) === true;
      for (const s of suffixes.filter((other) => parents[other].includes(scope.suffix))) {
        const section = keysOf({ ...scope, suffix: s });
        if (at(s) !== true || nearest(parents[s]) !== true) continue;
        const isAllOfIt = Object.keys(get(root, section) as Table).length === 1;
        if (!(keepsLast && explicit && s === 'build' && isAllOfIt))
          put(root, [...section, flag], undefined);
      }
      return;
    }
    case 'add':
      if (step.path[2] === 'import' && step.values.length === 0) return;
      for (const value of step.values) put(root, step.path, insert(listAt(root, step.path), value));
      return;
    case 'remove':
      if (get(root, step.path) !== undefined)
        put(
          root,
          step.path,
          listAt(root, step.path).filter((item) => item !== step.value),
        );
      return;
    case 'set':
      put(root, step.path, step.value);
      return;
    case 'drop':
      if (get(root, step.path) !== undefined) put(root, step.path, undefined);
      return;
    case 'build-section':
      return;
  }
}

/**
 * The lines of a text, as far as an edit beside them leaves them alone: an item may get a comma, and a closing
 * bracket a line of its own. Comments at the end are looked at elsewhere.
 */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) =>
    line
      .replaceAll(',', '')
      .replace(/(?<=\S)\s*#c.*$/, '')
      .replace(/\]?\s*$/, ''),
  );
}

/** The first of the lines that is not among the others in the same order; undefined when all are. */
export function firstLost(lines: readonly string[], others: readonly string[]): string | undefined {
  let from = 0;
  for (const line of lines) {
    const at = others.indexOf(line, from);
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}
