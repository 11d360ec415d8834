import { createRequire } from 'node:module';
import { NONE } from '../facts/tables.ts';
import { distPath } from '../paths.ts';

/** A table of interned strings as the parsers give it: `offsets` has one entry more than there are strings. */
export interface StringTable {
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}

/** object-wasm's tables; row meanings are documented in wasm/object-wasm. */
export interface ObjectTables {
  readonly strings: StringTable;
  readonly memberName: Uint32Array;
  readonly memberFile: Uint32Array;
  readonly memberFirstSection: Uint32Array;
  readonly memberSectionCount: Uint32Array;
  readonly memberMachine: Uint32Array;
  readonly skippedName: Uint32Array;
  readonly skippedKind: Uint8Array;
  readonly sectionName: Uint32Array;
  readonly sectionFlags: Uint32Array;
  readonly sectionSize: Uint32Array;
  readonly sectionGroup: Uint32Array;
  readonly sectionLinkOrder: Uint32Array;
  readonly nodeSection: Uint32Array;
  readonly nodeStart: Uint32Array;
  readonly nodeSize: Uint32Array;
  readonly nodeSymbol: Uint32Array;
  readonly nodeBinding: Uint8Array;
  readonly nodeVisibility: Uint8Array;
  readonly nodeKind: Uint8Array;
  readonly absoluteSymbol: Uint32Array;
  readonly refSection: Uint32Array;
  readonly refOffset: Uint32Array;
  readonly refFromNode: Uint32Array;
  readonly refToNode: Uint32Array;
  readonly refToSymbol: Uint32Array;
  readonly frameEdgeFrom: Uint32Array;
  readonly frameEdgeToNode: Uint32Array;
  readonly frameEdgeToSymbol: Uint32Array;
  readonly undefinedMember: Uint32Array;
  readonly undefinedSymbol: Uint32Array;
}

/** gimli-wasm's tables; sections are numbered as in {@link ObjectTables}. */
export interface DwarfTables {
  readonly strings: StringTable;
  readonly rowSection: Uint32Array;
  readonly rowOffset: Uint32Array;
  readonly rowFile: Uint32Array;
  readonly rowLine: Uint32Array;
  readonly rowColumn: Uint32Array;
  readonly functionSection: Uint32Array;
  readonly functionStart: Uint32Array;
  readonly functionEnd: Uint32Array;
  readonly functionLinkage: Uint32Array;
  readonly functionQualified: Uint32Array;
  readonly functionFile: Uint32Array;
  readonly functionLine: Uint32Array;
  readonly inlinedSection: Uint32Array;
  readonly inlinedStart: Uint32Array;
  readonly inlinedEnd: Uint32Array;
  readonly inlinedParent: Uint32Array;
  readonly inlinedDepth: Uint32Array;
  readonly inlinedLinkage: Uint32Array;
  readonly inlinedQualified: Uint32Array;
  readonly inlinedCallFile: Uint32Array;
  readonly inlinedCallLine: Uint32Array;
  readonly inlinedCallColumn: Uint32Array;
  readonly variableSection: Uint32Array;
  readonly variableOffset: Uint32Array;
  readonly variableLinkage: Uint32Array;
  readonly variableQualified: Uint32Array;
  readonly variableFile: Uint32Array;
  readonly variableLine: Uint32Array;
}

/** Names per input string: `start` has one entry more than strings, `ids` are rows of `names`. */
export interface SplitNames {
  readonly start: Uint32Array;
  readonly ids: Uint32Array;
  readonly names: StringTable;
}

/** Hits of source-wasm; kinds: 0 `unsafe`, 1 `extern`, 2 a linkage attribute. Lines and columns count from 1. */
export interface SourceHits {
  readonly ok: boolean;
  readonly kind: Uint8Array;
  readonly line: Uint32Array;
  readonly column: Uint32Array;
}

/** An input that a parser rejects: the member at fault and the reason. */
export class ExtractError extends Error {
  override readonly name = 'ExtractError';
}

/** Above this size of its memory a parser is loaded anew: WASM memory never shrinks. */
const RECYCLE_BYTES = 256 * 1024 * 1024;

type Free<T> = T & { free(): void };
interface RawStrings {
  readonly stringOffsets: Uint32Array;
  readonly stringBytes: Uint8Array;
}
interface RawNames {
  readonly start: Uint32Array;
  readonly nameIds: Uint32Array;
  readonly nameOffsets: Uint32Array;
  readonly nameBytes: Uint8Array;
}
interface ParserModule {
  readonly __wasm?: { readonly memory?: { readonly buffer: ArrayBuffer } };
  reading?(): string;
}
interface ObjectModule extends ParserModule {
  extract(data: Uint8Array): Free<Omit<ObjectTables, 'strings'> & RawStrings>;
  linkedSymbols(data: Uint8Array): Free<{ name: Uint32Array; file: Uint32Array } & RawStrings>;
  splitNames(offsets: Uint32Array, bytes: Uint8Array): Free<RawNames>;
  demangle(symbol: string): string;
}
interface DwarfModule extends ParserModule {
  extract(data: Uint8Array): Free<Omit<DwarfTables, 'strings'> & RawStrings>;
}
interface SourceModule extends ParserModule {
  scan(bytes: Uint8Array): Free<SourceHits>;
}

const requireFromHere = createRequire(import.meta.url);
const loaded = new Map<string, ParserModule>();

function parser<M extends ParserModule>(crate: string): M {
  let module = loaded.get(crate);
  if (module !== undefined && (module.__wasm?.memory?.buffer.byteLength ?? 0) > RECYCLE_BYTES) {
    discard(crate);
    module = undefined;
  }
  if (module === undefined) {
    module = requireFromHere(parserPath(crate)) as M;
    loaded.set(crate, module);
  }
  return module as M;
}

function parserPath(crate: string): string {
  return distPath('wasm', crate, `${crate.replaceAll('-', '_')}.js`);
}

function discard(crate: string): void {
  loaded.delete(crate);
  delete requireFromHere.cache[parserPath(crate)];
}

/** Runs a parser; after a trap (a panic in Rust) its instance is not used again. */
function guarded<M extends ParserModule, T>(crate: string, use: (module: M) => T): T {
  try {
    return use(parser<M>(crate));
  } catch (error) {
    if (error instanceof Error && error.name === 'ExtractError') {
      const member = (error as Error & { member?: string }).member;
      throw new ExtractError(member ? `member ${member}: ${error.message}` : error.message);
    }
    const member = lastMember(crate);
    discard(crate);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExtractError(
      `${member === '' ? '' : `member ${member}: `}${crate} gave up (${reason}): there is too little memory for this file, or it meets a fault of ours; please report it`,
    );
  }
}

/** The member at which a parser stopped for good; empty when it cannot even say that. */
function lastMember(crate: string): string {
  try {
    return loaded.get(crate)?.reading?.() ?? '';
  } catch {
    return '';
  }
}

/** Copies every column out of the parser's memory, then frees it there. */
function columnsOf<T extends object>(
  raw: Free<T>,
  keys: readonly string[],
): Record<string, Uint32Array & Uint8Array> {
  const tables: Record<string, Uint32Array & Uint8Array> = {};
  for (const key of keys) {
    tables[key] = (raw as unknown as Record<string, Uint32Array & Uint8Array>)[key] as Uint32Array &
      Uint8Array;
  }
  raw.free();
  return tables;
}

function getters(raw: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(raw)))
    .filter(([, descriptor]) => descriptor.get !== undefined)
    .map(([key]) => key);
}

/** ELF tables of an object file or archive. Throws {@link ExtractError}. */
export function readObjects(data: Uint8Array): ObjectTables {
  return guarded<ObjectModule, ObjectTables>('object-wasm', (module) => {
    const raw = module.extract(data);
    const { stringOffsets, stringBytes, ...columns } = columnsOf(raw, getters(raw));
    return {
      ...columns,
      strings: { offsets: stringOffsets, bytes: stringBytes },
    } as unknown as ObjectTables;
  });
}

/** The symbols that a linker kept: each name, with the STT_FILE of a local one. Throws {@link ExtractError}. */
export function readLinked(data: Uint8Array): { name: string; file: string | undefined }[] {
  return guarded<ObjectModule, { name: string; file: string | undefined }[]>(
    'object-wasm',
    (module) => {
      const raw = module.linkedSymbols(data);
      const { name, file, stringOffsets, stringBytes } = raw;
      raw.free();
      const bytes = Buffer.from(stringBytes.buffer, stringBytes.byteOffset, stringBytes.byteLength);
      const text = (id: number): string | undefined =>
        id === NONE ? undefined : bytes.toString('utf8', stringOffsets[id], stringOffsets[id + 1]);
      return Array.from(name, (id, i) => ({
        name: text(id) ?? '',
        file: text(file[i] as number),
      }));
    },
  );
}

/** DWARF tables of an object file or archive. Throws {@link ExtractError}. */
export function readDebugInfo(data: Uint8Array): DwarfTables {
  return guarded<DwarfModule, DwarfTables>('gimli-wasm', (module) => {
    const raw = module.extract(data);
    const { stringOffsets, stringBytes, ...columns } = columnsOf(raw, getters(raw));
    return {
      ...columns,
      strings: { offsets: stringOffsets, bytes: stringBytes },
    } as unknown as DwarfTables;
  });
}

/** Names of each string (spec §3). */
export function splitNames(strings: StringTable): SplitNames {
  return guarded<ObjectModule, SplitNames>('object-wasm', (module) => {
    const raw = module.splitNames(strings.offsets, strings.bytes);
    const { start, nameIds, nameOffsets, nameBytes } = raw;
    raw.free();
    return { start, ids: nameIds, names: { offsets: nameOffsets, bytes: nameBytes } };
  });
}

/** Names of one string. */
export function namesIn(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const { ids, names } = splitNames({ offsets: new Uint32Array([0, bytes.length]), bytes });
  const { offsets } = names;
  return [...ids].map((id) =>
    new TextDecoder().decode(names.bytes.subarray(offsets[id], offsets[id + 1])),
  );
}

/** A symbol as a person reads it, without hash. */
export function demangle(symbol: string): string {
  return guarded<ObjectModule, string>('object-wasm', (module) => module.demangle(symbol));
}

/** Keywords of a file that rustc read; lines and columns count from 1. */
export function scanSource(bytes: Uint8Array): SourceHits {
  return guarded<SourceModule, SourceHits>('source-wasm', (module) => {
    const raw = module.scan(bytes);
    const { ok, kind, line, column } = raw;
    raw.free();
    return { ok, kind, line, column };
  });
}
