import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { withRegularFile } from '../regular-file.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** More than packages have; where there is more, nothing is called stale. */
const MAX_FILES = 5000;
const MAX_SOURCE = 16 * 1024 * 1024;

/** A condition that other targets or features decide otherwise. */
const condition = /\bcfg(?:_attr|!|_if)?\s*!?\s*[({]\s*(?!test\s*\)|debug_assertions\s*\))/;

interface Source {
  readonly text: string;
  /** rustc read it in this check. */
  readonly isRead: boolean;
}

/** Tells whether a package's sources say that another target or feature would need what this build did not. */
export class OtherBuilds {
  private readonly workspace: Workspace;
  private readonly read: ReadonlySet<string>;
  private readonly known = new Map<Package, Promise<readonly Source[] | undefined>>();

  constructor(workspace: Workspace, records: Records) {
    this.workspace = workspace;
    this.read = new Set([...records.current].flatMap(({ sources }) => sources));
  }

  /** Does a source mention it that rustc did not read, or beside a condition? */
  async mayHave(p: Package, mention: RegExp): Promise<boolean> {
    const sources = await this.sources(p);
    const isOpen = ({ text, isRead }: Source): boolean => !isRead || condition.test(text);
    return sources?.some((source) => mention.test(source.text) && isOpen(source)) ?? true;
  }

  /** Does a source mention it beside a condition, or one that is used from beside a condition? */
  async mayUse(p: Package, mention: RegExp): Promise<boolean> {
    const sources = await this.sources(p);
    if (sources === undefined) return true;
    const mentioning = sources.filter(({ text }) => mention.test(text));
    if (mentioning.length === 0) return false;
    if (mentioning.some(({ text, isRead }) => !isRead || condition.test(text))) return true;
    const crate = new RegExp(`\\b${p.name.replaceAll('-', '_')}\\b`);
    const users = this.workspace.packages.filter(({ dependencies }) =>
      dependencies.includes(p.index),
    );
    for (const user of users) {
      const theirs = await this.sources(user);
      if (theirs?.some(({ text }) => condition.test(text) && crate.test(text)) ?? true) return true;
    }
    return false;
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
        const text = withRegularFile(file, (open, size) =>
          size > MAX_SOURCE ? 'cfg(any(' : readFileSync(open, 'latin1'),
        );
        return [{ text, isRead: this.read.has(file) }];
      } catch {
        return [];
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
