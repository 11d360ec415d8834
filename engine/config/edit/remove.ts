import {
  type Header,
  isBlankAtEnd,
  type KeyPath,
  type Pair,
  spliced,
  startsWith,
  TomlDocument,
} from './document.ts';
import { withoutItem } from './list.ts';

/** Returns the text without the items for which `drop` holds; an emptied list is removed, and tables that held only it. */
export function withoutItems(text: string, path: KeyPath, drop: (item: string) => boolean): string {
  let current = text;
  for (;;) {
    const doc = TomlDocument.parse(current);
    const pair = doc.pair(path);
    const index = doc.strings(path).findIndex(drop);
    if (pair?.node.value.type !== 'TOMLArray' || index < 0) return current;
    const list = pair.node.value;
    const emptied = list.elements.length === 1;
    const hasComments = doc.commentsIn(...list.range).length > 0;
    if (!emptied || hasComments) {
      current = withoutItem(doc, list, index);
      continue;
    }
    if (!isLastOfBuildSection(doc, path)) return withoutPair(doc, pair);
    return spliced(current, [{ start: list.range[0], end: list.range[1], text: '[]' }]);
  }
}

/** Is the path the last key of a build section that must stay? With `explicit_build_scripts` an empty one allows the script. */
export function isLastOfBuildSection(doc: TomlDocument, path: KeyPath): boolean {
  if (path[0] !== 'pkg' || path[2] !== 'build') return false;
  if (doc.boolean(['common', 'explicit_build_scripts']) !== true) return false;
  const section = path.slice(0, 3);
  if (doc.headers.some((header) => startsWith(header.path, section))) return false;
  const leaves = doc.pairs.filter(
    (pair) => startsWith(pair.path, section) && pair.node.value.type !== 'TOMLInlineTable',
  );
  return leaves.length < 2;
}

/** Returns the text without everything at a path or below it. Comments stay. */
export function withoutTable(text: string, path: KeyPath): string {
  let current = text;
  for (;;) {
    const doc = TomlDocument.parse(current);
    const pair = doc.pairs.find((found) => startsWith(found.path, path));
    if (pair !== undefined) {
      current = erased(doc, pair);
      continue;
    }
    const header = doc.headers.find((found) => startsWith(found.path, path));
    if (header === undefined) return tidied(current, path.slice(0, -1));
    current = withoutHeader(doc, header);
  }
}

/** Returns the text without a pair, and without the tables that held only it. */
export function withoutPair(doc: TomlDocument, pair: Pair): string {
  return tidied(erased(doc, pair), pair.path.slice(0, -1));
}

function erased(doc: TomlDocument, pair: Pair): string {
  const { inline, node } = pair;
  if (inline === undefined) return withoutLines(doc, ...node.range);
  const index = inline.body.indexOf(node);
  const before = inline.body[index - 1];
  const after = inline.body[index + 1];
  const [start, end] =
    before !== undefined
      ? [before.range[1], node.range[1]]
      : [node.range[0], after?.range[0] ?? node.range[1]];
  return spliced(doc.text, [{ start, end, text: '' }]);
}

/** The text without whole lines, but with the comments in them, each on a line. */
function withoutLines(doc: TomlDocument, from: number, to: number): string {
  const start = doc.lineStart(from);
  const end = doc.lineEnd(to);
  const indent = doc.indentAt(from);
  const comments = doc
    .commentsIn(start, end)
    .map(({ range }) => `${indent}${doc.text.slice(...range)}${doc.eol}`)
    .join('');
  return spliced(doc.text, [{ start, end, text: comments }]);
}

/** The text without a header that has nothing below it, and without the blank lines that set it apart. */
function withoutHeader(doc: TomlDocument, header: Header): string {
  const { text, eol } = doc;
  const [from] = header.node.range;
  const to = header.node.key.range[1];
  const start = doc.lineStart(from);
  const end = doc.lineEnd(to);
  const before = text.slice(0, start);
  const hasComment = doc.commentsIn(start, end).length > 0;
  if (hasComment || !(before === '' || isBlankAtEnd(before))) return withoutLines(doc, from, to);
  const after = text.slice(end).replace(/^(?:[ \t]*\r?\n)+/, '');
  return (after === '' ? before.replace(/(?:\r?\n[ \t]*)+$/, eol) : before) + after;
}

/** Removes tables that became empty and have no comment: inline ones, and headers of packages. */
function tidied(text: string, table: KeyPath): string {
  if (table.length === 0) return text;
  const doc = TomlDocument.parse(text);
  const pair = doc.pair(table);
  const isEmpty = pair?.node.value.type === 'TOMLInlineTable' && pair.node.value.body.length === 0;
  if (pair !== undefined) return isEmpty ? withoutPair(doc, pair) : text;
  const header = doc.header(table);
  if (header !== undefined) {
    const explicit = doc.boolean(['common', 'explicit_build_scripts']) === true;
    const next = doc.headers[doc.headers.indexOf(header) + 1];
    const end = next === undefined ? text.length : doc.leadStart(next.node.range[0]);
    const bare =
      header.node.body.length === 0 &&
      doc.commentsIn(doc.leadStart(header.node.range[0]), end).length === 0;
    const needed = table[0] !== 'pkg' || (explicit && table[2] === 'build');
    return bare && !needed ? withoutHeader(doc, header) : text;
  }
  return tidied(text, table.slice(0, -1));
}
