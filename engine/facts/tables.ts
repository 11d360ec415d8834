/**
 * The facts of one link input (an rlib, a static archive or a single object): the sections, symbols, references and places
 * of its machine code, as columns. Each table has row numbers of its own. Facts depend on the file alone, never on
 * cackle.toml.
 */

/** The version of wasm/facts/src/layout.rs, which writes facts files; others are extracted again. */
export const FACTS_VERSION = 16;

/** "No such row" in every u32 column. */
export const NONE = 0xffff_ffff;

/** Set in `edgeTarget` when the target is an entity (a name that the link resolves), not a node of this file. */
export const ENTITY_BIT = 0x8000_0000;

/**
 * Bits of `sectionFlags`, as wasm/object-wasm sets them (ELF gABI, "Sections"). A section of facts is what a linker keeps or drops
 * as a whole: in COFF and Mach-O, one symbol of a section that many share.
 */
export const SectionFlag = {
  alloc: 1,
  exec: 2,
  write: 4,
  tls: 8,
  retain: 16,
  /** Start-up and end arrays and code (.init_array, .ctors, .init …, .CRT$X*, __mod_init_func …): kept by every linker. */
  rootArray: 32,
  note: 64,
  nobits: 128,
  linkOrder: 256,
  group: 512,
  /** COFF: a linker may leave it out. */
  comdat: 1024,
} as const;

/** Values of `memberFormat`. */
export const ObjectFormat = { elf: 0, coff: 1, 'mach-o': 2 } as const;

/** Bits of `nodeFlags`. */
export const NodeFlag = {
  global: 1,
  weak: 2,
  /** STV_HIDDEN or STV_INTERNAL: never exported. */
  hidden: 4,
  function: 8,
  /** Data without a symbol of its own in the output: looked through (rule 4.5). */
  anonymous: 16,
  /** A call shim under core::ops::function: looked through in the same way (rule 4.6). */
  callShim: 32,
  /** Defines its name only where nothing else in the link does (weak externals of COFF). */
  fallback: 64,
} as const;

/** Which part of a symbol a name is (wasm/object-wasm/src/names.rs). */
export const NameRole = {
  /** The path of the symbol's definition: a function, a type's own method, a trait's method. */
  own: 0,
  /** `A` of `<A as B>::method`. */
  selfType: 1,
  /** In the arguments of `B` there. */
  traitArgument: 2,
  /** In any other argument, or inside another type. */
  argument: 3,
} as const;

/** Column name to element type; the order is the order on disk (wasm/facts/src/layout.rs). */
export const columnTypes = {
  /** Strings: symbol names, debug names, section and file names. UTF-8, `stringOffsets[n]` is the end. */
  stringOffsets: 'u32',
  stringBytes: 'u8',
  /** Split names (rule 3.2), a table of their own. */
  nameOffsets: 'u32',
  nameBytes: 'u8',
  memberName: 'u32',
  /** The member's STT_FILE, NONE when it has none or several. */
  memberFile: 'u32',
  memberFirstSection: 'u32',
  /** ELF's e_machine, in every format. */
  memberMachine: 'u32',
  /** An {@link ObjectFormat}. */
  memberFormat: 'u32',
  /**
   * NONE unless a join uses it: C identifiers (`__start_NAME`) and `.gcc_except_table*`. Of Mach-O segment and section as one word, of
   * COFF's `NAME$x` an identifier for NAME.
   */
  sectionName: 'u32',
  sectionFlags: 'u32',
  sectionGroup: 'u32',
  sectionLinkOrder: 'u32',
  /** One more entry than sections: nodes are sorted by section. */
  sectionFirstNode: 'u32',
  nodeSection: 'u32',
  /** The symbol's entity, NONE for data without symbol. */
  nodeEntity: 'u32',
  /** Entity of the debug-info name when the symbol alone says less (`#[no_mangle]`, legacy mangling). */
  nodeQualified: 'u32',
  nodeFlags: 'u32',
  /** Place of the declaration, NONE when the debug info has none. */
  nodePlace: 'u32',
  nodeFirstEdge: 'u32',
  nodeFirstFrame: 'u32',
  edgeTarget: 'u32',
  /** Innermost inlined frame at the reference, NONE when the reference is the node's own. */
  edgeFrame: 'u32',
  edgePlace: 'u32',
  /** Enclosing inlined frame, NONE when inlined into the node itself. */
  frameParent: 'u32',
  frameEntity: 'u32',
  frameQualified: 'u32',
  /** Place of the inlined call. */
  framePlace: 'u32',
  placeFile: 'u32',
  placeLine: 'u32',
  placeColumn: 'u32',
  entityString: 'u32',
  entityFirstName: 'u32',
  entityNames: 'u32',
  /** For each of `entityNames`: which part of the symbol it is, a {@link NameRole}. */
  entityRoles: 'u8',
  /** Row in the table of names of the crate whose code it is (`std[5f3a]`); NONE when the symbol does not say. */
  entityCrate: 'u32',
  /** Symbols defined without a section (absolute, common). */
  absoluteEntity: 'u32',
  /** Undefined symbols by member: with or without a reference they make a linker load archive members. */
  undefinedMember: 'u32',
  undefinedEntity: 'u32',
  /** Names of members that are LLVM bitcode: no machine code to judge. */
  bitcodeMember: 'u32',
} as const;

/** Name of a column. */
export type ColumnName = keyof typeof columnTypes;

type ColumnArray<T> = T extends 'u8' ? Uint8Array : Uint32Array;

/** The columns of one link input. */
export type ObjectFacts = { readonly [C in ColumnName]: ColumnArray<(typeof columnTypes)[C]> };

/** Decodes row `id` of the string table. Throws a RangeError when there is no such row. */
export function factString(facts: ObjectFacts, id: number): string {
  return decode(facts.stringBytes, facts.stringOffsets, id);
}

/** Decodes row `id` of the table of split names; in a v0 symbol the crate has its disambiguator (`std[5f3a]::fs`). */
export function factName(facts: ObjectFacts, id: number): string {
  return decode(facts.nameBytes, facts.nameOffsets, id);
}

function decode(bytes: Uint8Array, offsets: Uint32Array, id: number): string {
  const start = offsets[id];
  const end = offsets[id + 1];
  if (start === undefined || end === undefined) throw new RangeError(`no string ${id} in facts`);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
