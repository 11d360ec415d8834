import { isAbsolute, join } from 'node:path';

/**
 * Start files that a compiler driver links without being told. They call functions of the program by name when it
 * starts and ends (GCC internals, "Initialization"). A start file that exists but is not linked only makes more code
 * live.
 */
const startFiles = [
  ...['crt1.o', 'Scrt1.o', 'rcrt1.o', 'gcrt1.o', 'grcrt1.o', 'crti.o', 'crtn.o'],
  ...['crtbegin.o', 'crtbeginS.o', 'crtbeginT.o', 'crtend.o', 'crtendS.o'],
];
/** Linker scripts nested deeper than this are taken for a cycle. */
const MAX_NESTING = 8;

/** What the search needs to know about files. Everything is plain data, so that only the rules are implemented here. */
export interface RuntimeReader {
  /** The linker's built-in directories. */
  readonly directories: readonly string[];
  /** Returns the path of the first of the names that the directories have. */
  find(directories: readonly string[], names: readonly string[]): string | undefined;
  /**
   * Returns `names` for a shared object, object or archive, the names in a linker script, and undefined for anything
   * else.
   */
  read(path: string): 'names' | readonly string[] | undefined;
}

/**
 * Returns the paths of the C runtime's start files and of the files that the runtime's libraries stand for. Their
 * code is no package's, but the program's own function is live when one of them refers to a function of its name or
 * defines one. A file that does not exist contributes nothing.
 */
export function runtimeFiles(libraries: Iterable<string>, reader: RuntimeReader): string[] {
  const found = new Set<string>();
  const { directories } = reader;
  const add = (path: string | undefined, depth: number): void => {
    if (path === undefined || found.has(path) || depth > MAX_NESTING) return;
    const content = reader.read(path);
    if (content === 'names') found.add(path);
    else for (const item of content ?? []) addItem(item, path, depth + 1);
  };
  const addItem = (item: string, script: string, depth: number): void => {
    if (item.startsWith('-l')) addLibrary(item.slice(2), depth);
    else if (isAbsolute(item)) add(item, depth);
    else add(reader.find([join(script, '..'), ...directories], [item]), depth);
  };
  const addLibrary = (library: string, depth: number): void =>
    add(reader.find(directories, [`lib${library}.so`, `lib${library}.a`]), depth);
  for (const file of startFiles) add(reader.find(directories, [file]), 0);
  for (const library of libraries) addLibrary(library, 0);
  return [...found];
}
