/**
 * Where a package comes from, as cackle.toml writes it: `crates.io`, the URL of another registry or of a git repository, or
 * the directory of a package without either, relative to the workspace.
 */
export type PackageSource = string;

/** A package's name in cackle.toml, and its source. */
export interface NamedSource {
  /** Cargo's name, or `NAME@SOURCE` where packages of that name come from several sources. */
  readonly name: string;
  readonly source: PackageSource;
}

/** By cargo's name: the sources from which a tree has packages of this name. */
export type SourcesByName = ReadonlyMap<string, readonly NamedSource[]>;

/** The package that a table `[pkg.KEY]` is about. */
export interface TableSubject {
  /** As {@link NamedSource.name}; `NAME@SOURCE` for a source that is not in the tree. */
  readonly name: string;
  /** Sources between which the table does not decide: it then counts for none of them. Otherwise empty. */
  readonly couldBe: readonly PackageSource[];
}

const cratesIo =
  /^(?:sparse\+)?https:\/\/(?:github\.com\/rust-lang\/crates\.io-index|index\.crates\.io)$/;

/** Returns the spelling by which sources are compared: cargo's, URLs and paths of the same place become equal. */
export function normalisedSource(text: string): PackageSource {
  const plain = text
    .trim()
    .replace(/^(?:registry|git)\+/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '');
  if (cratesIo.test(plain)) return 'crates.io';
  const url = plain.replace(/^sparse\+/, '').replace(/\.git$/, '');
  return url.includes('://') ? url : url.replace(/^(?:\.\/+)+(?=.)/, '') || '.';
}

/** Returns true for a source that is a directory, and not a registry or git repository. */
export function isDirectorySource(source: PackageSource): boolean {
  return source !== 'crates.io' && !source.includes('://');
}

/** Splits `NAME@SOURCE`; cargo allows no `@` in names. */
export function splitKey(key: string): { readonly name: string; readonly source?: string } {
  const at = key.indexOf('@');
  return at < 0 ? { name: key } : { name: key.slice(0, at), source: key.slice(at + 1) };
}

/** Returns the package of a tree that a table is about, by its key and its `source`. */
export function subjectOf(
  key: string,
  pinned: string | undefined,
  sources: SourcesByName,
): TableSubject {
  const { name, source = pinned } = splitKey(key);
  const known = sources.get(name) ?? [];
  if (source === undefined)
    return { name, couldBe: known.length > 1 ? known.map((k) => k.source) : [] };
  const wanted = normalisedSource(source);
  const found = known.find((k) => k.source === wanted);
  return { name: found?.name ?? `${name}@${wanted}`, couldBe: [] };
}

/** Returns the name in cackle.toml of each package of a tree, in the order of `packages`. */
export function namesBySource(
  packages: readonly { readonly name: string; readonly source: PackageSource }[],
): string[] {
  const sources = new Map<string, Set<PackageSource>>();
  for (const { name, source } of packages) {
    const known = sources.get(name);
    if (known === undefined) sources.set(name, new Set([source]));
    else known.add(source);
  }
  return packages.map(({ name, source }) =>
    (sources.get(name)?.size ?? 0) > 1 ? `${name}@${source}` : name,
  );
}
