import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../paths.ts';

/** A table of interned strings as the parsers give it: `offsets` has one entry more than there are strings. */
export interface StringTable {
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}

/** object-wasm's tables; row meanings are documented in wasm/object-wasm. */
export interface ObjectTables {
  readonly strings: StringTable;
  readonly memberName: Uint32Array;
  readonly memberFirstSection: Uint32Array;
  readonly memberSectionCount: Uint32Array;
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
