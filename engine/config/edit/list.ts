import type { AST } from 'toml-eslint-parser';
import {
  commentLines,
  listText,
  type Pair,
  quoted,
  type Splice,
  spliced,
  stringOf,
  type TomlDocument,
} from './document.ts';

/**
 * Returns the text with an item added to a list: in order if the list is sorted, else at its end; one item a
 * line. Inside an inline table a list stays on its line.
 */
export function withItem(
  doc: TomlDocument,
  pair: Pair,
  list: AST.TOMLArray,
  value: string,
  comment: string | undefined,
): string {
  const items = list.elements;
  const at = position(items, value);
  const item = itemText(doc, items, value);
  if (list.loc.start.line !== list.loc.end.line)
    return spliced(doc.text, intoLines(doc, pair, list, at, item, comment));
  const texts = items.map(({ range }) => doc.text.slice(...range));
  texts.splice(at, 0, item);
  const above = aboveLine(doc, pair, comment);
  const put = (text: string): Splice => ({ start: list.range[0], end: list.range[1], text });
  if (pair.inline !== undefined || texts.length < 2)
    return spliced(doc.text, [put(listText(texts, 'inline')), ...above]);
  const indent = doc.indentAt(pair.node.range[0]);
  const unit = doc.indentUnit;
  const lines = texts.map((text, i) => {
    const why = i === at ? commentLines(comment, indent + unit, doc.eol) : '';
    return `${why}${indent}${unit}${text},${doc.eol}`;
  });
  return spliced(doc.text, [put(`[${doc.eol}${lines.join('')}${indent}]`)]);
}

/** Returns the splices that put a user's comment above the line in which a pair begins. */
export function aboveLine(doc: TomlDocument, pair: Pair, comment: string | undefined): Splice[] {
  const owner = doc.lineOwner(pair.node.range[0]) ?? pair;
  const start = doc.lineStart(owner.node.range[0]);
  const text = commentLines(comment, doc.indentAt(owner.node.range[0]), doc.eol);
  return text === '' ? [] : [{ start, end: start, text }];
}

function position(items: readonly AST.TOMLContentNode[], value: string): number {
  const values = items.map((item) => stringOf(item) ?? '');
  const sorted = values.every((v, i) => i === 0 || (values[i - 1] as string) <= v);
  const after = sorted ? values.findIndex((v) => v > value) : -1;
  return after < 0 ? items.length : after;
}

/** Quoted as the other items are. */
function itemText(doc: TomlDocument, items: readonly AST.TOMLContentNode[], value: string): string {
  const literal =
    items.length > 0 &&
    items.every(({ range }) => doc.text[range[0]] === "'") &&
    quoted(value) === `"${value}"` &&
    !value.includes("'");
  return literal ? `'${value}'` : quoted(value);
}

function intoLines(
  doc: TomlDocument,
  pair: Pair,
  list: AST.TOMLArray,
  at: number,
  item: string,
  comment: string | undefined,
): Splice[] {
  const { eol } = doc;
  const outer = doc.indentAt(pair.node.range[0]);
  const line = (indent: string) => `${commentLines(comment, indent, eol)}${indent}${item},${eol}`;
  const insert = (start: number, text: string): Splice => ({ start, end: start, text });
  const close = list.range[1] - 1;
  const next = list.elements[at];
  const last = list.elements.at(-1);
  if (last === undefined) return [insert(doc.lineStart(close), line(outer + doc.indentUnit))];
  const aligned = list.elements.findLast(({ range }) => doc.isFirstInLine(range[0]));
  const indent = aligned ? doc.indentAt(aligned.range[0]) : outer + doc.indentUnit;
  if (next !== undefined) {
    const [start] = next.range;
    if (doc.isFirstInLine(start)) return [insert(doc.leadStart(start), line(doc.indentAt(start)))];
    const before = doc.text.slice(0, start).trimEnd().length;
    return [{ start: before, end: start, text: `${eol}${line(indent)}${indent}` }];
  }
  const comma = doc.commaIn(last.range[1], close);
  const end = comma?.range[1] ?? last.range[1];
  const separator = comma === undefined ? [insert(last.range[1], ',')] : [];
  if (doc.lineEnd(end) <= close) return [...separator, insert(doc.lineEnd(end), line(indent))];
  // The bracket stands in the line of the last item: it moves to a line of its own.
  return [
    {
      start: end,
      end: close,
      text: `${comma === undefined ? ',' : ''}${eol}${line(indent)}${outer}`,
    },
  ];
}

/** Returns the text without one item of a list that keeps other items or comments. Comments stay. */
export function withoutItem(doc: TomlDocument, list: AST.TOMLArray, index: number): string {
  const { text } = doc;
  const item = list.elements[index] as AST.TOMLContentNode;
  const [start, end] = item.range;
  const before = list.elements[index - 1];
  const limit = list.elements[index + 1]?.range[0] ?? list.range[1] - 1;
  const comma = doc.commaIn(end, limit);
  const cut = (from: number, to: number): Splice => ({ start: from, end: to, text: '' });
  const oneLine = list.loc.start.line === list.loc.end.line;
  if (comma === undefined && before !== undefined && oneLine)
    return spliced(text, [cut(before.range[1], end)]);
  const together = comma !== undefined && text.slice(end, comma.range[0]).trim() === '';
  const until = together ? comma.range[1] : end;
  const cuts = comma !== undefined && !together ? [cut(...comma.range)] : [];
  const rest = text.slice(until, doc.lineEnd(until));
  const blank = /^[ \t]*/.exec(rest)?.[0].length ?? 0;
  const isAlone = doc.isFirstInLine(start);
  if (isAlone && rest.trim() === '')
    return spliced(text, [...cuts, cut(doc.lineStart(start), until + rest.length)]);
  if (!isAlone && rest.trim() === '') {
    const gap = /[ \t]*$/.exec(text.slice(doc.lineStart(start), start))?.[0].length ?? 0;
    return spliced(text, [...cuts, cut(start - gap, until)]);
  }
  return spliced(text, [...cuts, cut(start, until + blank)]);
}
