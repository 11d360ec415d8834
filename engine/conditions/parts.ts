import { dirname, join, normalize } from 'node:path';
import type { RustText } from './rust-text.ts';

/** Tells which expressions inside `cfg(…)` leave out code that is looked for. */
export interface Conditions {
  concern(expression: string): boolean;
}

/** Code without it declares no module in a file of its own, and is no file that is left out as a whole: see `filesOf`. */
export const mayNameFiles =
  /\bmod\s*(?:\/|[\p{XID_Start}_]\p{XID_Continue}*\s*[;/])|\bpath\s*[=/]|#\s*[!/]/u;

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
  /** The module in a file of its own that it declares, below which inline modules; and `#[path]`. */
  readonly module?: { readonly below: readonly string[]; readonly name: string } | undefined;
  readonly paths?: readonly string[];
  /** It is the whole file, and so are the files of modules below it. */
  readonly isFile?: boolean;
}

/** Tokens of a condition that are read; a longer one names what it may. */
const MOST_TOKENS = 200;

/** The files of a module that a part declares; a directory ends in `/`. */
export function filesOf(
  { module, paths = [], isFile }: Part,
  path: string,
  roots: ReadonlySet<string>,
): string[] {
  const named = paths.flatMap((to) => {
    const file = normalize(join(dirname(path), to));
    return file.endsWith('/mod.rs') ? [`${dirname(file)}/`] : [file];
  });
  const isHead = roots.has(path) || /(?:^|\/)(?:lib|main|mod)\.rs$/.test(path);
  const around = isHead ? dirname(path) : path.replace(/\.rs$/, '');
  if (isFile === true && !roots.has(path)) return [`${around}/`];
  if (module === undefined || paths.length > 0) return named;
  const file = normalize(join(around, ...module.below, module.name));
  return [`${file}.rs`, `${file}/`];
}

/** Finds the parts of a source that conditions concern: attributes, `cfg!`, and the branches after them. */
export function partsOf(rust: RustText, others: Conditions): Part[] {
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
      later.push({ start: end + 1, end: endOfChain(rust, end + 1), cfg: shown(`not(${cfg})`) });
  };
  const later: Part[] = [];
  for (let i = 0; i < tokens.length; i++) {
    while ((blocks.at(-1)?.end ?? Number.POSITIVE_INFINITY) < i) blocks.pop();
    if (text(i) === '{')
      blocks.push({ start: i, end: endOf(i), name: text(i - 2) === 'mod' ? text(i - 1) : '' });
    if (later[0]?.start === i) add(later.shift() as Part);
    if (around !== undefined && i <= around.end) {
      // What it has inside is left out with it, files of modules too.
      if (text(i) === 'mod' && text(i + 2) === ';') {
        const module = { below: below(), name: text(i + 1) };
        parts.push({ start: around.start, end: around.start - 1, cfg: around.cfg, module });
      }
      continue;
    }
    if (/^"CARGO_CFG_(?:WINDOWS|UNIX|TARGET_\w+)"$/.test(text(i)))
      add({ start: i, end: i, cfg: text(i).slice(1, -1) });
    if (text(i) === 'cfg' && text(i + 1) === '!' && text(i + 2) === '(') {
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
      const [cfg, rest] = firstArgument(inside(open + 2));
      const path = /\bpath = "([^"]*)"/.exec(rest)?.[1];
      if (others.concern(cfg))
        add({ start: i, end: close, cfg: shown(cfg), paths: path === undefined ? [] : [path] });
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

/** The first of the arguments of `cfg_attr`, and the others. */
function firstArgument(text: string): [string, string] {
  let depth = 0;
  for (const [i, letter] of [...text].entries()) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) return [text.slice(0, i).trim(), text.slice(i + 1)];
  }
  return [text, ''];
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
