import type { AST } from 'toml-eslint-parser';
import {
  commentLines,
  EditError,
  type Header,
  isBlankAtEnd,
  type KeyPath,
  keyText,
  listText,
  type Pair,
  quoted,
  type Splice,
  samePath,
  spliced,
  startsWith,
  type TomlDocument,
  type Value,
} from './document.ts';
import { aboveLine } from './list.ts';

/** The order of the tables of cackle.toml, by which a new one is placed. */
const order = ['common', 'sandbox', 'rustc', 'api', 'pkg'];

/** Number of keys in the header of a section; deeper keys stand in it as dotted keys (rule 5.22). */
const sectionDepth: Readonly<Record<string, number>> = { common: 1, sandbox: 1 };
const SECTION_DEPTH = 2;

/** Where a new key goes. */
type Home =
  | { readonly kind: 'body'; readonly header: Header | undefined; readonly base: KeyPath }
  | { readonly kind: 'braces'; readonly table: AST.TOMLInlineTable; readonly base: KeyPath }
  | { readonly kind: 'new'; readonly header: KeyPath };

/** Returns the text with a new key, in the style of what is there already. Throws {@link EditError}. */
export function withPair(
  doc: TomlDocument,
  path: KeyPath,
  value: Value,
  comment: string | undefined,
): string {
  const home = homeOf(doc, path);
  switch (home.kind) {
    case 'body':
      return spliced(doc.text, [intoBody(doc, home, path, value, comment)]);
    case 'braces':
      return spliced(doc.text, intoBraces(doc, home, path, value, comment));
    case 'new':
      return withSection(doc, home.header, path, value, comment);
  }
}

/** The nearest table above a path, by the way in which the file defines it. */
function homeOf(doc: TomlDocument, path: KeyPath): Home {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const table = path.slice(0, depth);
    const header = doc.header(table);
    if (header !== undefined) return { kind: 'body', header, base: table };
    const value = doc.pair(table)?.node.value;
    if (value?.type === 'TOMLInlineTable') return { kind: 'braces', table: value, base: table };
    if (value !== undefined)
      throw new EditError(`line ${value.loc.start.line}: ${keyText(table)} is no table`);
    const dotted = doc.pairs.findLast(
      (pair) => startsWith(pair.path, table) && pair.base.length < depth,
    );
    if (dotted?.inline !== undefined)
      return { kind: 'braces', table: dotted.inline, base: dotted.base };
    if (dotted !== undefined) return { kind: 'body', header: dotted.header, base: dotted.base };
    // Only tables below it have headers: dotted keys must not reach into what a header implies.
    if (doc.headers.some((h) => startsWith(h.path, table)))
      return { kind: 'new', header: path.slice(0, Math.max(depth, depthOf(path))) };
  }
  return { kind: 'new', header: path.slice(0, depthOf(path)) };
}

function depthOf(path: KeyPath): number {
  return Math.min(sectionDepth[path[0] as string] ?? SECTION_DEPTH, path.length - 1);
}

function valueText(
  value: Value,
  layout: 'inline' | { readonly indent: string; readonly unit: string; readonly eol: string },
): string {
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' ? listText(value.map(quoted), layout) : String(value);
}

function pairLines(
  doc: TomlDocument,
  keys: KeyPath,
  value: Value,
  indent: string,
  comment: string | undefined,
): string {
  const { eol } = doc;
  const text = valueText(value, { indent, unit: doc.indentUnit, eol });
  return `${commentLines(comment, indent, eol)}${indent}${keyText(keys)} = ${text}${eol}`;
}

function intoBody(
  doc: TomlDocument,
  home: Extract<Home, { kind: 'body' }>,
  path: KeyPath,
  value: Value,
  comment: string | undefined,
): Splice {
  const { header, base } = home;
  const body = doc.pairs.filter((p) => p.header === header && p.inline === undefined);
  const anchor = nearestPair(body, path);
  const node = anchor?.node ?? header?.node;
  if (node === undefined) throw new Error('a body has a header or a pair');
  const at = doc.lineEnd((anchor?.node ?? header?.node.key)?.range[1] ?? 0);
  const lines = pairLines(
    doc,
    path.slice(base.length),
    value,
    doc.indentAt(node.range[0]),
    comment,
  );
  const open = at === doc.text.length && !doc.text.endsWith('\n');
  return { start: at, end: at, text: open ? doc.eol + lines : lines };
}

/** The last of the pairs that share most keys with the path and have no more keys than it. */
function nearestPair(all: readonly Pair[], path: KeyPath): Pair | undefined {
  const short = all.filter((pair) => pair.path.length <= path.length);
  const pairs = short.length > 0 ? short : all;
  const shared = (pair: Pair): number => {
    const differs = path.findIndex((key, i) => pair.path[i] !== key);
    return differs < 0 ? path.length : differs;
  };
  const most = Math.max(0, ...pairs.map(shared));
  return pairs.findLast((pair) => shared(pair) === most);
}

function intoBraces(
  doc: TomlDocument,
  home: Extract<Home, { kind: 'braces' }>,
  path: KeyPath,
  value: Value,
  comment: string | undefined,
): Splice[] {
  const { table, base } = home;
  const text = `${keyText(path.slice(base.length))} = ${valueText(value, 'inline')}`;
  const owner = doc.pairs.find((p) => p.node.value === table || p.inline === table);
  const above = owner === undefined ? [] : aboveLine(doc, owner, comment);
  const last = table.body.at(-1);
  if (last === undefined)
    return [{ start: table.range[0], end: table.range[1], text: `{ ${text} }` }, ...above];
  return [{ start: last.range[1], end: last.range[1], text: `, ${text}` }, ...above];
}

function withSection(
  doc: TomlDocument,
  header: KeyPath,
  path: KeyPath,
  value: Value,
  comment: string | undefined,
): string {
  const { eol, text } = doc;
  const at = sectionStart(doc, header);
  const lines = pairLines(doc, path.slice(header.length), value, '', comment);
  const before = text.slice(0, at);
  const open = before === '' || before.endsWith('\n') ? '' : eol;
  const gap = before === '' || isBlankAtEnd(before) ? '' : eol;
  const after = at === text.length ? '' : eol;
  const section = `[${keyText(header)}]${eol}${lines}`;
  return spliced(text, [{ start: at, end: at, text: `${open}${gap}${section}${after}` }]);
}

/** The offset for a new table: beside those of its name, sorted if they are; else by the order of the tables. */
function sectionStart(doc: TomlDocument, header: KeyPath): number {
  const [kind] = header;
  const below = doc.headers.find((h) => startsWith(h.path, header));
  if (below !== undefined) return startOf(doc, below);
  const family = doc.headers.filter((h) => h.path[0] === kind);
  const last = family.at(-1);
  if (last !== undefined) {
    const groups = family.filter(
      (h, i) => i === 0 || !samePath(h.path.slice(0, 2), family[i - 1]?.path.slice(0, 2) ?? []),
    );
    const names = groups.map((h) => h.path[1] ?? '');
    const sorted = names.every((name, i) => i === 0 || (names[i - 1] as string) <= name);
    const next = sorted ? groups.find((h) => (h.path[1] ?? '') > (header[1] ?? '')) : undefined;
    if (next !== undefined) return startOf(doc, next);
    return endOf(doc, last);
  }
  const rank = order.indexOf(kind as string);
  const later = doc.headers.find((h) => order.indexOf(h.path[0] as string) > rank);
  return later === undefined ? doc.text.length : startOf(doc, later);
}

function endOf(doc: TomlDocument, header: Header): number {
  const next = doc.headers[doc.headers.indexOf(header) + 1];
  return next === undefined ? doc.text.length : startOf(doc, next);
}

/** The start of a header with the comments directly above, unless these begin the file and thus describe all of it. */
function startOf(doc: TomlDocument, header: Header): number {
  const lead = doc.leadStart(header.node.range[0]);
  return lead === 0 ? doc.lineStart(header.node.range[0]) : lead;
}
