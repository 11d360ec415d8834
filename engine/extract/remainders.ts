import { bytesHash } from '../facts/content.ts';
import { FileInput } from '../parsers/file-input.ts';
import { ExtractError } from '../parsers/module.ts';

/** Whose a file is that rustc made of a library for one link. */
export interface MadeOf {
  /** The library; undefined when it is of none. */
  readonly library: string | undefined;
  /** True when a library has something else of that name. */
  readonly isForged: boolean;
}

/**
 * Returns of which library an archive is a copy without what rustc compiled into the program: the first that has each of its
 * members, by name and content. That is what rustc links of a library with link-time optimisation. Throws
 * {@link ExtractError} when the archive cannot be read.
 */
export function remainderOf(archive: FileInput, libraries: readonly string[]): MadeOf {
  const parts = identities(archive);
  const library = libraries.find((path) => {
    const all = inLibrary(path, (input) => identities(input, new Set(parts.keys()))) ?? new Map();
    return [...parts].every(([name, hashes]) =>
      [...hashes].every((hash) => all.get(name)?.has(hash)),
    );
  });
  return { library, isForged: library === undefined };
}

/**
 * Returns of which library a file is a member: rustc unpacks a native library that it put into one as a whole
 * (`+whole-archive`). The member is an object around it.
 */
export function memberOf(file: FileInput, name: string, libraries: readonly string[]): MadeOf {
  const content = Buffer.from(file.bytes);
  let isNamed = false;
  const library = libraries.find((path) =>
    inLibrary(path, (input) =>
      input.members().some((member) => {
        if (member.name !== name) return false;
        isNamed = true;
        const { buffer, byteOffset, byteLength } = member.content;
        return Buffer.from(buffer, byteOffset, byteLength).includes(content);
      }),
    ),
  );
  return { library, isForged: library === undefined && isNamed };
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

/** Looks into a library; one that cannot be read has nothing. */
function inLibrary<T>(path: string, look: (input: FileInput) => T): T | undefined {
  let input: FileInput | undefined;
  try {
    input = new FileInput([path]);
    return look(input);
  } catch (error) {
    if (error instanceof ExtractError) return undefined;
    throw error;
  } finally {
    input?.free();
  }
}
