import { createRequire } from 'node:module';
import { distPath } from '../paths.ts';

/** An input that a parser rejects: the member at fault and the reason. */
export class ExtractError extends Error {
  override readonly name = 'ExtractError';
}

/** Above this size of its memory, in bytes, the module is loaded anew: WASM memory never shrinks. */
const RECYCLE_BYTES = 256 * 1024 * 1024;

/** A result that lives in the module's memory until it is freed. */
export type Free<T> = T & { free(): void };

/**
 * Hits of a source; kinds: 0 `unsafe`, 1 `extern`, 2 a linkage attribute, 3 an empty `extern` block, which is no use. Lines
 * and columns count from 1.
 */
export interface SourceHits {
  readonly ok: boolean;
  readonly kind: Uint8Array;
  readonly line: Uint32Array;
  readonly column: Uint32Array;
  /** Paths of files that it reads as data; after U+0001 one that starts at the package's directory. */
  readonly texts: readonly string[];
  /** Modules in files of their own: `inline/modules/name`, or after U+0001 a path beside it. */
  readonly modules: readonly string[];
  /** Its macros, as JSON for each way to read the source: wasm/source-tokens/src/json.rs. */
  readonly macros: readonly string[];
}

/** Room for a file in the module's memory: `offset` bytes from its start. */
export interface FileRoom {
  readonly offset: number;
  extract(debugInfo: boolean): Uint8Array;
  members(): Free<{ names: string[]; offsets: Uint32Array; lengths: Uint32Array }>;
}

/** The exports of wasm/parsers; they are documented there. */
export interface ParserModule {
  readonly FileRoom: new (size: number) => Free<FileRoom>;
  unpack(payload: Uint8Array, size: number): Uint8Array;
  columnNames(): string[];
  factsVersion(): number;
  linkedSymbols(data: Uint8Array): Free<{ names: string[]; files: string[] }>;
  mentionedSymbols(data: Uint8Array): Free<{ needed: string[]; defined: string[] }>;
  namesIn(text: string): string[];
  demangle(symbol: string): string;
  scan(bytes: Uint8Array, cfg: string): Free<SourceHits>;
  namesOfFiles(bytes: Uint8Array): string[];
  reading(): string;
  moduleMemory(): { readonly buffer: ArrayBuffer };
}

const requireFromHere = createRequire(import.meta.url);
const path = distPath('wasm', 'parsers', 'parsers.js');
/** The module of this thread: it holds no data between calls, and is renewed when it has grown. */
let loaded: ParserModule | undefined;

function parsers(): ParserModule {
  if (loaded !== undefined && loaded.moduleMemory().buffer.byteLength > RECYCLE_BYTES) discard();
  loaded ??= requireFromHere(path) as ParserModule;
  return loaded;
}

function discard(): void {
  loaded = undefined;
  delete requireFromHere.cache[path];
}

/**
 * Runs a parser and returns its result; after a trap (a panic in Rust) its instance is not used again. `module`: the instance
 * that holds the input. Throws {@link ExtractError}.
 */
export function guarded<T>(use: (module: ParserModule) => T, module?: ParserModule): T {
  let used = module;
  try {
    used ??= parsers();
    return use(used);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExtractError') {
      const { member } = error as Error & { member?: string };
      throw new ExtractError(member ? `member ${member}: ${error.message}` : error.message);
    }
    const member = lastMember(used);
    if (used === loaded) discard();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExtractError(
      `${member === '' ? '' : `member ${member}: `}the parsers gave up (${reason}): there is too little memory for this file, or cackle has a bug; please report it`,
    );
  }
}

/** The member at which the parsers trapped; empty when they cannot say. */
function lastMember(module: ParserModule | undefined): string {
  try {
    return module?.reading() ?? '';
  } catch {
    return '';
  }
}
