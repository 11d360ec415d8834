/** A path that a `use` brings into a module, with its name there; a glob has no name. */
export interface Use {
  readonly path: readonly string[];
  readonly name: string | undefined;
  readonly isPublic: boolean;
}

/** The declarations in the text of a module, whatever the `cfg`, also inside macro calls. */
export interface ModuleSource {
  /** Submodules: their own text, or the `#[path]` of their file, if any. */
  readonly modules: Map<string, { tokens?: readonly string[]; path?: string | undefined }>;
  readonly uses: Use[];
  /** Functions, types, traits, statics …: the kind of each by name. */
  readonly items: Map<string, string>;
  /** The arms of `macro_rules!` by name; `calls` has the macros that are called where declarations stand. */
  readonly macros: Map<string, readonly string[]>;
  readonly calls: string[];
}

const kinds = new Set(['fn', 'struct', 'enum', 'union', 'trait', 'type', 'const', 'static']);
const qualifiers = new Set([
  'pub',
  'unsafe',
  'async',
  'extern',
  'default',
  'auto',
  'safe',
  'crate',
]);
const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Reads the declarations of a module from its tokens. */
export function moduleSource(tokens: readonly string[]): ModuleSource {
  const found: ModuleSource = {
    modules: new Map(),
    uses: [],
    items: new Map(),
    macros: new Map(),
    calls: [],
  };
  declarations(tokens, found);
  return found;
}

/** Adds the declarations in a macro's arms to `found`. */
export function addWritten(arms: readonly string[], found: ModuleSource): void {
  for (let at = 0; at < arms.length; at++) {
    if (arms[at] !== '=' || arms[at + 1] !== '>') continue;
    const end = afterGroup(arms, at + 2);
    declarations(arms.slice(at + 3, end - 1), found);
    at = end - 1;
  }
}

function declarations(tokens: readonly string[], found: ModuleSource): void {
  let path: string | undefined;
  let isPublic = false;
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at] as string;
    const next = tokens[at + 1];
    if (token === '#') {
      const open = next === '!' ? at + 2 : at + 1;
      const end = afterGroup(tokens, open);
      const attribute = tokens.slice(open + 1, end - 1);
      if (attribute[0] === 'path' && attribute[2]?.startsWith('"')) path = attribute[2].slice(1);
      at = end;
      continue;
    }
    if (qualifiers.has(token) && !(token === 'extern' && next === 'crate')) {
      if (token === 'pub') isPublic = next !== '(';
      at++;
      if (token === 'pub' && tokens[at] === '(') at = afterGroup(tokens, at);
      if (token === 'extern' && tokens[at]?.startsWith('"')) at++;
      // A block declares C symbols, which have no path in compiled code.
      if (token === 'extern' && tokens[at] === '{') at = afterGroup(tokens, at);
      continue;
    }
    const end = declaration(tokens, at, { path, isPublic }, found);
    path = undefined;
    isPublic = false;
    at = end;
  }
}

/** Reads one declaration and returns the index behind it. */
function declaration(
  tokens: readonly string[],
  at: number,
  before: { readonly path: string | undefined; readonly isPublic: boolean },
  found: ModuleSource,
): number {
  const [token, name = '', third] = [tokens[at] as string, tokens[at + 1], tokens[at + 2]];
  const { isPublic, path } = before;
  if (token === 'use') return uses(tokens, at + 1, [], isPublic, found.uses);
  if (token === 'extern') {
    const crate = tokens[at + 2] ?? '';
    const alias = tokens[at + 3] === 'as' ? (tokens[at + 4] ?? crate) : crate;
    found.uses.push({ path: ['', crate], name: alias, isPublic });
    return afterItem(tokens, at);
  }
  if (token === 'mod') {
    if (third !== '{') {
      found.modules.set(name, { path });
      return at + 3;
    }
    const end = afterGroup(tokens, at + 2);
    const inside = tokens.slice(at + 3, end - 1);
    const known = found.modules.get(name)?.tokens ?? [];
    found.modules.set(name, { tokens: [...known, ...inside] });
    return end;
  }
  if (token === 'macro_rules' && name === '!') {
    const end = afterGroup(tokens, at + 3);
    found.macros.set(third ?? '', tokens.slice(at + 4, end - 1));
    return end;
  }
  // `const fn`, `static mut`.
  if (kinds.has(token) && (kinds.has(name) || name === 'unsafe')) return at + 1;
  if (kinds.has(token)) {
    const named = name === 'mut' ? (third ?? '') : name;
    // A type alias has no name in compiled code.
    if (token !== 'type' && !found.items.has(named)) found.items.set(named, token);
    const valued = token === 'const' || token === 'static' || token === 'type';
    return valued ? afterSign(tokens, at, ';') : afterItem(tokens, at);
  }
  if (name === '!' && third !== undefined && third in closing) found.calls.push(token);
  if (token === 'impl') return afterItem(tokens, at);
  if (token in closing) {
    const end = afterGroup(tokens, at);
    // The body of a macro such as `cfg_net! { … }`, or of a block of functions.
    if (token !== '[') declarations(tokens.slice(at + 1, end - 1), found);
    return end;
  }
  return at + 1;
}

/** One tree of a `use`, up to its `,`, `}` or `;`. */
function uses(
  tokens: readonly string[],
  start: number,
  prefix: readonly string[],
  isPublic: boolean,
  found: Use[],
): number {
  const path = [...prefix];
  let at = start;
  for (; at < tokens.length; at++) {
    const token = tokens[at] as string;
    if (token === ':') {
      if (path.length === 0) path.push('');
      continue;
    }
    if (token === '*') {
      found.push({ path, name: undefined, isPublic });
      return tokens[at + 1] === ';' ? at + 2 : at + 1;
    }
    if (token === '{') {
      const end = afterGroup(tokens, at);
      for (let inner = at + 1; inner < end - 1; ) {
        if (tokens[inner] === ',') inner++;
        else inner = Math.max(uses(tokens, inner, path, isPublic, found), inner + 1);
      }
      return tokens[end] === ';' ? end + 1 : end;
    }
    if (token === 'as' || token === ',' || token === '}' || token === ';') break;
    path.push(token);
  }
  if (path.at(-1) === 'self' && path.length > 1) path.pop();
  const alias = tokens[at] === 'as' ? tokens[++at] : path.at(-1);
  if (path.length > 0) found.push({ path, name: alias, isPublic });
  while (at < tokens.length && !/^[,};]$/.test(tokens[at] as string)) at++;
  return tokens[at] === ';' ? at + 1 : at;
}

/** The index behind the bracket that closes the one at `open`. */
function afterGroup(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at] as string;
    if (token in closing) depth++;
    else if (token === '}' || token === ')' || token === ']') depth--;
    if (depth <= 0) return at + 1;
  }
  return tokens.length;
}

/** The index behind the first `;` or block of braces that is not in brackets. */
function afterItem(tokens: readonly string[], start: number): number {
  for (let at = start; at < tokens.length; ) {
    const token = tokens[at] as string;
    if (token === ';') return at + 1;
    if (token === '{') return afterGroup(tokens, at);
    at = token in closing ? afterGroup(tokens, at) : at + 1;
  }
  return tokens.length;
}

function afterSign(tokens: readonly string[], start: number, sign: string): number {
  for (let at = start; at < tokens.length; ) {
    const token = tokens[at] as string;
    if (token === sign) return at + 1;
    at = token in closing ? afterGroup(tokens, at) : at + 1;
  }
  return tokens.length;
}
