import { basename, parse, sep } from 'node:path';
import type { UnitRecord } from '../facts/unit-record.ts';
import { readRegularFile, TooLargeError } from '../regular-file.ts';
import { crateNameOf } from '../rust-paths.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import type { Package, Workspace } from '../workspace/types.ts';

const MAX_SOURCE = 16 * 1024 * 1024;

/** A condition that may differ for other targets or features. */
const condition = /\bcfg(?:_attr|!|_if)?\s*!?\s*[({]\s*(?!test\s*\)|debug_assertions\s*\))/;

/** Calls of macros. Those of the standard library lend nothing. */
const call = /\b(\w+)!\s*[({[]/g;
const standard =
  /^(?:e?print(?:ln)?|format|format_args|write(?:ln)?|vec|(?:debug_)?assert(?:_eq|_ne)?|panic|todo|unimplemented|unreachable|matches|cfg|compile_error|concat|env|option_env|include(?:_str|_bytes)?|line|column|file|module_path|stringify|dbg|thread_local)$/;

/** Returns whether a text calls a macro for which it is unknown what it lends. */
function callsOther(text: string): boolean {
  return [...text.matchAll(call)].some(([, name = '']) => !standard.test(name));
}

const wordOf = (names: readonly string[]): RegExp => new RegExp(`\\b(?:${names.join('|')})\\b`);

/** Returns the sources that mention something, the sources that mention the module of one of these, and so on. */
function leadingTo(sources: readonly Source[], mention: RegExp): Source[] {
  const leading = new Set(sources.filter(({ text }) => mention.test(text)));
  for (const { module } of leading) {
    const named = wordOf(module);
    for (const source of sources)
      if (!leading.has(source) && named.test(source.text)) leading.add(source);
  }
  return [...leading];
}

/**
 * Returns the names by which other files of the crate refer to a file's module. A root re-exports items, and is
 * called `crate`.
 */
function moduleOf(file: string): string[] {
  const { name, dir } = parse(file);
  if (name === 'mod') return [basename(dir)];
  return ['lib', 'main'].includes(name) ? ['crate', 'super'] : [crateNameOf(name)];
}

interface Source {
  readonly text: string;
  /** The names of its module in other files. */
  readonly module: readonly string[];
  /** True when rustc read it in this check. */
  readonly isRead: boolean;
}

/**
 * Finds out whether a package's sources may need something for another target or feature that this build did not
 * need.
 */
export class OtherBuilds {
  private readonly workspace: Workspace;
  private readonly read: ReadonlySet<string>;
  /** Matches calls of macros of the tree that lend something. */
  private readonly lending: RegExp | undefined;
  private readonly known = new Map<Package, Promise<readonly Source[] | undefined>>();

  /** `units` are the units of this check. */
  constructor(workspace: Workspace, units: readonly UnitRecord[]) {
    this.workspace = workspace;
    this.read = new Set(units.flatMap(({ sources }) => sources));
    const lending = units.flatMap(({ macros }) =>
      macros.defined.filter(([, , lends]) => lends !== 0).map(([name]) => name),
    );
    this.lending = lending.length === 0 ? undefined : new RegExp(`\\b(?:${lending.join('|')})!`);
  }

  /**
   * Resolves to whether a source may have what `mention` matches in another build: a source that rustc did not read
   * mentions it, or a source with a condition does. A macro that the source calls may lend it: any macro when rustc
   * did not read the source, else only macros known to lend something.
   */
  async mayHave(p: Package, mention: RegExp): Promise<boolean> {
    const sources = await this.sources(p);
    return (
      sources?.some(({ text, isRead }) =>
        isRead
          ? condition.test(text) && (mention.test(text) || this.lending?.test(text) === true)
          : mention.test(text) || callsOther(text),
      ) ?? true
    );
  }

  /**
   * Resolves to whether another build could use what a package's sources mention. The search follows mentions from
   * file to file by the names of modules, and from package to package by the names of crates. Another build could use
   * it when a file on the way has a condition or was not read at all.
   */
  async mayUse(p: Package, mention: RegExp): Promise<boolean> {
    const seen = new Set<number>();
    const pending = [{ p, mention }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const sources = await this.sources(next.p);
      if (sources === undefined) return true;
      const leading = leadingTo(sources, next.mention);
      if (leading.some(({ text, isRead }) => !isRead || condition.test(text))) return true;
      if (leading.length === 0 || seen.has(next.p.index)) continue;
      seen.add(next.p.index);
      const { index } = next.p;
      for (const user of this.workspace.packages)
        if (user.dependencies.includes(index))
          pending.push({ p: user, mention: wordOf(this.namesOf(next.p, user)) });
    }
    return false;
  }

  /**
   * Returns the names that a package's crate may have in the sources of another package, whose manifest may rename
   * it.
   */
  private namesOf(p: Package, user: Package): string[] {
    const names = [p.cargoName, ...p.targets.map(({ name }) => name)];
    const manifest = textOf(user.manifestPath);
    const renamed = manifest.split('\n').flatMap((line, i, lines) => {
      if (!line.includes('package') || !line.includes(`"${p.cargoName}"`)) return [];
      const inline = /^\s*"?([\w-]+)"?\s*=\s*\{/.exec(line)?.[1];
      const table = lines.slice(0, i).findLast((l) => l.startsWith('['));
      const named = /([\w-]+)"?\]\s*$/.exec(table ?? '')?.[1];
      return [inline ?? named ?? []].flat();
    });
    return [...names, ...renamed].map(crateNameOf);
  }

  /** Resolves to whether any source of a package mentions it. */
  async mentions(p: Package, mention: RegExp): Promise<boolean> {
    const sources = await this.sources(p);
    return sources?.some(({ text }) => mention.test(text)) ?? true;
  }

  private sources(p: Package): Promise<readonly Source[] | undefined> {
    let sources = this.known.get(p);
    if (sources === undefined) {
      sources = this.readSources(p);
      this.known.set(p, sources);
    }
    return sources;
  }

  /** Resolves to the sources of a package; undefined when there are too many files: then no setting is reported as stale. */
  private async readSources(p: Package): Promise<Source[] | undefined> {
    const files = await sourceFiles(p, this.workspace);
    if (files === undefined) return undefined;
    const below = `${p.directory}${sep}`;
    const read = [...this.read].filter((file) => file.startsWith(below));
    return [...new Set([...files, ...read])].flatMap((file): Source[] => {
      try {
        const text = readRegularFile(file, MAX_SOURCE).toString('latin1');
        return [{ text, module: moduleOf(file), isRead: this.read.has(file) }];
      } catch (error) {
        if (!(error instanceof TooLargeError)) return [];
        // The file may contain any condition.
        return [{ text: 'cfg(any(', module: moduleOf(file), isRead: this.read.has(file) }];
      }
    });
  }
}

/** Returns the content of a file, empty when it cannot be read. */
function textOf(file: string): string {
  try {
    return readRegularFile(file, MAX_SOURCE).toString('latin1');
  } catch {
    return '';
  }
}
