import { dirname, join, resolve } from 'node:path';

/** A file as a module: the modules that it declares lie in `directory`. */
interface SourceModule {
  readonly file: string;
  readonly directory: string;
}

/** Prefix of a path from a `#[path]` attribute: `BY_PATH` of wasm/source-tokens. */
const BY_PATH = '\u0001';

/**
 * Returns the files that rustc itself reads as the modules of a unit, from its root on: no macro sees their tokens before
 * rustc does. `modulesOf` returns the modules that a file declares (wasm/source-tokens). Files that are read in another way,
 * as by `include!`, are not among them.
 */
export function sourceTree(
  root: string,
  files: readonly string[],
  modulesOf: (file: string) => readonly string[],
): Set<string> {
  const read = new Set(files);
  const found = new Set<string>();
  const waiting: SourceModule[] = [];
  const known = new Set<string>();
  const add = (file: string, directory: string): void => {
    const key = `${file}\0${directory}`;
    if (!read.has(file) || known.has(key)) return;
    known.add(key);
    waiting.push({ file, directory });
  };
  add(root, dirname(root));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { file, directory } = next;
    found.add(file);
    for (const declared of modulesOf(file)) {
      if (declared.startsWith(BY_PATH)) {
        const path = resolve(dirname(file), declared.slice(1));
        add(path, dirname(path));
        continue;
      }
      const path = join(directory, declared);
      add(`${path}.rs`, path);
      add(join(path, 'mod.rs'), path);
    }
  }
  return found;
}
