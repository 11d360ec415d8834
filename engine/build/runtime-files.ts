import { isAbsolute, join } from 'node:path';

/**
 * What a compiler driver links beside what it is told: they call functions of the program by name when it starts and ends
 * (GCC internals, "Initialization"). One that is there and not linked only makes more live.
 */
const startFiles = [
  ...['crt1.o', 'Scrt1.o', 'rcrt1.o', 'gcrt1.o', 'grcrt1.o', 'crti.o', 'crtn.o'],
  ...['crtbegin.o', 'crtbeginS.o', 'crtbeginT.o', 'crtend.o', 'crtendS.o'],
];
/** Linker scripts that name scripts deeper than this are a cycle. */
const MAX_NESTING = 8;

/** What is asked of files: all of it is plain data, so that the rules stand here alone. */
export interface RuntimeReader {
  /** Where the linker looks by itself. */
  readonly directories: readonly string[];
  /** The first of the names in the directories. */
  find(directories: readonly string[], names: readonly string[]): string | undefined;
  /** `names`: a shared object, object or archive; else what a linker script names, or undefined for anything else. */
  read(path: string): 'names' | readonly string[] | undefined;
}

/**
 * The C runtime's start files, and the files that libraries of the runtime stand for. Their code is no package's, but a program's
 * own function is called where they want one of its name, or have one themselves. What is not there says nothing.
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
