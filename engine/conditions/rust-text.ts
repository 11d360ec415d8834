/** A token of a Rust source, without comments and white space. */
export interface Token {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Tokens of a source, and for each bracket the index of the one that closes it; the last token's where none does. */
export interface RustText {
  readonly tokens: readonly Token[];
  readonly closing: ReadonlyMap<number, number>;
}

const word = /(?:r#)?[\p{XID_Start}_][\p{XID_Continue}]*|\d\w*/uy;
const character = /'(?:\\(?:u\{[^}]{0,12}\}|x..|.)|[^\\'\n])'/uy;
/** A word that `r#` makes a name; before any other, it says nothing. */
const keyword =
  /^r#(?:as|async|await|break|const|continue|dyn|else|enum|extern|fn|for|if|impl|in|let|loop|macro_rules|match|mod|move|mut|pub|ref|return|static|struct|trait|type|union|unsafe|use|where|while)$/;
const opening: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Splits a Rust source into tokens, roughly: what has no end goes to the end of the file. Takes time in proportion to it. */
export function readRust(source: string): RustText {
  const tokens: Token[] = [];
  const closing = new Map<number, number>();
  const open: { readonly index: number; readonly close: string }[] = [];
  let line = 1;
  for (let at = 0; at < source.length; ) {
    const end = endOfToken(source, at);
    const text = source.slice(at, end);
    const isCode = /\S/.test(text[0] ?? '') && !text.startsWith('//') && !text.startsWith('/*');
    if (isCode) {
      const close = opening[text];
      if (close !== undefined) open.push({ index: tokens.length, close });
      else if (open.at(-1)?.close === text) closing.set(open.pop()?.index ?? 0, tokens.length);
      const isRaw = text.startsWith('r#') && !/^r#+"/.test(text) && !keyword.test(text);
      tokens.push({ text: isRaw ? text.slice(2) : text, line });
    }
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) line++;
    at = end;
  }
  for (const { index } of open) closing.set(index, tokens.length - 1);
  return { tokens, closing };
}

function endOfToken(source: string, at: number): number {
  const after = (text: string, from: number): number => {
    const found = source.indexOf(text, from);
    return found < 0 ? source.length : found + text.length;
  };
  if (source.startsWith('//', at)) return after('\n', at);
  if (source.startsWith('/*', at)) return endOfComment(source, at);
  const [, hashes] = matchAt(/(?:b|c)?r(#{0,64})"/y, source, at) ?? [];
  if (hashes !== undefined) return after(`"${hashes}`, source.indexOf('"', at) + 1);
  const quote = matchAt(/(?:b|c)?"/y, source, at);
  if (quote !== undefined) return endOfString(source, at + quote[0].length);
  const found = matchAt(character, source, at) ?? matchAt(word, source, at);
  return at + (found?.[0].length ?? 1);
}

function endOfComment(source: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(source); found !== null; found = mark.exec(source)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return source.length;
}

function endOfString(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '"') return at + 1;
  }
  return source.length;
}

function matchAt(sticky: RegExp, source: string, at: number): RegExpExecArray | undefined {
  sticky.lastIndex = at;
  return sticky.exec(source) ?? undefined;
}
