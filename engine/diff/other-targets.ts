import type { OtherTargets } from '../conditions/other-cfg.ts';
import {
  type CfgMacros,
  cfgMacros,
  cfgOfFile,
  filesOf,
  mayNameFiles,
  type Part,
  partsOf,
} from '../conditions/parts.ts';
import { type RustText, readRust } from '../conditions/rust-text.ts';
import { parse } from '../workspace/toml.ts';
import type { OtherTargetPlace } from './types.ts';

/** A line of code that the judged target leaves out, and its code as a text. */
interface Line extends OtherTargetPlace {
  readonly code: string;
}

/** The texts of a package's Rust sources by path, whatever they are called, and of its Cargo.toml. */
export type SourceTexts = ReadonlyMap<string, string>;

/**
 * Returns where the new version of a package has code for other targets, or for a `cfg` that depends on them, which the old one
 * has not: the first line of each part. Code that only moved is the same. `roots` are the paths of its crates.
 */
export function addedForOthers(
  before: SourceTexts,
  after: SourceTexts,
  roots: ReadonlySet<string>,
  others: OtherTargets,
): OtherTargetPlace[] {
  const had = new Map<string, number>();
  const key = ({ cfg, code }: Line): string => `${cfg}\0${code}`;
  const [lost, gained] = linesOfChanges(before, after, roots, others);
  for (const line of lost) had.set(key(line), (had.get(key(line)) ?? 0) + 1);
  const added = gained.filter((line) => {
    const left = had.get(key(line)) ?? 0;
    had.set(key(line), left - 1);
    return left <= 0;
  });
  return added
    .filter(({ file, line, cfg }, i) => {
      const last = added[i - 1];
      return last?.file !== file || last.cfg !== cfg || line > last.line + 1;
    })
    .map(({ file, line, cfg }) => ({ file, line, cfg }));
}

const renames = /\b(?:cfg(?:_select)?|include)\s+as\s/;

/** Returns how the sources of both versions call `cfg!`, `cfg_select!` and `include!`. */
function macrosOf(...versions: readonly SourceTexts[]): CfgMacros {
  const texts = versions.flatMap((texts) => [...texts.values()]);
  return cfgMacros(texts.filter((text) => renames.test(text)).map(readRust));
}

/** A source that is read as far as somebody asks. */
class Source {
  readonly path: string;
  private readonly text: string;
  private readonly others: OtherTargets;
  private readonly macros: CfgMacros;
  private read: RustText | undefined;
  private found: Part[] | undefined;

  constructor(path: string, text: string, others: OtherTargets, macros: CfgMacros) {
    this.path = path;
    this.text = text;
    this.others = others;
    this.macros = macros;
  }

  get rust(): RustText {
    this.read ??= readRust(this.text);
    return this.read;
  }

  get parts(): Part[] {
    const { cfg, select } = this.macros;
    const names = ['cfg', 'CARGO_CFG', ...cfg, ...select];
    const mayHave = names.some((name) => this.text.includes(name));
    this.found ??= mayHave ? partsOf(this.rust, this.others, this.macros) : [];
    return this.found;
  }

  /** The files of modules that only other targets have, with the `cfg` of each. */
  modules(roots: ReadonlySet<string>): [file: string, cfg: string][] {
    const includes = [...this.macros.include].some((name) => this.text.includes(name));
    if (!includes && !mayNameFiles.test(this.text)) return [];
    return this.parts.flatMap((part) =>
      filesOf(part, this.path, roots).map((file): [string, string] => [file, part.cfg]),
    );
  }
}

/** Returns the lines for other targets of both versions, without those of files that are the same in both. */
function linesOfChanges(
  before: SourceTexts,
  after: SourceTexts,
  roots: ReadonlySet<string>,
  others: OtherTargets,
): [Line[], Line[]] {
  const same = new Map<string, Source>();
  const macros = macrosOf(before, after);
  const read = (texts: SourceTexts): Source[] =>
    [...texts.keys()]
      .filter((path) => path !== 'Cargo.toml')
      .map((path) => {
        const source = same.get(path) ?? new Source(path, texts.get(path) ?? '', others, macros);
        if (before.get(path) === after.get(path)) same.set(path, source);
        return source;
      });
  const sides = [before, after].map((texts) => {
    const sources = read(texts);
    const elsewhere = new Map(sources.flatMap((source) => source.modules(roots)));
    return { texts, sources, cfgOf: (path: string) => cfgOfFile(path, elsewhere) };
  });
  const isSame = ({ path }: Source): boolean =>
    same.has(path) && new Set(sides.map(({ cfgOf }) => cfgOf(path))).size === 1;
  const [lost = [], gained = []] = sides.map(({ texts, sources, cfgOf }) => [
    ...sources.flatMap((source) => (isSame(source) ? [] : linesOf(source, cfgOf(source.path)))),
    ...linesOfManifest(texts.get('Cargo.toml') ?? '', others),
  ]);
  return [lost, gained];
}

/** The lines of a source for other targets; all, when it stands behind a `cfg` as a whole. */
function linesOf(source: Source, whole: string | undefined): Line[] {
  const { path } = source;
  const parts =
    whole === undefined
      ? source.parts
      : [{ start: 0, end: source.rust.tokens.length - 1, cfg: whole }];
  const lines: Line[] = [];
  let next = 0;
  for (const { start, end, cfg } of [...parts].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const byLine = new Map<number, string[]>();
    for (const { line, text } of source.rust.tokens.slice(Math.max(start, next), end + 1)) {
      const known = byLine.get(line);
      if (known === undefined) byLine.set(line, [text]);
      else known.push(text);
    }
    for (const [line, code] of byLine) lines.push({ file: path, line, cfg, code: code.join(' ') });
    next = Math.max(next, end + 1);
  }
  return lines;
}

/** The dependencies of `[target.KEY]` tables of other targets. */
function linesOfManifest(text: string, others: OtherTargets): Line[] {
  if (!text.includes('target')) return [];
  const lines = text.split('\n');
  const lineOf = (...words: string[]): number =>
    Math.max(1, lines.findIndex((line) => words.every((word) => line.includes(word))) + 1);
  let tables: unknown;
  try {
    tables = (parse(text) as { target?: unknown }).target;
  } catch {
    // cargo took it: what we cannot read may be for any target.
    return lines.map((code, i) => ({ file: 'Cargo.toml', line: i + 1, cfg: 'any target', code }));
  }
  return Object.entries(isTable(tables) ? tables : {}).flatMap(([key, table]) => {
    if (!isTable(table) || !others.concernKey(key)) return [];
    return Object.entries(table).flatMap(([kind, dependencies]) =>
      Object.entries(isTable(dependencies) ? dependencies : {}).map(([name, value]): Line => {
        const line = lineOf(key, kind, name) > 1 ? lineOf(key, kind, name) : lineOf(key);
        const code = JSON.stringify([kind, name, value]);
        return { file: 'Cargo.toml', line, cfg: key, code };
      }),
    );
  });
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
