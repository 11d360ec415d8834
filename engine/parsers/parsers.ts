import { guarded, type SourceHits } from './module.ts';

/** Unpacks the payload of a facts file to `size` bytes. Throws where it is not what its header says. */
export function unpackFacts(payload: Uint8Array, size: number): Uint8Array {
  return guarded((module) => module.unpack(payload, size));
}

/** What the parsers say of the facts files that they make: their version, and their columns in order. */
export function factsLayout(): { version: number; columns: string[] } {
  return guarded((module) => ({ version: module.factsVersion(), columns: module.columnNames() }));
}

/** The symbols that a linker kept: each name, with the STT_FILE of a local one. Throws {@link ExtractError}. */
export function readLinked(data: Uint8Array): { name: string; file: string | undefined }[] {
  return guarded((module) => {
    const symbols = module.linkedSymbols(data);
    const { names, files } = symbols;
    symbols.free();
    return names.map((name, i) => ({ name, file: files[i] === '' ? undefined : files[i] }));
  });
}

/**
 * The symbols that a shared object, or an object or archive of the C runtime, names: those that it wants from a program, and
 * those that it defines, which a program may define too. Throws {@link ExtractError}.
 */
export function readMentioned(data: Uint8Array): { needed: string[]; defined: string[] } {
  return guarded((module) => {
    const symbols = module.mentionedSymbols(data);
    const { needed, defined } = symbols;
    symbols.free();
    return { needed, defined };
  });
}

/** The names of a symbol or debug name (rule 3.2). */
export function namesIn(text: string): string[] {
  return guarded((module) => module.namesIn(text));
}

/** The table of a proc macro library's macros (rustc_metadata, `proc_macro_decls_static`): a hash of its crate follows. */
const procMacroTable = '__rustc_proc_macro_decls_';

/** A symbol as a person reads it, without hash. */
export function demangle(symbol: string): string {
  if (symbol.startsWith(procMacroTable)) return procMacroTable.slice(0, -1);
  return guarded((module) => module.demangle(symbol));
}

/**
 * What a file that rustc read says; `ok` is false when it can be no source, or rustc would have refused it. `cfg` are the
 * settings of the unit, one a line: code that they leave out and no macro sees says nothing. Without any, all is read.
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
 * Which files a source may make rustc read as sources too: what may be names of them, and behind U+0001 names of modules. U+0002
 * stands for any file.
 */
export function namesOfFiles(source: Uint8Array): string[] {
  return guarded((module) => module.namesOfFiles(source));
}
