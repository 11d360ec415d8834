import { dirname, join, normalize } from 'node:path';
import { includeMacros, lastLiteral } from './named-files.ts';
import type { RustText } from './rust-text.ts';

/** Tells which expressions inside `cfg(…)` leave out code that is looked for. */
export interface Conditions {
  concern(expression: string): boolean;
}

/** Code without it declares no module in a file of its own, and is no file that is left out as a whole: see `filesOf`. */
export const mayNameFiles =
  /\bmod\s*(?:\/|[\p{XID_Start}_]\p{XID_Continue}*\s*[;/])|\bpath\s*[=/]|\binclude\b|#\s*[!/]/u;

/** The `cfg` behind which a file stands as a module, or below one. */
export function cfgOfFile(
  path: string,
  elsewhere: ReadonlyMap<string, string>,
): string | undefined {
  for (let at = path; at !== '.' && at !== '/'; at = dirname(at)) {
    const cfg = elsewhere.get(at) ?? elsewhere.get(`${at}/`);
    if (cfg !== undefined) return cfg;
  }
  return undefined;
}

/** A part of a source that is left out here: indices of its first and last token. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly cfg: string;
  /** The module in a file of its own that it declares, below which inline modules; and `#[path]`, or what `include!` reads. */
  readonly module?: { readonly below: readonly string[]; readonly name: string } | undefined;
  readonly paths?: readonly string[];
  /** It is the whole file, and so are the files of modules below it. */
  readonly isFile?: boolean;
}

/** Arms of a `cfg_select!` whose conditions are read. */
const MOST_ARMS = 16;
/** Tokens of a condition that are read; a longer one names what it may. */
const MOST_TOKENS = 200;

/** The files of a module that a part declares; a directory ends in `/`. */
export function filesOf(
  { module, paths = [], isFile }: Part,
  path: string,
  roots: ReadonlySet<string>,
): string[] {
  const named = paths.flatMap((to) => {
    // One that is put together begins at the package.
    const file = normalize(to.startsWith('/') ? to.slice(1) : join(dirname(path), to));
    return file.endsWith('/mod.rs') ? [`${dirname(file)}/`] : [file];
  });
  const isHead = roots.has(path) || /(?:^|\/)(?:lib|main|mod)\.rs$/.test(path);
  const around = isHead ? dirname(path) : path.replace(/\.rs$/, '');
  if (isFile === true && !roots.has(path)) return [`${around}/`];
  if (module === undefined || paths.length > 0) return named;
  const file = normalize(join(around, ...module.below, module.name));
  return [`${file}.rs`, `${file}/`];
}

/** The names by which sources call `cfg!`, `cfg_select!` and `include!`. */
export interface CfgMacros {
  readonly cfg: ReadonlySet<string>;
  readonly select: ReadonlySet<string>;
  readonly include: ReadonlySet<string>;
}

/** Returns these names in sources of one package, which may rename what they import. */
export function cfgMacros(given: Iterable<RustText>): CfgMacros {
  const sources = [...given];
  const include = includeMacros(sources);
  const found = { cfg: new Set(['cfg']), select: new Set(['cfg_select']), include };
  for (const { tokens } of sources)
    tokens.forEach(({ text }, i) => {
      if (tokens[i + 1]?.text !== 'as') return;
      const name = tokens[i + 2]?.text ?? '';
      if (text === 'cfg') found.cfg.add(name);
      if (text === 'cfg_select') found.select.add(name);
    });
  return found;
}

/**
 * Finds the parts of a source that conditions concern: attributes, `cfg!` and the branches after it, arms of `cfg_select!`. `macros`
 * are those of its package.
 */
export function partsOf(
  rust: RustText,
  others: Conditions,
  macros: CfgMacros = cfgMacros([rust]),
): Part[] {
  const { tokens, closing } = rust;
  const parts: Part[] = [];
  const blocks: { readonly start: number; readonly end: number; readonly name: string }[] = [];
  const text = (index: number): string => tokens[index]?.text ?? '';
  const endOf = (open: number): number => closing.get(open) ?? open;
  const inside = (open: number): string =>
    tokens
      .slice(open + 1, Math.min(endOf(open), open + MOST_TOKENS))
      .map((token) => token.text)
      .join(' ')
      .replace(/ ,$/, '');
  const below = (): string[] => blocks.flatMap(({ name }) => (name === '' ? [] : [name]));
  let around: Part | undefined;
  const add = (part: Part): void => {
    parts.push(part);
    around = part;
  };
  const branches = (cfg: string, start: number, block: number): void => {
    const end = endOf(block);
    if (others.concern(cfg)) add({ start, end, cfg: shown(cfg) });
    else if (text(end + 1) === 'else' && others.concern(`not(${cfg})`))
      later.set(end + 1, {
        ...{ start: end + 1, end: endOfChain(rust, end + 1) },
        cfg: shown(`not(${cfg})`),
      });
  };
  // By first token.
  const later = new Map<number, Part>();
  const isMacro = (index: number, known: ReadonlySet<string>): boolean =>
    text(index + 1) === '!' && known.has(text(index)) && /^[([{]$/.test(text(index + 2));
  for (let i = 0; i < tokens.length; i++) {
    while ((blocks.at(-1)?.end ?? Number.POSITIVE_INFINITY) < i) blocks.pop();
    if (text(i) === '{')
      blocks.push({ start: i, end: endOf(i), name: text(i - 2) === 'mod' ? text(i - 1) : '' });
    const known = later.get(i);
    if (known !== undefined) add(known);
    if (around !== undefined && i <= around.end) {
      // What it has inside is left out with it, files of modules too.
      if (text(i) === 'mod' && text(i + 2) === ';') {
        const module = { below: below(), name: text(i + 1) };
        parts.push({ start: around.start, end: around.start - 1, cfg: around.cfg, module });
      }
      if (macros.include.has(text(i)) && text(i + 1) === '!') {
        const path = /^"([^\\]*)"$/.exec(lastLiteral(rust, i + 2) ?? '')?.[1];
        if (path !== undefined)
          parts.push({ ...around, end: around.start - 1, module: undefined, paths: [path] });
      }
      continue;
    }
    if (/^"CARGO_CFG_(?:WINDOWS|UNIX|TARGET_\w+)"$/.test(text(i)))
      add({ start: i, end: i, cfg: text(i).slice(1, -1) });
    if (isMacro(i, macros.select))
      for (const arm of armsOf(rust, i + 2))
        if (others.concern(arm.cfg)) later.set(arm.start, { ...arm, cfg: shown(arm.cfg) });
    if (isMacro(i, macros.cfg)) {
      const cfg = text(i - 1) === '!' ? `not(${inside(i + 2)})` : inside(i + 2);
      const end = endOf(i + 2);
      const block = nextBlock(rust, end + 1);
      if (block !== undefined) branches(cfg, i, block);
      else if (others.concern(cfg)) add({ start: i, end, cfg: shown(cfg) });
    }
    if (text(i) !== '#') continue;
    const isInner = text(i + 1) === '!';
    const open = isInner ? i + 2 : i + 1;
    if (text(open) !== '[' || text(open + 2) !== '(') continue;
    const close = endOf(open);
    if (text(open + 1) === 'cfg_attr') {
      const [cfg, ...rest] = argumentsOf(inside(open + 2));
      const path = /\bpath = "([^"]*)"/.exec(rest.join())?.[1];
      const leftOut = given(rest, cfg ?? '').find((one) => others.concern(one));
      if (leftOut !== undefined) add(partAt(i, close, isInner, leftOut));
      else if (others.concern(cfg ?? ''))
        add({
          start: i,
          end: close,
          cfg: shown(cfg ?? ''),
          paths: path === undefined ? [] : [path],
        });
    } else if (text(open + 1) === 'cfg') {
      const cfg = inside(open + 2);
      if (!isInner && text(i - 1) === 'if' && text(close + 1) === '{') branches(cfg, i, close + 1);
      else if (others.concern(cfg)) add(partAt(i, close, isInner, cfg));
    }
  }
  return parts;

  function partAt(start: number, close: number, isInner: boolean, cfg: string): Part {
    if (isInner) {
      const block = blocks.at(-1);
      const whole = { start, end: tokens.length - 1, cfg: shown(cfg), isFile: true };
      return block === undefined ? whole : { start, end: block.end, cfg: shown(cfg) };
    }
    const { end, module, paths } = itemAfter(rust, close + 1);
    const named = module === undefined ? undefined : { below: below(), name: module };
    return { start, end, cfg: shown(cfg), module: named, paths };
  }
}

/** Returns the condition of a part, as a source has it. */
export const shown = (cfg: string): string =>
  `cfg(${cfg.replace(/ ?\( ?/g, '(').replace(/ ([,)])/g, '$1')})`;

/** The arguments of an attribute. */
function argumentsOf(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (letter === '"') i = endOfQuoted(text, i);
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter !== ',' || depth > 0) continue;
    found.push(text.slice(start, i).trim());
    start = i + 1;
  }
  return [...found, text.slice(start).trim()];
}

function endOfQuoted(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

/** The conditions of what stands behind attributes that `cfg_attr(cfg, …)` gives, to any depth. */
function given(attributes: readonly string[], cfg: string): string[] {
  return attributes.flatMap((attribute) => {
    const [, name, inner = ''] = /^(cfg|cfg_attr) \(([\s\S]*)\)$/.exec(attribute) ?? [];
    if (name === 'cfg') return [`any(not(${cfg}), ${inner.trim().replace(/ ,$/, '')})`];
    if (name === undefined) return [];
    const [also = '', ...rest] = argumentsOf(inner);
    return given(rest, `all(${cfg}, ${also})`);
  });
}

/** The arms of `cfg_select!`, whose bracket is at `open`: the first that holds is taken. */
function armsOf({ tokens, closing }: RustText, open: number): Part[] {
  const text = (index: number): string => tokens[index]?.text ?? '';
  const end = closing.get(open) ?? open;
  const arms: Part[] = [];
  const before: string[] = [];
  const skip = (at: number): number => (/^[([{]$/.test(text(at)) ? (closing.get(at) ?? at) : at);
  for (let start = open + 1, at = start; start < end; start = at) {
    while (at < end && !(text(at) === '=' && text(at + 1) === '>')) at = skip(at) + 1;
    const own = tokens.slice(start, Math.min(at, start + MOST_TOKENS)).map((token) => token.text);
    at += 2;
    if (text(at) === '{') at = skip(at) + 1;
    else while (at < end && text(at) !== ',') at = skip(at) + 1;
    const last = Math.min(at, end) - 1;
    if (text(at) === ',') at++;
    const wanted = own.join(' ');
    const all = [...before, ...(wanted === '_' ? [] : [wanted])];
    arms.push({
      start,
      end: last,
      cfg: all.length === 1 ? (all[0] ?? '') : `all(${all.join(', ')})`,
    });
    // A source of ever more arms takes time in proportion to its size; what is cut off holds nowhere, and so is told.
    if (before.length < MOST_ARMS) before.push(`not(${wanted === '_' ? 'all()' : wanted})`);
    else before[MOST_ARMS] = 'more';
  }
  return arms;
}

/** The `{` of the block that a condition leads to; undefined when the statement ends before. */
function nextBlock({ tokens, closing }: RustText, from: number): number | undefined {
  for (let i = from; i < Math.min(tokens.length, from + MOST_TOKENS); i++) {
    const text = tokens[i]?.text ?? '';
    if (text === '{') return i;
    if ([';', ',', ')', ']', '}'].includes(text)) return undefined;
    if (text === '(' || text === '[') i = closing.get(i) ?? i;
  }
  return undefined;
}

/** The last token of `else {…}` and `else if … {…}`, as many as follow each other. */
function endOfChain(rust: RustText, from: number): number {
  let end = from;
  for (let i = from; rust.tokens[i]?.text === 'else'; i = end + 1) {
    const block = nextBlock(rust, i + 1) ?? nextBlock(rust, attributeEnd(rust, i + 2));
    if (block === undefined) return end;
    end = rust.closing.get(block) ?? block;
  }
  return end;
}

/** The index after an attribute at `at`, or `at`. */
function attributeEnd({ tokens, closing }: RustText, at: number): number {
  if (tokens[at]?.text !== '#' || tokens[at + 1]?.text !== '[') return at;
  return (closing.get(at + 1) ?? at + 1) + 1;
}

/** What ends at a `;`, whatever blocks it has. */
const toSemicolon = new Set(['let', 'static', 'const', 'use', 'type', 'return']);
const items = new Set([
  ...['fn', 'struct', 'enum', 'impl', 'mod', 'unsafe', 'extern', 'trait', 'async', 'macro_rules'],
  ...['union', 'pub', 'const', 'static', 'use', 'type', 'let'],
]);

/** Returns the last token of what an attribute before `from` stands for, and the module in another file that this declares. */
function itemAfter(
  rust: RustText,
  from: number,
): { readonly end: number; readonly module: string | undefined; readonly paths: string[] } {
  const { tokens, closing } = rust;
  const text = (index: number): string => tokens[index]?.text ?? '';
  const paths: string[] = [];
  let start = from;
  for (let next = attributeEnd(rust, start); next > start; next = attributeEnd(rust, start)) {
    if (text(start + 2) === 'path') paths.push(text(start + 4).slice(1, -1));
    start = next;
  }
  let head = start;
  if (text(head) === 'pub')
    head += text(head + 1) === '(' ? (closing.get(head + 1) ?? head) - head + 1 : 1;
  const module = text(head) === 'mod' && text(head + 2) === ';' ? text(head + 1) : undefined;
  const isConstFn =
    text(head) === 'const' && ['fn', 'unsafe', 'async', 'extern'].includes(text(head + 1));
  const wantsSemicolon = toSemicolon.has(text(head)) && !isConstFn;
  for (let i = start; i < tokens.length; i++) {
    const at = text(i);
    if (at === ';' || (at === ',' && !items.has(text(start)))) return { end: i, module, paths };
    if (at === ')' || at === ']' || at === '}') return { end: i - 1, module, paths };
    if (!['(', '[', '{'].includes(at)) continue;
    i = closing.get(i) ?? i;
    const goesOn = text(i + 1) === 'else' || (text(i + 1) === '=' && text(i + 2) === '>');
    if (at === '{' && !wantsSemicolon && !goesOn) return { end: i, module, paths };
  }
  return { end: tokens.length - 1, module, paths };
}
