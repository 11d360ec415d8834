import { relative } from 'node:path';
import {
  isBeforeVariable,
  type MacroConditions,
  macroConditions,
  partsOfCalls,
} from '../conditions/macro-conditions.ts';
import {
  type CfgMacros,
  cfgMacros,
  cfgOfFile,
  filesOf,
  type Part,
  partsOf,
} from '../conditions/parts.ts';
import { type RustText, readRust } from '../conditions/rust-text.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import { readRegularFile, TooLargeError } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { settingsOf } from '../units/cfg.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { type CfgSet, cfgHolds, readCfgSet } from '../workspace/cfg-expression.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import type { Candidate } from './candidates.ts';
import { dataOf, readByPackage } from './read-sources.ts';
import { shownBy } from './shown-by.ts';
import type { ShownBy, UnseenCode } from './types.ts';

/** Sources that only a source names which only a source names …: beyond this, all files are read as code. */
const MOST_ROUNDS = 8;
/** Bytes of the largest source; a larger one is data. */
const MAX_SOURCE = 2 ** 24;

/** The settings of the units that read a source, each set once; undefined in place of one that is not known. */
type Builds = readonly (CfgSet | undefined)[];

/** Finds the code of compiled packages that no unit of a check compiled. */
export class UnseenSources {
  private readonly workspace: Workspace;
  private readonly candidates: readonly Candidate[];
  /** By source: the settings of each unit that read it. */
  private readonly builds: ReadonlyMap<string, Builds>;
  /** By package id: the files that its units read. */
  private readonly readFiles: ReadonlyMap<string, ReadonlySet<string>>;

  private constructor(
    workspace: Workspace,
    candidates: readonly Candidate[],
    builds: ReadonlyMap<string, Builds>,
    readFiles: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    this.workspace = workspace;
    this.candidates = candidates;
    this.builds = builds;
    this.readFiles = readFiles;
  }

  /** Asks rustc for the settings of the units. */
  static async of(
    workspace: Workspace,
    units: readonly UnitRecord[],
    candidates: readonly Candidate[],
  ): Promise<UnseenSources> {
    const sets = new Map<string, CfgSet>();
    const byFile = new Map<string, Set<CfgSet | undefined>>();
    for (const { cfg, sources } of units) {
      const text = await settingsOf(cfg);
      const known = text === '' ? undefined : (sets.get(text) ?? readCfgSet(text));
      if (known !== undefined) sets.set(text, known);
      for (const file of sources) {
        const found = byFile.get(file) ?? new Set();
        byFile.set(file, found.add(known));
      }
    }
    // In an order that does not depend on hashes in the names of files.
    const ordered = [...sets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, settings]) => settings);
    const builds = new Map(
      [...byFile].map(([file, found]) => [
        file,
        [...ordered.filter((one) => found.has(one)), ...(found.has(undefined) ? [undefined] : [])],
      ]),
    );
    const readFiles = readByPackage(units, buildDirectories(workspace));
    return new UnseenSources(workspace, candidates, builds, readFiles);
  }

  /** Resolves to the code of a package that was compiled nowhere, and to texts about what cannot be told. */
  async in(p: Package): Promise<{ readonly unseen: UnseenCode[]; readonly unknown: string[] }> {
    const files = (await sourceFiles(p, this.workspace))?.sort();
    if (files === undefined)
      return { unseen: [], unknown: [`${p.label} has too many source files to look at`] };
    const unknown: string[] = [];
    const unseen: UnseenCode[] = [];
    const roots = new Set(p.targets.map(({ sourcePath }) => relative(p.directory, sourcePath)));
    const read = new Map<string, RustText>();
    const take = (file: string): void => {
      const text = textOf(file);
      if (text instanceof Error)
        unknown.push(
          `${relative(p.directory, file)} of ${p.label} cannot be read: ${text.message}`,
        );
      else read.set(file, readRust(text));
    };
    for (const file of files.filter((one) => this.builds.has(one))) take(file);
    const listed = new Set(files);
    let others = [...(this.readFiles.get(p.id) ?? [])].filter((one) => !listed.has(one)).sort();
    for (let round = 0; others.length > 0; round++) {
      // What one of them reads as code is code.
      const isData = dataOf(read.values());
      const data = others.filter(
        (file) => round < MOST_ROUNDS && !file.endsWith('.rs') && isData(file),
      );
      if (data.length === others.length) break;
      const left = new Set(data);
      others.filter((file) => !left.has(file)).forEach(take);
      others = data;
    }
    const macros = { own: macroConditions(read.values()), cfg: cfgMacros(read.values()) };
    const elsewhere = new Map<string, { readonly cfg: string; readonly builds: Builds }>();
    const undecided = new Set<string>();
    for (const [file, rust] of read) {
      const builds = this.builds.get(file) ?? [];
      const path = relative(p.directory, file);
      const parts = builds.map((settings) => partsWith(rust, macros, settings, undecided));
      unseen.push(...this.parts(path, rust, parts, builds, p));
      for (const part of parts.flat())
        for (const named of filesOf(part, path, roots))
          elsewhere.set(named, { cfg: part.cfg, builds });
    }
    for (const name of undecided)
      unknown.push(`${p.label} calls its macro ${name}!, whose conditions depend on the call`);
    const cfgs = new Map([...elsewhere].map(([path, { cfg }]) => [path, cfg]));
    for (const file of files) {
      const path = relative(p.directory, file);
      if (this.builds.has(file) || isOfNoBuild(p, file)) continue;
      const cfg = cfgOfFile(path, cfgs);
      const builds = [...elsewhere.values()].find((known) => known.cfg === cfg)?.builds ?? [];
      const shown = cfg === undefined ? undefined : this.shown(cfg, builds, p);
      if (shown !== 'no-one')
        unseen.push({ file: path, cfg: cfg === undefined ? [] : [cfg], shownBy: shown });
    }
    unseen.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    return { unseen, unknown };
  }

  /** The parts of a source that every unit that read it left out. */
  private parts(
    file: string,
    { tokens }: RustText,
    parts: readonly (readonly Part[])[],
    builds: Builds,
    p: Package,
  ): UnseenCode[] {
    const left = parts.map((ofBuild) => coverOf(ofBuild, tokens.length));
    const isUnseen = (at: number): boolean => left.every((cover) => cover[at] !== undefined);
    const sameAt = (a: number, b: number): boolean => left.every((cover) => cover[a] === cover[b]);
    const found: UnseenCode[] = [];
    for (let start = 0; start < tokens.length; start++) {
      if (!isUnseen(start)) continue;
      let end = start;
      while (end + 1 < tokens.length && isUnseen(end + 1) && sameAt(start, end + 1)) end++;
      const cfg = [...new Set(left.map((cover) => cover[start]?.cfg ?? ''))];
      const shown = cfg.map((one, i) => this.shown(one, [builds[i]], p));
      if (!shown.every((one) => one === 'no-one'))
        found.push({
          file,
          lines: [tokens[start]?.line ?? 0, tokens[end]?.line ?? 0],
          cfg,
          shownBy: least(shown),
        });
      start = end;
    }
    return found;
  }

  private shown(cfg: string, builds: Builds, p: Package): ReturnType<typeof shownBy> {
    const inner = /^cfg\(([\s\S]*)\)$/.exec(cfg)?.[1];
    const known = builds.filter((settings) => settings !== undefined);
    if (inner === undefined || known.length === 0) return undefined;
    return shownBy(inner, known, { candidates: this.candidates, hasTests: p.isWorkspaceMember });
  }
}

/** Of several builds that would show something, the one that differs least from one that was made. */
function least(shown: readonly ReturnType<typeof shownBy>[]): ShownBy | undefined {
  const changes = ({ features, without }: ShownBy): number => features.length + without.length;
  let found: ShownBy | undefined;
  for (const one of shown) {
    if (one === undefined || one === 'no-one') continue;
    if (found === undefined || changes(one) < changes(found)) found = one;
  }
  return found;
}

/** The parts of a source that a unit leaves out; adds macros whose conditions depend on the call to `undecided`. */
function partsWith(
  rust: RustText,
  macros: { readonly own: MacroConditions; readonly cfg: CfgMacros },
  settings: CfgSet | undefined,
  undecided: Set<string>,
): readonly Part[] {
  const conditions = leftOutWith(settings);
  const ofCalls = partsOfCalls(rust, macros.own, conditions);
  for (const name of ofCalls.unknown) undecided.add(name);
  // What a macro writes before a variable is told at its calls.
  const own = partsOf(rust, conditions, macros.cfg).filter(
    ({ start, cfg }) => !cfg.includes('$') && !isBeforeVariable(rust, start),
  );
  return [...ofCalls.parts, ...own];
}

/** What a unit with these settings leaves out; with unknown ones, it may be anything that has a condition. */
function leftOutWith(settings: CfgSet | undefined) {
  const known = new Map<string, boolean>();
  return {
    concern(expression: string): boolean {
      let answer = known.get(expression);
      if (answer === undefined) {
        answer = settings === undefined || cfgHolds(`cfg(${expression})`, settings) !== true;
        known.set(expression, answer);
      }
      return answer;
    },
  };
}

/** The part by which each token is left out. */
function coverOf(parts: readonly Part[], length: number): (Part | undefined)[] {
  const cover: (Part | undefined)[] = new Array(length).fill(undefined);
  for (const part of parts) {
    // A variable that a build script reads leaves nothing out.
    if (!part.cfg.startsWith('cfg(')) continue;
    for (let at = part.start; at <= part.end; at++) cover[at] ??= part;
  }
  return cover;
}

/** Is a file the root of a crate that nobody builds of a dependency, such as its program? */
function isOfNoBuild(p: Package, file: string): boolean {
  if (p.isWorkspaceMember) return false;
  const target = p.targets.find(({ sourcePath }) => sourcePath === file);
  return target?.kind.some((kind) => ['bin', 'example', 'test', 'bench'].includes(kind)) === true;
}

function textOf(file: string): string | Error {
  try {
    return readRegularFile(file, MAX_SOURCE).toString();
  } catch (error) {
    return new Error(error instanceof TooLargeError ? error.message : reasonOf(error));
  }
}
