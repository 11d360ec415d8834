import {
  ENTITY_BIT,
  factName,
  factString,
  NONE,
  NodeFlag,
  type ObjectFacts,
  ObjectFormat,
  SectionFlag,
} from '../facts/tables.ts';
import type { LinkRecord } from '../facts/unit-record.ts';
import { addTo } from '../group-by.ts';
import { firstSegment } from '../rust-paths.ts';

declare const symbolBrand: unique symbol;
/** A symbol or debug name, numbered over all inputs that this thread has loaded. */
export type SymbolId = number & { readonly [symbolBrand]: true };

/** A name that a symbol mentions (rule 3.2). */
export interface SymbolName {
  readonly text: string;
  /** A {@link NameRole}. */
  readonly role: number;
  /** Its first segment, with the crate's disambiguator if the symbol has one: `std[5f3a]`. */
  readonly crate: string;
}

/** Lengthens a list to `length`, in order: V8 makes a hash table of a list with gaps. */
export function makeRoom<T>(list: (T | undefined)[], length: number): void {
  while (list.length < length) list.push(undefined);
}

const noSymbols: readonly SymbolId[] = [];

/**
 * Returns NAME of `NAME@VERSION` (ELF), of `NAME@BYTES`, `@NAME@BYTES` and `NAME@@BYTES` (calling conventions of 32-bit Windows) and of
 * `NAME$FORM` (sys/cdefs.h of Apple); any other symbol as it is.
 */
export function undecorated(symbol: string): string {
  const mark = symbol.indexOf('@', 1);
  if (mark > 0) return symbol.slice(symbol.startsWith('@') ? 1 : 0, mark);
  if (!symbol.includes('$')) return symbol;
  return symbol.replace(/(?<=.)(?:\$(?:INODE64|UNIX2003|NOCANCEL|DARWIN_EXTSN|1050))+$/, '');
}

/** What facts put in front of the name that a DLL has for a function which is imported under another one. */
export const IMPORTED = '\u0001import ';

/** Numbers symbol names over all inputs, so that a join compares integers. It grows for the life of the thread. */
export class SymbolNames {
  private readonly ids = new Map<string, SymbolId>();
  private readonly texts: string[] = [];
  /** Decorated symbols, by the name without it. */
  private readonly decorated = new Map<string, [SymbolId, ...SymbolId[]]>();
  /** Split names (rule 3.2) by symbol, read at their first use; the same text has the same names in every file. */
  private readonly names: (readonly SymbolName[] | undefined)[] = [];
  /** Facts from which the names of a symbol are read; its entity there is beside it. */
  private readonly sources: LoadedFacts[] = [];
  private readonly entities: number[] = [];
  /** Symbols that begin with {@link IMPORTED}. */
  readonly imports: SymbolId[] = [];

  get size(): number {
    return this.texts.length;
  }

  intern(text: string, source: LoadedFacts, entity: number): SymbolId {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.texts.length as SymbolId;
    this.ids.set(text, id);
    this.texts.push(text);
    this.names.push(undefined);
    this.sources.push(source);
    this.entities.push(entity);
    const plain = undecorated(text);
    if (plain !== text) addTo(this.decorated, plain, id);
    if (text.startsWith(IMPORTED)) this.imports.push(id);
    return id;
  }

  find(text: string): SymbolId | undefined {
    return this.ids.get(text);
  }

  /** Returns the symbol of a plain name, and those that are the same with a decoration (`connect@GLIBC_2.2.5`). */
  findAll(name: string): readonly SymbolId[] {
    const plain = this.ids.get(name);
    const decorated = this.decorated.get(name);
    if (plain === undefined) return decorated ?? noSymbols;
    return decorated === undefined ? [plain] : [plain, ...decorated];
  }

  text(id: SymbolId): string {
    return this.texts[id] as string;
  }

  namesOf(id: SymbolId): readonly SymbolName[] {
    this.names[id] ??= (this.sources[id] as LoadedFacts).namesOfEntity(this.entities[id] as number);
    return this.names[id];
  }

  /** Returns the crate whose code a symbol is (`std[5f3a]`); undefined when the symbol does not say. */
  crateOf(id: SymbolId): string | undefined {
    return (this.sources[id] as LoadedFacts).crateOfEntity(this.entities[id] as number);
  }
}

/** Facts of one input, prepared for joins: entities numbered globally, definitions and needs listed by member. */
export class LoadedFacts {
  readonly facts: ObjectFacts;
  /** {@link SymbolId} of each entity. */
  readonly entitySymbol: Uint32Array;
  /** Nodes that define a global or weak symbol. */
  readonly definitions: Uint32Array;
  readonly memberCount: number;
  readonly sectionMember: Uint32Array;
  /** By member: the symbols that its references name and the link resolves. */
  readonly memberNeeds: readonly Uint32Array[];
  /** Allocated sections that every linker keeps without a reference to them. */
  private readonly alwaysKept: Uint32Array;
  /** Exception tables (`.gcc_except_table*`) that belong to no group and follow no section. */
  readonly exceptionTables: Uint32Array;
  private readonly nameTexts: (Omit<SymbolName, 'role'> | undefined)[] = [];
  private groups: Map<number, number[]> | undefined;
  private followers: Map<number, number[]> | undefined;

  constructor(facts: ObjectFacts, symbols: SymbolNames) {
    this.facts = facts;
    const entities = facts.entityString.length;
    this.entitySymbol = new Uint32Array(entities);
    for (let entity = 0; entity < entities; entity++) {
      const text = factString(facts, facts.entityString[entity] as number);
      this.entitySymbol[entity] = symbols.intern(text, this, entity);
    }
    const definitions: number[] = [];
    for (let node = 0; node < facts.nodeSection.length; node++) {
      if (((facts.nodeFlags[node] as number) & NodeFlag.global) !== 0) definitions.push(node);
    }
    this.definitions = Uint32Array.from(definitions);
    this.memberCount = facts.memberName.length;
    this.sectionMember = new Uint32Array(facts.sectionName.length);
    for (let member = 0; member < this.memberCount; member++) {
      const first = facts.memberFirstSection[member] as number;
      const end = facts.memberFirstSection[member + 1] ?? facts.sectionName.length;
      this.sectionMember.fill(member, first, end);
    }
    this.memberNeeds = this.needs();
    this.alwaysKept = this.allocated(
      SectionFlag.rootArray | SectionFlag.retain | SectionFlag.note,
      this.versionedSections(symbols),
    );
    this.exceptionTables = exceptionTables(facts);
  }

  private needs(): Uint32Array[] {
    const { facts } = this;
    const byMember = Array.from({ length: this.memberCount }, (_, member) => {
      const firstSection = facts.memberFirstSection[member] as number;
      const endSection = facts.memberFirstSection[member + 1] ?? facts.sectionName.length;
      const firstEdge = facts.nodeFirstEdge[facts.sectionFirstNode[firstSection] as number] ?? 0;
      const endEdge = facts.nodeFirstEdge[facts.sectionFirstNode[endSection] as number] ?? 0;
      const needed = new Set<number>();
      for (let edge = firstEdge; edge < endEdge; edge++) {
        const target = facts.edgeTarget[edge] as number;
        if (target >= ENTITY_BIT) needed.add(this.entitySymbol[target - ENTITY_BIT] as number);
      }
      return needed;
    });
    facts.undefinedMember.forEach((member, i) => {
      byMember[member]?.add(this.entitySymbol[facts.undefinedEntity[i] as number] as number);
    });
    return byMember.map((needed) => Uint32Array.from(needed));
  }

  /** Sections of definitions for one version only (`name@VERSION`), to which other files refer by another name. */
  private versionedSections(symbols: SymbolNames): Set<number> {
    const { nodeEntity, nodeSection, memberFormat } = this.facts;
    // Elsewhere, `@` stands in names of calling conventions and of constants.
    if (memberFormat.every((format) => format !== ObjectFormat.elf)) return new Set();
    const isVersioned = (node: number): boolean =>
      symbols.text(this.entitySymbol[nodeEntity[node] as number] as SymbolId).includes('@');
    const nodes = [...this.definitions].filter(isVersioned);
    return new Set(nodes.map((node) => nodeSection[node] as number));
  }

  /** Returns the sections that a linker keeps without a reference to them, by what it leaves out. */
  keptUnasked(drops: LinkRecord['drops']): Uint32Array {
    if (drops === 'sections') return this.alwaysKept;
    if (drops === 'nothing') return this.allocated();
    const { sectionFlags } = this.facts;
    const isLeftOut = (section: number): boolean =>
      ((sectionFlags[section] as number) & SectionFlag.comdat) !== 0;
    const others = this.allocated().filter((section) => !isLeftOut(section));
    return Uint32Array.from([...this.alwaysKept.filter(isLeftOut), ...others]);
  }

  /** Allocated sections in order: all, or those with one of the flags and the `others`. */
  allocated(flags?: number, others?: ReadonlySet<number>): Uint32Array {
    const found: number[] = [];
    this.facts.sectionFlags.forEach((has, section) => {
      if ((has & SectionFlag.alloc) === 0) return;
      if (flags === undefined || (has & flags) !== 0 || others?.has(section) === true)
        found.push(section);
    });
    return Uint32Array.from(found);
  }

  namesOfEntity(entity: number): SymbolName[] {
    const { entityFirstName, entityNames, entityRoles } = this.facts;
    const names: SymbolName[] = [];
    const end = entityFirstName[entity + 1] as number;
    for (let row = entityFirstName[entity] as number; row < end; row++) {
      const { text, crate } = this.name(entityNames[row] as number);
      names.push({ text, crate, role: entityRoles[row] as number });
    }
    return names;
  }

  crateOfEntity(entity: number): string | undefined {
    const id = this.facts.entityCrate[entity] as number;
    return id === NONE ? undefined : this.name(id).crate;
  }

  /** Yields the crates that its symbols name, each with its disambiguator. */
  *crates(): Iterable<string> {
    for (let id = 0; id + 1 < this.facts.nameOffsets.length; id++) yield this.name(id).crate;
  }

  private name(id: number): Omit<SymbolName, 'role'> {
    makeRoom(this.nameTexts, this.facts.nameOffsets.length);
    this.nameTexts[id] ??= plainName(factName(this.facts, id));
    return this.nameTexts[id];
  }

  memberOfNode(node: number): number {
    return this.sectionMember[this.facts.nodeSection[node] as number] as number;
  }

  /** Returns the sections of the same section group, which a linker keeps or drops together (gABI, "Section Groups"). */
  groupOf(section: number): readonly number[] {
    const group = this.facts.sectionGroup[section];
    if (group === undefined || group === NONE) return [];
    this.groups ??= indexBy(this.facts.sectionGroup);
    return this.groups.get(group) ?? [];
  }

  /** Returns the sections with SHF_LINK_ORDER that follow `section` and are live with it. */
  followersOf(section: number): readonly number[] {
    this.followers ??= indexBy(this.facts.sectionLinkOrder);
    return this.followers.get(section) ?? [];
  }
}

/** Splits `std[5f3a]::fs::File` into its text without the disambiguator, and its crate with it. */
export function plainName(name: string): Omit<SymbolName, 'role'> {
  const crate = firstSegment(name);
  const mark = crate.indexOf('[');
  return { text: mark < 0 ? name : crate.slice(0, mark) + name.slice(crate.length), crate };
}

const exceptionTable = Buffer.from('.gcc_except_table');

function exceptionTables(facts: ObjectFacts): Uint32Array {
  const { stringBytes, stringOffsets, sectionGroup, sectionLinkOrder } = facts;
  const bytes = Buffer.from(stringBytes.buffer, stringBytes.byteOffset, stringBytes.byteLength);
  const found: number[] = [];
  facts.sectionName.forEach((name, section) => {
    if (name === NONE) return;
    if (sectionGroup[section] !== NONE || sectionLinkOrder[section] !== NONE) return;
    const start = stringOffsets[name] as number;
    const end = Math.min(start + exceptionTable.length, stringOffsets[name + 1] as number);
    if (bytes.compare(exceptionTable, 0, exceptionTable.length, start, end) === 0)
      found.push(section);
  });
  return Uint32Array.from(found);
}

function indexBy(column: Uint32Array): Map<number, number[]> {
  const index = new Map<number, [number, ...number[]]>();
  column.forEach((key, row) => {
    if (key !== NONE) addTo(index, key, row);
  });
  return index;
}
