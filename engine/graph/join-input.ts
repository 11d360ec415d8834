import type { LinkRecord } from '../facts/unit-record.ts';
import type { LoadedFacts } from './loaded-facts.ts';

/** A symbol in the symbol table of a linked file. */
export interface LinkedSymbol {
  readonly name: string;
  /** The STT_FILE symbol above a local symbol: local names are unique within one object only. */
  readonly file?: string | undefined;
}

/** One input of a link in command-line order; an archive's members count once something needs them. */
export interface JoinInput {
  readonly loaded: LoadedFacts;
  readonly archive: boolean;
}

/** The roots of a link besides the start-up arrays. */
export interface JoinRoots {
  /** What is left out where nothing refers to it. */
  readonly drops: LinkRecord['drops'];
  /** `main`, the entry point and symbols named on the command line. */
  readonly symbols: readonly string[];
  /** Version-script globals; `*` matches any run of characters. */
  readonly exportPatterns: readonly string[];
  /** Which default-visibility globals of loaded members are exported: users of a static library see C names. */
  readonly exports: 'listed' | 'all' | 'unmangled' | 'unmangled-coff';
  /** Symbols that a linker was seen to keep for a reason that the join does not know. */
  readonly kept: readonly LinkedSymbol[];
}

/** Names in a shared object or a file of the C runtime. */
export interface Mentioned {
  /** Names that it uses and does not define. */
  readonly needed: readonly string[];
  /** Names that it defines; a program's own definition is called in their place (gABI, "Shared Object Dependencies"). */
  readonly defined: readonly string[];
}
