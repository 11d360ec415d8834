import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { nearest } from '../../engine/config/nearest.ts';
import { packageRoot } from '../../engine/paths.ts';
import { config } from './manifests.ts';

/** A copy of a fixture: where it lies, and the directory of test/fixtures that it was made from. */
export interface FixtureCopy {
  readonly copy: string;
  readonly source: string;
}

/** What a test changes of a fixture. */
export interface FixtureOptions {
  /** Files that are written over the copy, or added to it, by their path from the directory that {@link fixture} gives. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** A cackle.toml in place of the fixture's: the built-in APIs, no sandbox, and this. */
  readonly config?: string;
  /** Where the copy lies, if not under the fixture's name: for tests that need several at a time. */
  readonly as?: string;
}

const root = join(packageRoot(), 'test', 'fixtures');
const copies = new Map<string, FixtureCopy>();

/** The names of all fixtures. */
export function fixtureNames(): string[] {
  return readdirSync(root).sort();
}

/** The directory of test/fixtures for a name. Throws an error with the nearest name where there is none. */
export function fixtureSource(name: string): string {
  const names = fixtureNames();
  if (names.includes(name)) return join(root, name);
  const near = nearest(name, names);
  throw new Error(
    `there is no fixture \`${name}\` in test/fixtures${near === undefined ? '' : `: did you mean \`${near}\`?`}`,
  );
}

/** Where {@link fixture} and `workspace` put one: each worker of vitest has its own of a name. */
export function workspacePlace(name: string): string {
  return join(packageRoot(), 'target', 'fixtures', process.env.VITEST_POOL_ID ?? '1', name);
}

/**
 * Copies test/fixtures/NAME anew to a place of its own and gives its directory; `NAME/PATH` gives a directory of it, where
 * the workspace is not at its root. Throws where there is no such fixture.
 */
export function fixture(name: string, options: FixtureOptions = {}): string {
  const [top = '', ...inner] = name.split('/');
  const source = fixtureSource(top);
  const copy = workspacePlace(options.as ?? top);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(source, copy, { recursive: true, verbatimSymlinks: true, filter: isKept });
  const directory = join(copy, ...inner);
  const files = {
    ...(options.config === undefined ? {} : { 'cackle.toml': config(options.config) }),
    ...options.files,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  copies.set(directory, { copy, source });
  return directory;
}

/** The fixture of which a directory is a copy, as long as all its files are as they are in test/fixtures; else undefined. */
export function unchangedFixture(directory: string): FixtureCopy | undefined {
  const found = copies.get(directory);
  if (found === undefined) return undefined;
  const names = filesOf(found.source);
  const there = new Set(filesOf(found.copy));
  const same = (path: string): boolean =>
    there.has(path) &&
    readFileSync(join(found.copy, path)).equals(readFileSync(join(found.source, path)));
  return names.length === there.size && names.every(same) ? found : undefined;
}

/** The files of a fixture or of its copy, relative to it, without what cargo writes. */
export function filesOf(directory: string, below = ''): string[] {
  return readdirSync(join(directory, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!isKept(join(directory, path))) return [];
      return entry.isDirectory() ? filesOf(directory, path) : [path];
    })
    .sort();
}

/** Is this no lock file and no target directory, which cargo makes where somebody builds a fixture where it stands? */
function isKept(path: string): boolean {
  const isTarget = path.endsWith('/target') && existsSync(join(path, '..', 'Cargo.toml'));
  return !isTarget && !path.endsWith('/Cargo.lock');
}
