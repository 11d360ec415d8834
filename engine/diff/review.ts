import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createTwoFilesPatch, diffLines } from 'diff';
import type { OtherTargets } from '../conditions/other-cfg.ts';
import { readRegularFile } from '../regular-file.ts';
import { filesBelow } from '../revisions/scratch.ts';
import type { Package } from '../workspace/types.ts';
import { foreignSources, rustSources } from './code-files.ts';
import type { KeptReviews } from './kept-reviews.ts';
import { addedForOthers, type SourceTexts } from './other-targets.ts';
import { MOST_PLACES, type Review } from './types.ts';

/** Directories that are not part of a package's sources. */
const apart = new Set(['.git', 'target']);
/** Bytes; larger files count as changed, without lines. */
const MAX_COMPARED = 2 ** 20;
/** Bytes of the largest source that is searched for code of other targets; a larger one is data. */
const MAX_SOURCE = 2 ** 24;
/** Bytes of the largest file that is read. */
const MAX_READ = 2 ** 30;
/** Lines of a build script's diff that are kept. */
const MAX_PATCH = 400;
/** Milliseconds for the lines of one file. */
const PATIENCE_MS = 500;

/** Where the sources of both versions are; undefined where they are not on this machine. */
export interface Sources {
  readonly before: string | undefined;
  readonly after: Package | undefined;
}

/**
 * Compares the sources of two versions of a package, unless that was done for the same content earlier. A side that cannot be
 * read counts as not here.
 */
export async function reviewSources(
  { before, after }: Sources,
  others: OtherTargets,
  kept: KeptReviews,
): Promise<Omit<Review, 'keywords'>> {
  const here = before !== undefined && isDirectory(before) ? before : undefined;
  const sides = { before: here, after: after?.directory };
  if (after === undefined)
    return {
      ...{ ...sides, size: undefined, buildScript: undefined },
      otherTargets: { places: [], count: 0 },
    };
  const had = here === undefined ? undefined : new Files(here);
  const has = new Files(after.directory);
  const content = JSON.stringify([
    ...[others.key, after.isWorkspaceMember, had?.hash, has.hash],
    after.targets.map(({ kind, sourcePath }) => {
      const path = relative(after.directory, sourcePath);
      // A build script may lie outside of the directory.
      const script = kind.includes('custom-build') ? [had?.content(path), has.content(path)] : [];
      return [kind, path, ...script.map((text = '') => hashOf(text))];
    }),
  ]);
  const review = await kept.of(content, () => ({
    size: had === undefined ? undefined : sizeOf(had, has),
    buildScript: patchOf(had, after),
    otherTargets: otherTargetsOf(had, has, after, others),
  }));
  return { ...sides, ...review };
}

/** The files of one version, each read once. */
class Files {
  readonly paths: readonly string[];
  private readonly directory: string;
  private readonly known = new Map<string, string>();

  constructor(directory: string) {
    this.directory = directory;
    this.paths = filesBelow(directory, '', apart);
  }

  /** The hash of all files. */
  get hash(): string {
    return hashOf(JSON.stringify(this.paths.map((path) => [path, hashOf(this.content(path))])));
  }

  /** The paths without Cargo.lock and what belongs to packages in directories below. */
  get ownPaths(): string[] {
    const packages = new Set(
      this.paths.filter((path) => path.endsWith('/Cargo.toml')).map((path) => dirname(path)),
    );
    const isBelow = (path: string): boolean => {
      const above = dirname(path);
      return above !== '.' && (packages.has(above) || isBelow(above));
    };
    return this.paths.filter((path) => path !== 'Cargo.lock' && !isBelow(path));
  }

  /** The text of a file; empty when it is not there. Of a large file what tells it from another. */
  content(path: string): string {
    let content = this.known.get(path);
    if (content === undefined) {
      content = contentOf(join(this.directory, path));
      this.known.set(path, content);
    }
    return content;
  }

  /** The text of a source, a large one too. */
  source(path: string): string {
    const content = this.content(path);
    return isText(content) ? content : contentOf(join(this.directory, path), MAX_SOURCE);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Directories whose code only the tests of a workspace member are made of. */
const ofTests = new Set(['tests', 'benches', 'examples']);

function otherTargetsOf(
  before: Files | undefined,
  after: Files,
  { directory, isWorkspaceMember, targets }: Package,
  others: OtherTargets,
): Review['otherTargets'] {
  const isOfTests = (path: string): boolean =>
    dirname(path)
      .split('/')
      .some((name) => ofTests.has(name));
  const isPart = (path: string): boolean => isWorkspaceMember || !isOfTests(path);
  const textsOf = (files: Files): SourceTexts => {
    const source = (path: string): string => files.source(path);
    const rust = rustSources({ paths: files.paths.filter(isPart), source });
    return new Map([...rust, 'Cargo.toml'].map((path) => [path, source(path)]));
  };
  const roots = new Set(targets.map((t) => relative(directory, t.sourcePath)));
  const had: SourceTexts = before === undefined ? new Map() : textsOf(before);
  const has = textsOf(after);
  const script = targets.find(({ kind }) => kind.includes('custom-build'));
  const foreign =
    script === undefined
      ? []
      : foreignSources(after.ownPaths.filter(isPart), contentOf(script.sourcePath))
          .filter((path) => !has.has(path) && before?.content(path) !== after.content(path))
          .map((file) => ({ file, line: firstChange(before, after, file), cfg: BY_SCRIPT }));
  const places = [...addedForOthers(had, has, roots, others), ...foreign];
  return { places: places.slice(0, MOST_PLACES), count: places.length };
}

/** In place of a condition: no text says for which target a build script compiles a file. */
const BY_SCRIPT = 'if its build script compiles it there';

/** The first line of a file that differs from the old version's. */
function firstChange(before: Files | undefined, after: Files, path: string): number {
  const [a, b] = [before?.content(path) ?? '', after.content(path)];
  if (!isText(a) || !isText(b)) return 1;
  const had = a.split('\n');
  const at = b.split('\n').findIndex((line, i) => line !== had[i]);
  return at < 0 ? 1 : at + 1;
}

/** Files of packages below, and what cargo writes, are no part of a package's own change: they would drown it. */
function sizeOf(before: Files, after: Files): Review['size'] {
  const paths = new Set([...before.ownPaths, ...after.ownPaths]);
  const size = { files: 0, added: 0, removed: 0 };
  for (const path of paths) {
    const [a, b] = [before.content(path), after.content(path)];
    if (a === b) continue;
    size.files++;
    if (isText(a) && isText(b)) {
      for (const part of diffLines(a, b, { timeout: PATIENCE_MS }) ?? []) {
        if (part.added) size.added += part.count;
        if (part.removed) size.removed += part.count;
      }
    }
  }
  return size;
}

/** The unified diff of a build script, whole where the old version has none or is not here. */
function patchOf(before: Files | undefined, after: Package): string | undefined {
  const script = after.targets.find(({ kind }) => kind.includes('custom-build'));
  if (script === undefined) return undefined;
  const path = relative(after.directory, script.sourcePath);
  const a = before?.content(path) ?? '';
  const b = contentOf(script.sourcePath);
  if (a === b) return '';
  if (!isText(a) || !isText(b)) return `${path} differs, and is too large or no text`;
  const patch = createTwoFilesPatch(path, path, a, b, undefined, undefined, { context: 3 });
  const lines = patch.split('\n').slice(1);
  const more = lines.length - MAX_PATCH;
  return more > 0
    ? [...lines.slice(0, MAX_PATCH), `… ${more} more lines`].join('\n')
    : lines.join('\n');
}

/** The text of a file; empty when it is not there. Of a large file what tells it from another. */
function contentOf(path: string, most = MAX_COMPARED): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return '';
  const content = readRegularFile(path, MAX_READ);
  if (found.size <= most) return content.toString();
  return `\0${createHash('sha256').update(content).digest('hex')}`;
}

const isText = (content: string): boolean => !content.includes('\0');

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
