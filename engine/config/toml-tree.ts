import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import type { ConfigPlace } from './types.ts';

/** A value of a TOML document with its places. Tables keep the order of the file. */
export type TomlValue =
  | {
      readonly kind: 'table';
      readonly entries: Map<string, TomlEntry>;
      readonly place: ConfigPlace;
      readonly length: number;
    }
  | {
      readonly kind: 'array';
      readonly items: readonly TomlValue[];
      readonly place: ConfigPlace;
      readonly length: number;
    }
  | {
      readonly kind: 'string';
      readonly value: string;
      readonly place: ConfigPlace;
      readonly length: number;
    }
  | {
      readonly kind: 'boolean';
      readonly value: boolean;
      readonly place: ConfigPlace;
      readonly length: number;
    }
  | {
      readonly kind: 'integer';
      readonly value: number;
      readonly place: ConfigPlace;
      readonly length: number;
    }
  | {
      readonly kind: 'other';
      readonly type: string;
      readonly place: ConfigPlace;
      readonly length: number;
    };

/** A table value. */
export type TomlTable = Extract<TomlValue, { kind: 'table' }>;

/** A key of a table and what it is set to. */
export interface TomlEntry {
  readonly key: string;
  readonly place: ConfigPlace;
  readonly length: number;
  readonly value: TomlValue;
}

/** Text that is no TOML. */
export class TomlSyntaxError extends Error {
  override readonly name = 'TomlSyntaxError';
  readonly place: ConfigPlace;
  constructor(message: string, place: ConfigPlace) {
    super(message);
    this.place = place;
  }
}

/** Parses a TOML document into the parser's own tree. Throws {@link TomlSyntaxError}. */
export function parseProgram(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0' });
  } catch (error) {
    if (error instanceof ParseError) {
      throw new TomlSyntaxError(error.message, {
        line: error.lineNumber,
        column: error.column + 1,
      });
    }
    throw error;
  }
}

/** What was parsed last: parsing is a pure function. */
let last: { readonly text: string; readonly table: TomlTable } | undefined;

/**
 * Parses a TOML document into a tree with places. Throws {@link TomlSyntaxError}. The last tree is cached: a check reads
 * cackle.toml first for the settings of the tree, then whole.
 */
export function parseToml(text: string): TomlTable {
  if (last?.text !== text) last = { text, table: readTables(text) };
  return last.table;
}

function readTables(text: string): TomlTable {
  const program = parseProgram(text);
  const root = newTable({ line: 1, column: 1 }, 1);
  const top = program.body[0];
  for (const node of top.body) {
    if (node.type === 'TOMLTable') {
      const keys = node.key.keys;
      const table = node.kind === 'array' ? addedTable(root, keys) : descend(root, keys);
      for (const pair of node.body) addPair(table, pair);
    } else {
      addPair(root, node);
    }
  }
  return root;
}

function newTable(place: ConfigPlace, length: number): TomlTable {
  return { kind: 'table', entries: new Map(), place, length };
}

function descend(table: TomlTable, keys: readonly (AST.TOMLBare | AST.TOMLQuoted)[]): TomlTable {
  let current = table;
  for (const key of keys) {
    const name = keyName(key);
    const known = current.entries.get(name);
    const inner = known === undefined ? undefined : tableIn(known.value);
    if (inner !== undefined) {
      current = inner;
      continue;
    }
    const { place, length } = placeOf(key);
    const next = newTable(place, length);
    // The parent is no table, which is reported as a fault where it stands.
    if (known !== undefined) return next;
    current.entries.set(name, { key: name, place, length, value: next });
    current = next;
  }
  return current;
}

/** Returns the table in which `[a.b]` finds its keys: in an array of tables, the last one. */
function tableIn(value: TomlValue): TomlTable | undefined {
  const inner = value.kind === 'array' ? value.items.at(-1) : value;
  return inner?.kind === 'table' ? inner : undefined;
}

/** Adds the table of a `[[a.b]]` to its array, and returns it. Where no array is expected, the reader reports it. */
function addedTable(root: TomlTable, keys: readonly (AST.TOMLBare | AST.TOMLQuoted)[]): TomlTable {
  const last = keys.at(-1) as AST.TOMLBare | AST.TOMLQuoted;
  const { entries } = descend(root, keys.slice(0, -1));
  const name = keyName(last);
  const { place, length } = placeOf(last);
  const table = newTable(place, length);
  const known = entries.get(name);
  const array =
    known?.value.kind === 'array'
      ? known.value
      : { kind: 'array' as const, items: [], place, length };
  const value = { ...array, items: [...array.items, table] };
  entries.set(
    name,
    known === undefined ? { key: name, place, length, value } : { ...known, value },
  );
  return table;
}

function addPair(table: TomlTable, pair: AST.TOMLKeyValue): void {
  const keys = pair.key.keys;
  const last = keys.at(-1);
  if (last === undefined) return;
  const parent = descend(table, keys.slice(0, -1));
  const name = keyName(last);
  parent.entries.set(name, { key: name, ...placeOf(last), value: tomlValue(pair.value) });
}

function tomlValue(node: AST.TOMLContentNode): TomlValue {
  const at = placeOf(node);
  switch (node.type) {
    case 'TOMLArray':
      return { kind: 'array', items: node.elements.map(tomlValue), ...at };
    case 'TOMLInlineTable': {
      const table = newTable(at.place, at.length);
      for (const pair of node.body) addPair(table, pair);
      return table;
    }
    case 'TOMLValue':
      if (node.kind === 'string') return { kind: 'string', value: node.value, ...at };
      if (node.kind === 'boolean') return { kind: 'boolean', value: node.value, ...at };
      if (node.kind === 'integer') return { kind: 'integer', value: Number(node.value), ...at };
      return { kind: 'other', type: node.kind, ...at };
  }
}

/** Returns the text of a key without its quotes. */
export function keyName(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

function placeOf(node: AST.TOMLNode): { place: ConfigPlace; length: number } {
  const { start, end } = node.loc;
  return {
    place: { line: start.line, column: start.column + 1 },
    length: end.line === start.line ? Math.max(1, end.column - start.column) : 1,
  };
}
