import { pathToFileURL } from 'node:url';
import type { ArtifactLocation, Run } from 'sarif';

/** Returns what the base ids of this module's locations mean, for a repository at `root`. */
export function baseIds(root: string): NonNullable<Run['originalUriBaseIds']> {
  return {
    SRCROOT: { uri: `${pathToFileURL(root).href.replace(/\/$/, '')}/` },
    CARGO_REGISTRY: { description: { text: "Sources of crates, in cargo's directory." } },
    CARGO_GIT: { description: { text: "Checkouts of git dependencies, in cargo's directory." } },
    RUST_SRC: { description: { text: 'Sources of the standard library.' } },
  };
}

/** Returns the location of a file of the repository, by its path from the root. */
export function repositoryUri(path: string): ArtifactLocation {
  return { uri: encoded(path), uriBaseId: 'SRCROOT' };
}

/** Returns the location of a file outside of the repository: relative where its directory is one that cargo or rustup made. */
export function fileUri(file: string): ArtifactLocation {
  for (const [uriBaseId, pattern] of outside) {
    const path = pattern.exec(file)?.[1];
    if (path !== undefined) return { uri: encoded(path), uriBaseId };
  }
  return { uri: pathToFileURL(file).href };
}

const outside = [
  ['CARGO_REGISTRY', /\/registry\/src\/[^/]+\/(.+)$/s],
  ['CARGO_GIT', /\/git\/checkouts\/(.+)$/s],
  ['RUST_SRC', /^\/rustc\/[0-9a-f]+\/(.+)$/s],
  ['RUST_SRC', /\/lib\/rustlib\/src\/rust\/(.+)$/s],
] as const;

const encoded = (path: string): string =>
  path.toWellFormed().split('/').map(encodeURIComponent).join('/');
