import { readdir } from 'node:fs/promises';
import { basename, join, parse, sep } from 'node:path';
import type { UnitRecord } from '../facts/unit-record.ts';
import { readRegularFile, TooLargeError } from '../regular-file.ts';
import { crateNameOf } from '../rust-paths.ts';
import type { Package, Workspace } from '../workspace/types.ts';

/** More than packages have; where there is more, nothing is called stale. */
const MAX_FILES = 5000;
const MAX_SOURCE = 16 * 1024 * 1024;

/** A condition that other targets or features decide otherwise. */
const condition = /\bcfg(?:_attr|!|_if)?\s*!?\s*[({]\s*(?!test\s*\)|debug_assertions\s*\))/;

/** Macros of the standard library lend nothing. */
const call = /\b(\w+)!\s*[({[]/g;
const standard =
  /^(?:e?print(?:ln)?|format|format_args|write(?:ln)?|vec|(?:debug_)?assert(?:_eq|_ne)?|panic|todo|unimplemented|unreachable|matches|cfg|compile_error|concat|env|option_env|include(?:_str|_bytes)?|line|column|file|module_path|stringify|dbg|thread_local)$/;

/** Does a text call a macro of which nobody has read what it lends? */
function callsOther(text: string): boolean {
  return [...text.matchAll(call)].some(([, name = '']) => !standard.test(name));
}

const wordOf = (names: readonly string[]): RegExp => new RegExp(`\\b(?:${names.join('|')})\\b`);

/** The sources that mention something, and those that mention one of them by the name of its module, and so on. */
function leadingTo(sources: readonly Source[], mention: RegExp): Source[] {
  const leading = new Set(sources.filter(({ text }) => mention.test(text)));
  for (const { module } of leading) {
    const named = wordOf(module);
    for (const source of sources)
      if (!leading.has(source) && named.test(source.text)) leading.add(source);
  }
  return [...leading];
}

/** By which names other files of its crate reach what is in a file: a root re-exports, and is called `crate`. */
function moduleOf(file: string): string[] {
  const { name, dir } = parse(file);
  if (name === 'mod') return [basename(dir)];
  return ['lib', 'main'].includes(name) ? ['crate', 'super'] : [crateNameOf(name)];
}

interface Source {
  readonly text: string;
  /** The names that stand for it in other files. */
  readonly module: readonly string[];
  /** rustc read it in this check. */
  readonly isRead: boolean;
}

/** Tells whether a package's sources say that another target or feature would need what this build did not. */
export class OtherBuilds {
  private readonly workspace: Workspace;
  private readonly read: ReadonlySet<string>;
  /** A call of a macro of the tree that lends something. */
  private readonly lending: RegExp | undefined;
  private readonly known = new Map<Package, Promise<readonly Source[] | undefined>>();

  /** `units` are those of this check. */
  constructor(workspace: Workspace, units: readonly UnitRecord[]) {
    this.workspace = workspace;
    this.read = new Set(units.flatMap(({ sources }) => sources));
    const lending = units.flatMap(({ macros }) =>
      macros.defined.filter(([, , lends]) => lends !== 0).map(([name]) => name),
    );
    this.lending = lending.length === 0 ? undefined : new RegExp(`\\b(?:${lending.join('|')})!`);
  }

  /**
   * Does a source mention it that rustc did not read, or beside a condition? A macro that is called there may lend it: any
   * where no unit was compiled with it, else those that are known to.
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
   * Could another build use what a package's sources mention? Whatever leads there is followed up, from file to file by the
   * names of modules and from package to package by the names of crates: it could where something of that stands beside a
   * condition, or was not read at all.
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

  /** How a package's crate may be called in the sources of another: its manifest may rename it. */
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

  /** Does any source of a package mention it? */
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

  /** Undefined where it cannot be told. */
  private async readSources(p: Package): Promise<Source[] | undefined> {
    const files: string[] = [];
    if (!(await this.list(p, p.directory, files))) return undefined;
    const below = `${p.directory}${sep}`;
    const read = [...this.read].filter((file) => file.startsWith(below));
    return [...new Set([...files, ...read])].flatMap((file): Source[] => {
      try {
        const text = readRegularFile(file, MAX_SOURCE).toString('latin1');
        return [{ text, module: moduleOf(file), isRead: this.read.has(file) }];
      } catch (error) {
        if (!(error instanceof TooLargeError)) return [];
        // Any condition may stand in it.
        return [{ text: 'cfg(any(', module: moduleOf(file), isRead: this.read.has(file) }];
      }
    });
  }

  private async list(p: Package, directory: string, files: string[]): Promise<boolean> {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    const isRoot = directory === p.directory;
    if (!isRoot && entries.some(({ name }) => name === 'Cargo.toml')) return true;
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isFile() && entry.name.endsWith('.rs')) files.push(path);
      if (files.length > MAX_FILES) return false;
      if (
        !entry.isDirectory() ||
        entry.name.startsWith('.') ||
        path === this.workspace.targetDirectory
      )
        continue;
      // Nobody builds the tests of a dependency.
      if (isRoot && !p.isWorkspaceMember && ['tests', 'benches', 'examples'].includes(entry.name))
        continue;
      if (!(await this.list(p, path, files))) return false;
    }
    return true;
  }
}

/** Nothing of what cannot be read. */
function textOf(file: string): string {
  try {
    return readRegularFile(file, MAX_SOURCE).toString('latin1');
  } catch {
    return '';
  }
}
