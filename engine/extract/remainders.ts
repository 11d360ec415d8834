import { bytesHash } from '../facts/content.ts';
import { FileInput } from '../parsers/file-input.ts';
import { ExtractError } from '../parsers/module.ts';

/**
 * Returns the first of the libraries that has each member of an archive, by name and content; undefined when none has.
 * Linked with link-time optimisation, a library is a copy without what rustc compiled. Throws {@link ExtractError} when the
 * archive cannot be read.
 */
export function libraryWith(archive: FileInput, libraries: readonly string[]): string | undefined {
  const parts = identities(archive);
  return libraries.find((path) => {
    const all = ofLibrary(path, new Set(parts.keys()));
    return [...parts].every(([name, hashes]) =>
      [...hashes].every((hash) => all.get(name)?.has(hash)),
    );
  });
}

/** Hashes of the members of a name, of which an archive may have several. */
type Identities = ReadonlyMap<string, ReadonlySet<string>>;

function identities(archive: FileInput, names?: ReadonlySet<string>): Identities {
  const found = new Map<string, Set<string>>();
  for (const { name, content } of archive.members()) {
    if (names !== undefined && !names.has(name)) continue;
    const hashes = found.get(name) ?? new Set();
    found.set(name, hashes.add(bytesHash(content)));
  }
  return found;
}

/** A library that cannot be read has nothing. */
function ofLibrary(path: string, names: ReadonlySet<string>): Identities {
  let input: FileInput | undefined;
  try {
    input = new FileInput([path]);
    return identities(input, names);
  } catch (error) {
    if (error instanceof ExtractError) return new Map();
    throw error;
  } finally {
    input?.free();
  }
}
