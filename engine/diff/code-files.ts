import { basename } from 'node:path';
import { includeMacros, namedFiles, nameIn } from '../conditions/named-files.ts';
import { readRust } from '../conditions/rust-text.ts';

/** Sources that only sources name which only sources name …: beyond this, all files are read as code. */
const MOST_ROUNDS = 8;
/** Endings of what compilers of other languages, assemblers and linkers read. */
const foreign =
  /\.(?:c|cc|cpp|cxx|c\+\+|m|mm|h|hh|hpp|hxx|inc|inl|ipp|s|asm|nasm|cu|cl|f|f90|f95|f03|zig|go|swift|ld|lds|def|rc|idl|o|obj|a|lib|so|dll|dylib|syso)$/i;

/** The files of one version of a package, as paths from its directory. */
interface FileTexts {
  readonly paths: readonly string[];
  /** The text of a file, with `\0` where it is no text. */
  source(path: string): string;
}

/** Returns the Rust sources among files: those that are called so, and those that a source reads as code (`include!`, `#[path]`). */
export function rustSources({ paths, source }: FileTexts): string[] {
  const found = paths.filter((path) => path.endsWith('.rs'));
  const renaming = found.map(source).filter((text) => /\binclude\s+as\s/.test(text));
  const including = includeMacros(renaming.map(readRust));
  let others = paths.filter((path) => !path.endsWith('.rs') && path !== 'Cargo.toml');
  for (let round = 0, from = 0; from < found.length && others.length > 0; round++) {
    const texts = found.slice(from).map(source);
    from = found.length;
    const ends = texts
      .filter((text) => [...including, 'path'].some((name) => text.includes(name)))
      .flatMap((text) => namedFiles(readRust(text), including).asCode);
    const isCode = (path: string): boolean =>
      round === MOST_ROUNDS || ends.some((end) => basename(path).endsWith(end));
    found.push(...others.filter((path) => isCode(path) && !source(path).includes('\0')));
    const taken = new Set(found);
    others = others.filter((path) => !taken.has(path));
  }
  return found;
}

/** Returns the files that a build script may compile or link: by their endings, and those that the script, whose text this is, names. */
export function foreignSources(paths: readonly string[], script: string): string[] {
  const named = new Set(readRust(script).tokens.flatMap(({ text }) => nameIn(text) ?? []));
  return paths.filter(
    (path) => foreign.test(path) || (named.has(basename(path)) && !path.endsWith('.rs')),
  );
}
