import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'toml';
import type { CheckReport } from '../../engine/problems/report.ts';
import {
  type Annotation,
  annotationsOf,
  differences,
  isRead,
  type Reported,
  reportedOf,
} from './annotations.ts';
import { type FixtureCopy, filesOf } from './fixtures.ts';

const tomlMark = /#~[ \t]+([^\r\n]*\S)/g;

/**
 * What the marks of a fixture expect: `//~` at lines of sources, and `#~` in TOML files for problems that have no line in a
 * source. A mark without a scope means the package itself. Throws where a mark cannot be read.
 */
export function marksOf(directory: string): Reported {
  const files = filesOf(directory);
  const packages = packagesOf(directory);
  const text = (path: string): Buffer => readFileSync(join(directory, path));
  return {
    uses: files
      .filter(isRead)
      .flatMap((path) => annotationsOf(path, text(path), packages))
      .map((mark) => ({ ...mark, scope: mark.scope ?? '' })),
    problems: files
      .filter((path) => path.endsWith('.toml'))
      .flatMap((path) => [...text(path).toString('latin1').matchAll(tomlMark)])
      .map(([, words = '']) => words),
  };
}

/** How a report of a fixture's copy differs from the fixture's marks, a line for each difference; none: it does not. */
export function markFaults(report: CheckReport, { copy, source }: FixtureCopy): string[] {
  const { missing, extra } = differences(marksOf(source), foundIn(report, { copy, source }));
  return [
    ...missing.map((line) => `marked, but not found: ${line}`),
    ...extra.map((line) => `found, but not marked: ${line}`),
  ];
}

/** Throws where a report and the marks differ; with FIXTURES_BLESS in the environment it marks what was found instead. */
export function compareMarks(report: CheckReport, fixture: FixtureCopy): void {
  const faults = markFaults(report, fixture);
  if (faults.length === 0) return;
  if (process.env.FIXTURES_BLESS === undefined)
    throw new Error(`the marks in ${fixture.source} are not what was found:\n${faults.join('\n')}`);
  bless(report, fixture);
}

/** Writes the marks of a fixture anew, as a report has them. Throws where one can stand in no file. */
export function bless(report: CheckReport, fixture: FixtureCopy): void {
  const { source } = fixture;
  const found = foundIn(report, fixture);
  const packages = packagesOf(source);
  for (const path of filesOf(source)) {
    const text = readFileSync(join(source, path), 'latin1');
    const lines = text.split('\n').map((line) => line.replace(/[ \t]*(\/\/|#)~.*$/, ''));
    for (const [line, words] of wordsByLine(found.uses, path, packages))
      lines[line - 1] = `${lines[line - 1]} //~ ${words.join(' ')}`;
    if (path === rootManifest(source) && found.problems.length > 0) {
      while (lines.at(-1) === '') lines.pop();
      lines.push('', ...[...found.problems].sort().map((words) => `#~ ${words}`), '');
    }
    if (lines.join('\n') !== text) writeFileSync(join(source, path), lines.join('\n'), 'latin1');
  }
  const { missing, extra } = differences(marksOf(source), found);
  if (missing.length + extra.length > 0)
    throw new Error(`${source} cannot be marked: ${[...missing, ...extra].join('\n')}`);
}

function foundIn(report: CheckReport, { copy, source }: FixtureCopy): Reported {
  const only = [{ name: source, packages: packagesOf(source) }];
  const { byCase, nobody } = reportedOf(report, only, () => copy);
  const { uses, problems } = byCase.get(source) ?? { uses: [], problems: [] };
  const kept = new Set(filesOf(source));
  const generated = uses.filter(({ file }) => !kept.has(file));
  const onAnyMachine = (words: string): string =>
    words.replaceAll(copy, '.').replace(/-[0-9a-f]{16}\b/g, '-HASH');
  return {
    uses: uses.filter((use) => !generated.includes(use)),
    problems: [
      ...[...problems, ...nobody].map(onAnyMachine),
      ...generated.map((use) => `${wordOf(use, undefined)} in ${basename(use.file)}:${use.line}`),
    ],
  };
}

function wordsByLine(
  uses: readonly Annotation[],
  path: string,
  packages: ReadonlyMap<string, string>,
): Map<number, string[]> {
  const byLine = new Map<number, string[]>();
  for (const use of uses.filter(({ file }) => file === path)) {
    const [own] = annotationsOf(path, Buffer.from('//~ unsafe'), packages);
    const word = wordOf(use, own?.package);
    const words = byLine.get(use.line) ?? [];
    if (!words.includes(word)) byLine.set(use.line, [...words, word].sort());
  }
  return byLine;
}

/** A use as it stands in a mark: without its package where that is the one whose directory holds the mark. */
function wordOf(use: Annotation, own: string | undefined): string {
  const charged = own === use.package ? '' : `@${use.package}`;
  return `${use.use}${charged}${use.scope ? `.${use.scope}` : ''}`;
}

/** The names of the packages of a fixture by their directory. */
function packagesOf(directory: string): Map<string, string> {
  const packages = new Map<string, string>();
  for (const path of filesOf(directory).filter((file) => /(^|\/)Cargo\.toml$/.test(file))) {
    let name: string | undefined;
    try {
      const manifest = parse(readFileSync(join(directory, path), 'utf8')) as {
        package?: { name?: string };
      };
      name = manifest.package?.name;
    } catch {
      // A manifest that cargo refuses too.
    }
    if (name !== undefined) packages.set(path.replace(/\/?Cargo\.toml$/, ''), name);
  }
  return packages;
}

/** The manifest that holds the marks without a line: the one nearest to the root. */
function rootManifest(directory: string): string | undefined {
  const depth = (path: string): number => path.split('/').length;
  return filesOf(directory)
    .filter((path) => /(^|\/)Cargo\.toml$/.test(path))
    .sort((a, b) => depth(a) - depth(b))[0];
}
