import { guarded, type SourceHits } from './module.ts';

/** Unpacks the payload of a facts file to `size` bytes. Throws {@link ExtractError} when it does not match its header. */
export function unpackFacts(payload: Uint8Array, size: number): Uint8Array {
  return guarded((module) => module.unpack(payload, size));
}

/** Returns the version of the facts files that the parsers write, and their columns in order. */
export function factsLayout(): { version: number; columns: string[] } {
  return guarded((module) => ({ version: module.factsVersion(), columns: module.columnNames() }));
}

/** Returns the symbols that a linker kept: each name, with the STT_FILE of a local one. Throws {@link ExtractError}. */
export function readLinked(data: Uint8Array): { name: string; file: string | undefined }[] {
  return guarded((module) => {
    const symbols = module.linkedSymbols(data);
    const { names, files } = symbols;
    symbols.free();
    return names.map((name, i) => ({ name, file: files[i] === '' ? undefined : files[i] }));
  });
}

/**
 * Returns the symbols in a shared object, or in an object or archive of the C runtime: those that it needs from a program,
 * and those that it defines, which a program may define too. Throws {@link ExtractError}.
 */
export function readMentioned(data: Uint8Array): { needed: string[]; defined: string[] } {
  return guarded((module) => {
    const symbols = module.mentionedSymbols(data);
    const { needed, defined } = symbols;
    symbols.free();
    return { needed, defined };
  });
}

/** Returns the names in a symbol or debug name (rule 3.2). */
export function namesIn(text: string): string[] {
  return guarded((module) => module.namesIn(text));
}

/** The table of a proc macro library's macros (rustc_metadata, `proc_macro_decls_static`): a hash of its crate follows. */
const procMacroTable = '__rustc_proc_macro_decls_';

/** Returns a symbol demangled, without its hash. */
export function demangle(symbol: string): string {
  if (symbol.startsWith(procMacroTable)) return procMacroTable.slice(0, -1);
  return guarded((module) => module.demangle(symbol));
}

/**
 * Scans a file that rustc read; `ok` is false when it is no source, or rustc would have refused it. `cfg` are the settings of
 * the unit, one a line: code that they leave out and no macro sees does not count. Without any, all code counts.
 */
export function scanSource(bytes: Uint8Array, cfg: string): SourceHits {
  return guarded((module) => {
    const raw = module.scan(bytes, cfg);
    const { ok, kind, line, column, texts, modules, macros } = raw;
    raw.free();
    return { ok, kind, line, column, texts, modules, macros };
  });
}

/**
 * Returns the files that a source may make rustc read as sources too: possible file names, and after U+0001 names of modules.
 * U+0002 means any file.
 */
export function namesOfFiles(source: Uint8Array): string[] {
  return guarded((module) => module.namesOfFiles(source));
}
