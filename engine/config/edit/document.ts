import type { AST } from 'toml-eslint-parser';
import { keyName, parseProgram } from '../toml-tree.ts';

/** The keys from the top of the document to a value. */
export type KeyPath = readonly string[];

/** `key = value`, in the body of a table or in the braces of an inline table. */
export interface Pair {
  readonly path: KeyPath;
  readonly node: AST.TOMLKeyValue;
  /** Path of the table in whose body or braces the pair stands. */
  readonly base: KeyPath;
  readonly header: Header | undefined;
  readonly inline: AST.TOMLInlineTable | undefined;
}

/** `[a.b]`. */
export interface Header {
  readonly path: KeyPath;
  readonly node: AST.TOMLTable;
}

/** A text put in place of a range. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made; they must not overlap. */
export function spliced(text: string, splices: readonly Splice[]): string {
  return [...splices]
    .sort((a, b) => b.start - a.start)
    .reduce((t, { start, end, text: put }) => t.slice(0, start) + put + t.slice(end), text);
}

/** True when `path` is `prefix` or lies below it. */
export function startsWith(path: KeyPath, prefix: KeyPath): boolean {
  return prefix.length <= path.length && prefix.every((key, i) => key === path[i]);
}

/** True when two paths are the same. */
export function samePath(a: KeyPath, b: KeyPath): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** The document of the text that was parsed last: parsing is a pure function. */
let latest: TomlDocument | undefined;

/** A TOML text with the ranges of its headers, pairs and comments, as edits need them. */
export class TomlDocument {
  readonly text: string;
  /** The line ending of most lines. */
  readonly eol: string;
  /** All pairs in the order of the file, those in inline tables too. */
  readonly pairs: readonly Pair[];
  readonly headers: readonly Header[];
  private readonly comments: readonly AST.Comment[];
  private readonly tokens: readonly AST.Token[];

  /** Parses a text. The last document is cached: the steps of an edit parse the same text many times. Throws TomlSyntaxError. */
  static parse(text: string): TomlDocument {
    if (latest?.text !== text) latest = new TomlDocument(text);
    return latest;
  }

  private constructor(text: string) {
    const program = parseProgram(text);
    this.text = text;
    const crlf = text.split('\r\n').length - 1;
    this.eol = crlf * 2 > text.split('\n').length - 1 ? '\r\n' : '\n';
    this.comments = program.comments;
    this.tokens = program.tokens;
    const pairs: Pair[] = [];
    const headers: Header[] = [];
    const collect = (nodes: readonly AST.TOMLKeyValue[], place: Omit<Pair, 'path' | 'node'>) => {
      for (const node of nodes) {
        const path = [...place.base, ...node.key.keys.map(keyName)];
        pairs.push({ path, node, ...place });
        if (node.value.type === 'TOMLInlineTable')
          collect(node.value.body, { base: path, header: place.header, inline: node.value });
      }
    };
    for (const node of program.body[0].body) {
      if (node.type === 'TOMLKeyValue') {
        collect([node], { base: [], header: undefined, inline: undefined });
      } else {
        const header = { path: node.key.keys.map(keyName), node };
        headers.push(header);
        collect(node.body, { base: header.path, header, inline: undefined });
      }
    }
    this.pairs = pairs;
    this.headers = headers;
  }

  pair(path: KeyPath): Pair | undefined {
    return this.pairs.find((pair) => samePath(pair.path, path));
  }

  header(path: KeyPath): Header | undefined {
    return this.headers.find((header) => samePath(header.path, path));
  }

  /** Is there anything at the path or below it? */
  has(path: KeyPath): boolean {
    return [...this.pairs, ...this.headers].some((found) => startsWith(found.path, path));
  }

  /** The strings of a list; none where there is no such list. */
  strings(path: KeyPath): string[] {
    const value = this.pair(path)?.node.value;
    return value?.type === 'TOMLArray' ? value.elements.flatMap((e) => stringOf(e) ?? []) : [];
  }

  boolean(path: KeyPath): boolean | undefined {
    const value = this.pair(path)?.node.value;
    return value?.type === 'TOMLValue' && value.kind === 'boolean' ? value.value : undefined;
  }

  lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Past the end of the line, its line break included. */
  lineEnd(offset: number): number {
    const end = this.text.indexOf('\n', offset);
    return end < 0 ? this.text.length : end + 1;
  }

  /** The white space with which the line of an offset begins. */
  indentAt(offset: number): string {
    const start = this.lineStart(offset);
    return /^[ \t]*/.exec(this.text.slice(start, offset))?.[0] ?? '';
  }

  /** Does nothing but white space stand before the offset in its line? */
  isFirstInLine(offset: number): boolean {
    return this.text.slice(this.lineStart(offset), offset).trim() === '';
  }

  commentsIn(start: number, end: number): readonly AST.Comment[] {
    return this.comments.filter(({ range }) => range[0] >= start && range[1] <= end);
  }

  /** The comma in a range, if there is one. */
  commaIn(start: number, end: number): AST.Token | undefined {
    return this.tokens.find(
      ({ value, type, range }) =>
        type === 'Punctuator' && value === ',' && range[0] >= start && range[1] <= end,
    );
  }

  /** The start of a line with the comment lines directly above it. */
  leadStart(offset: number): number {
    let start = this.lineStart(offset);
    while (start > 0) {
      const above = this.lineStart(start - 1);
      const isComment = this.comments.some(
        ({ range }) => range[0] >= above && range[1] < start && this.isFirstInLine(range[0]),
      );
      if (!isComment) break;
      start = above;
    }
    return start;
  }

  /** The pair in a body whose lines hold the offset. */
  lineOwner(offset: number): Pair | undefined {
    return this.pairs.find(
      ({ inline, node }) =>
        inline === undefined && node.range[0] <= offset && offset <= node.range[1],
    );
  }

  /** By how much this file indents the items of a list; four spaces where it has none. */
  get indentUnit(): string {
    for (const { node } of this.pairs) {
      if (node.value.type !== 'TOMLArray') continue;
      const first = node.value.elements[0];
      if (first === undefined || !this.isFirstInLine(first.range[0])) continue;
      const outer = this.indentAt(node.range[0]);
      const inner = this.indentAt(first.range[0]);
      if (inner.startsWith(outer)) return inner.slice(outer.length);
    }
    return '    ';
  }
}

/** The text of a string node. */
export function stringOf(node: AST.TOMLContentNode): string | undefined {
  return node.type === 'TOMLValue' && node.kind === 'string' ? node.value : undefined;
}

/** A value as an edit writes it. */
export type Value = boolean | number | string | readonly string[];

/**
 * Returns a TOML basic string. Much of the text comes from crates, so invisible characters, such as marks that change
 * the direction of a line, are escaped too.
 */
export function quoted(value: string): string {
  const unseen = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;
  // JSON's escapes are TOML's.
  return JSON.stringify(value.toWellFormed()).replace(unseen, (character) => {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase();
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** Returns keys as TOML writes them, joined by dots, bare where they can be. */
export function keyText(keys: KeyPath): string {
  return keys.map((key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key))).join('.');
}

/** Returns a list as TOML text: more than one item stand on a line each, with a trailing comma. */
export function listText(
  items: readonly string[],
  layout: 'inline' | { readonly indent: string; readonly unit: string; readonly eol: string },
): string {
  if (layout === 'inline' || items.length < 2) return `[${items.join(', ')}]`;
  const { indent, unit, eol } = layout;
  return `[${eol}${items.map((item) => `${indent}${unit}${item},${eol}`).join('')}${indent}]`;
}

/** Returns a user's comment as lines of TOML; an empty text for an empty comment. */
export function commentLines(comment: string | undefined, indent: string, eol: string): string {
  const lines = (comment ?? '').split(/\r\n|\r|\n/).map((line) =>
    line
      // biome-ignore lint/suspicious/noControlCharactersInRegex: TOML forbids them in comments
      .replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ')
      .trimEnd(),
  );
  if (lines.every((line) => line === '')) return '';
  return lines.map((line) => `${indent}${line === '' ? '#' : `# ${line}`}${eol}`).join('');
}

/** Does the text end with a blank line? */
export function isBlankAtEnd(text: string): boolean {
  return /(?:^|\n)[ \t]*\r?\n$/.test(text);
}

/** An edit that cannot be made: the file is not as it was when the edit was proposed. */
export class EditError extends Error {
  override readonly name = 'EditError';
}
