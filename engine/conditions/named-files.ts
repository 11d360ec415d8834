import { basename } from 'node:path';
import type { RustText } from './rust-text.ts';

/** The files that a source names, each by the end of its name: a path that is put together may be any with that end. */
export interface NamedFiles {
  /** What `include!` or `#[path]` reads as code; an empty text where nothing is known of the name. */
  readonly asCode: readonly string[];
  /** What `include_str!` or `include_bytes!` reads as data. */
  readonly asText: readonly string[];
}

/** Returns the names by which sources call `include!`: `use` may give it others. */
export function includeMacros(sources: Iterable<RustText>): ReadonlySet<string> {
  const found = new Set(['include']);
  for (const { tokens } of sources)
    for (const [i, { text }] of tokens.entries())
      if (text === 'include' && tokens[i + 1]?.text === 'as') found.add(tokens[i + 2]?.text ?? '');
  return found;
}

/** Returns the files that a source names; `including` are the names of `include!` in its package. */
export function namedFiles(rust: RustText, including = includeMacros([rust])): NamedFiles {
  const { tokens } = rust;
  const found = { asCode: [] as string[], asText: [] as string[] };
  for (const [i, { text }] of tokens.entries()) {
    const isMacro = tokens[i + 1]?.text === '!';
    const isCode = including.has(text);
    if (isMacro && (isCode || /^include_(?:str|bytes)$/.test(text))) {
      const literal = lastLiteral(rust, i + 2);
      const name = literal === undefined ? undefined : nameIn(literal);
      if (isCode) found.asCode.push(name ?? '');
      else if (name !== undefined) found.asText.push(name);
    }
    if (text === 'path' && tokens[i + 1]?.text === '=')
      found.asCode.push(nameIn(tokens[i + 2]?.text ?? '') ?? '');
  }
  return found;
}

/** The literal in which the argument of a macro ends, whose bracket is at `open`; undefined where it ends in what a variable says. */
export function lastLiteral({ tokens, closing }: RustText, open: number): string | undefined {
  let at = (closing.get(open) ?? open) - 1;
  while (at > open && [',', ')', ']', '}'].includes(tokens[at]?.text ?? '')) at--;
  const literal = tokens[at]?.text ?? '';
  const isOfVariable = ['env', 'option_env'].includes(tokens[at - 3]?.text ?? '');
  return literal.includes('"') && !isOfVariable ? literal : undefined;
}

/** The name of the file that a string literal ends in; undefined for one with escapes. */
export function nameIn(literal: string): string | undefined {
  const path = /^r?#*"([^\\]*)"#*$/.exec(literal)?.[1];
  return path === undefined ? undefined : basename(path);
}
