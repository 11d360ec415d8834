import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createTwoFilesPatch, diffLines } from 'diff';
import { readRegularFile } from '../regular-file.ts';
import { filesBelow } from '../revisions/scratch.ts';
import type { Package } from '../workspace/types.ts';
import type { OtherTargets } from './other-cfg.ts';
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

/** Compares the sources of two versions of a package. A side that cannot be read counts as not here. */
export function reviewSources(
  { before, after }: Sources,
  others: OtherTargets,
): Omit<Review, 'keywords'> {
  const here = before !== undefined && isDirectory(before) ? before : undefined;
  const there = after?.directory;
  return {
    before: here,
    after: there,
    size: here === undefined || there === undefined ? undefined : sizeOf(here, there),
    buildScript: after && patchOf(here, after),
    otherTargets:
      after === undefined ? { places: [], count: 0 } : otherTargetsOf(here, after, others),
  };
}

/** Directories whose code only the tests of a workspace member are made of. */
const ofTests = new Set([...apart, 'tests', 'benches', 'examples']);

function otherTargetsOf(
  before: string | undefined,
  after: Package,
  others: OtherTargets,
): Review['otherTargets'] {
  const without = after.isWorkspaceMember ? apart : ofTests;
  const textsOf = (directory: string): SourceTexts =>
    new Map(
      filesBelow(directory, '', without)
        .filter((path) => path.endsWith('.rs') || path === 'Cargo.toml')
        .map((path) => [path, contentOf(join(directory, path), MAX_SOURCE)]),
    );
  const roots = new Set(after.targets.map((t) => relative(after.directory, t.sourcePath)));
  const had: SourceTexts = before === undefined ? new Map() : textsOf(before);
  const places = addedForOthers(had, textsOf(after.directory), roots, others);
  return { places: places.slice(0, MOST_PLACES), count: places.length };
}

function sizeOf(before: string, after: string): Review['size'] {
  const paths = new Set([...filesBelow(before, '', apart), ...filesBelow(after, '', apart)]);
  const size = { files: 0, added: 0, removed: 0 };
  for (const path of paths) {
    const [a, b] = [contentOf(join(before, path)), contentOf(join(after, path))];
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
function patchOf(before: string | undefined, after: Package): string | undefined {
  const script = after.targets.find(({ kind }) => kind.includes('custom-build'));
  if (script === undefined) return undefined;
  const path = relative(after.directory, script.sourcePath);
  const a = before === undefined ? '' : contentOf(join(before, path));
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
