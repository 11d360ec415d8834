import { ENTITY_BIT, factString, NONE, NodeFlag, SectionFlag } from '../facts/tables.ts';
import type { JoinInput, JoinRoots, LinkedSymbol, Mentioned } from './join-input.ts';
import { type SymbolId, type SymbolNames, undecorated } from './loaded-facts.ts';
import { NamedNodes } from './named-nodes.ts';
import { type NodeAt, nodeOfEdge, type PathStep } from './reached.ts';

/** Reached from no edge: a root. */
const ROOT = 0xffff_fffe;

/**
 * The inputs of one output, joined as a linker joins them, with its live sections (rule 4.3): a section is live when a
 * root or a live section refers to it.
 */
export class JoinedOutput {
  readonly inputs: readonly JoinInput[];
  private readonly symbols: SymbolNames;
  private readonly definitionInput: Uint32Array;
  private readonly definitionNode: Uint32Array;
  private readonly sectionBase: Uint32Array;
  private readonly live: Uint8Array;
  /** By section: the edge that reached it first, NONE when dead, ROOT for roots; and that edge's input. */
  private readonly reachedBy: Uint32Array;
  private readonly reachedFrom: Uint32Array;
  private readonly queue: Uint32Array;
  private queued = 0;
  private readonly memberLoaded: readonly Uint8Array[];
  /** By symbol: further definitions in section groups, of which a linker takes the first group of a name, strong or weak. */
  private readonly inGroups = new Map<number, NodeAt[]>();
  private readonly keptNames = new Set<string>();
  private named: NamedNodes | undefined;

  constructor(
    inputs: readonly JoinInput[],
    roots: JoinRoots,
    mentioned: readonly Mentioned[],
    symbols: SymbolNames,
  ) {
    this.inputs = inputs;
    this.symbols = symbols;
    this.sectionBase = new Uint32Array(inputs.length + 1);
    inputs.forEach((input, i) => {
      this.sectionBase[i + 1] = (this.sectionBase[i] as number) + input.loaded.sectionMember.length;
    });
    const sections = this.sectionBase[inputs.length] as number;
    this.live = new Uint8Array(sections);
    this.reachedBy = new Uint32Array(sections).fill(NONE);
    this.reachedFrom = new Uint32Array(sections);
    this.queue = new Uint32Array(sections);
    this.definitionInput = new Uint32Array(symbols.size).fill(NONE);
    this.definitionNode = new Uint32Array(symbols.size);
    this.memberLoaded = inputs.map((input) => new Uint8Array(input.loaded.memberCount));
    this.define();
    // Names that these files define for each other load no archive member.
    const defined = new Set(mentioned.flatMap((file) => file.defined));
    const wanted = new Set(mentioned.flatMap((file) => file.needed));
    const needed = [...roots.symbols, ...[...wanted].filter((name) => !defined.has(name))];
    this.loadMembers(needed, roots);
    this.settleDefinitions();
    this.keepRoots(needed, roots);
    this.keepOverriding(defined);
    this.walk();
  }

  /** Calls `visit` for every live node of the wanted inputs, in order. A root is live without a reference to it. */
  eachLiveNode(
    wanted: readonly boolean[],
    visit: (input: number, node: number, isRoot: boolean) => void,
  ): void {
    this.inputs.forEach(({ loaded: { facts } }, input) => {
      if (wanted[input] !== true) return;
      const base = this.sectionBase[input] as number;
      for (let section = 0; section < facts.sectionName.length; section++) {
        if (this.live[base + section] === 0) continue;
        const isRoot = this.reachedBy[base + section] === ROOT;
        const end = facts.sectionFirstNode[section + 1] as number;
        for (let node = facts.sectionFirstNode[section] as number; node < end; node++)
          visit(input, node, isRoot);
      }
    });
  }

  isLive(at: NodeAt): boolean {
    return this.live[this.sectionIndex(at)] === 1;
  }

  /** Returns the node that a target resolves to; undefined when a shared object defines it. */
  resolve(input: number, target: number): NodeAt | undefined {
    if (target < ENTITY_BIT) return { input, node: target };
    return this.definitionOf(this.symbolOfTarget(input, target) as SymbolId);
  }

  definitionOf(symbol: SymbolId): NodeAt | undefined {
    const input = this.definitionInput[symbol];
    if (input === undefined || input === NONE) return undefined;
    return { input, node: this.definitionNode[symbol] as number };
  }

  /** Returns the nodes that a symbol of the linked file can be. */
  nodesNamed(symbol: LinkedSymbol): NodeAt[] {
    this.named ??= new NamedNodes(this.inputs, this.symbols, (id) => this.definitionOf(id));
    return this.named.find(symbol);
  }

  /** Returns the symbol of a target; undefined for data without a symbol. */
  symbolOfTarget(input: number, target: number): SymbolId | undefined {
    const { facts, entitySymbol } = (this.inputs[input] as JoinInput).loaded;
    const entity =
      target >= ENTITY_BIT ? target - ENTITY_BIT : (facts.nodeEntity[target] as number);
    return entity === NONE ? undefined : (entitySymbol[entity] as SymbolId);
  }

  /** Returns the shortest path of references from a root to the node. */
  pathTo(at: NodeAt): PathStep[] {
    const path: PathStep[] = [];
    let section = this.sectionIndex(at);
    for (;;) {
      const edge = this.reachedBy[section] as number;
      if (edge === ROOT || edge === NONE) return path.reverse();
      const input = this.reachedFrom[section] as number;
      path.push({ input, edge });
      const { facts } = (this.inputs[input] as JoinInput).loaded;
      section = this.sectionIndex({ input, node: nodeOfEdge(facts, edge) });
    }
  }

  private sectionIndex(at: NodeAt): number {
    const { facts } = (this.inputs[at.input] as JoinInput).loaded;
    return (this.sectionBase[at.input] as number) + (facts.nodeSection[at.node] as number);
  }

  /** Objects before archives, strong before weak, then the first in order, as linkers choose; fallbacks come last. */
  private define(): void {
    const rank = new Uint8Array(this.symbols.size);
    this.inputs.forEach(({ loaded, archive }, input) => {
      const { facts, entitySymbol, definitions } = loaded;
      for (const node of definitions) {
        const symbol = entitySymbol[facts.nodeEntity[node] as number] as number;
        const flags = facts.nodeFlags[node] as number;
        const weak = (flags & NodeFlag.weak) !== 0;
        const strength = (flags & NodeFlag.fallback) !== 0 ? 1 : archive ? 2 : weak ? 3 : 4;
        if (strength <= (rank[symbol] as number)) continue;
        rank[symbol] = strength;
        this.definitionInput[symbol] = input;
        this.definitionNode[symbol] = node;
      }
    });
  }

  private loadMembers(names: readonly string[], roots: JoinRoots): void {
    const pending: [number, number][] = [];
    const load = (input: number, member: number): void => {
      const loaded = this.memberLoaded[input] as Uint8Array;
      if (loaded[member] === 1) return;
      loaded[member] = 1;
      pending.push([input, member]);
    };
    const need = (symbol: number): void => {
      const at = this.definitionOf(symbol as SymbolId);
      if (at !== undefined)
        load(at.input, (this.inputs[at.input] as JoinInput).loaded.memberOfNode(at.node));
    };
    this.inputs.forEach(({ loaded, archive }, input) => {
      if (!archive) for (let member = 0; member < loaded.memberCount; member++) load(input, member);
    });
    for (const name of names) for (const symbol of this.symbols.findAll(name)) need(symbol);
    for (const at of roots.kept.flatMap((symbol) => this.nodesNamed(symbol)))
      load(at.input, (this.inputs[at.input] as JoinInput).loaded.memberOfNode(at.node));
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [input, member] = next;
      for (const symbol of (this.inputs[input] as JoinInput).loaded.memberNeeds[member] ?? [])
        need(symbol);
    }
  }

  /** Among loaded members a strong definition beats an earlier weak one; a member that was not loaded defines nothing. */
  private settleDefinitions(): void {
    const strengthOf = (input: number, node: number): number => {
      const { loaded } = this.inputs[input] as JoinInput;
      if ((this.memberLoaded[input] as Uint8Array)[loaded.memberOfNode(node)] === 0) return 0;
      const flags = loaded.facts.nodeFlags[node] as number;
      return (flags & NodeFlag.fallback) !== 0 ? 1 : (flags & NodeFlag.weak) !== 0 ? 2 : 3;
    };
    this.inputs.forEach(({ loaded }, input) => {
      const { facts, entitySymbol, definitions } = loaded;
      for (const node of definitions) {
        const symbol = entitySymbol[facts.nodeEntity[node] as number] as number;
        const chosenInput = this.definitionInput[symbol] as number;
        const chosenNode = this.definitionNode[symbol] as number;
        if (chosenInput === input && chosenNode === node) continue;
        this.noteGroup(symbol, { input, node });
        if (strengthOf(input, node) <= strengthOf(chosenInput, chosenNode)) continue;
        this.noteGroup(symbol, { input: chosenInput, node: chosenNode });
        this.definitionInput[symbol] = input;
        this.definitionNode[symbol] = node;
      }
    });
  }

  private noteGroup(symbol: number, at: NodeAt): void {
    const { facts } = (this.inputs[at.input] as JoinInput).loaded;
    const flags = facts.sectionFlags[facts.nodeSection[at.node] as number] as number;
    if ((flags & SectionFlag.group) === 0) return;
    const others = this.inGroups.get(symbol);
    if (others === undefined) this.inGroups.set(symbol, [at]);
    else others.push(at);
  }

  private keepRoots(names: readonly string[], roots: JoinRoots): void {
    const exported = exportMatcher(roots);
    this.inputs.forEach(({ loaded }, input) => {
      const { facts, sectionMember, definitions, entitySymbol } = loaded;
      const isLoaded = this.memberLoaded[input] as Uint8Array;
      for (const section of loaded.keptUnasked(roots.drops))
        if (isLoaded[sectionMember[section] as number] === 1) this.reach(input, section, ROOT, 0);
      // lld keeps what frame descriptions refer to even when it drops the function (GNU ld does not).
      for (const section of loaded.exceptionTables)
        if (isLoaded[sectionMember[section] as number] === 1) this.reach(input, section, ROOT, 0);
      if (exported === undefined) return;
      for (const node of definitions) {
        if (isLoaded[loaded.memberOfNode(node)] === 0) continue;
        if (((facts.nodeFlags[node] as number) & NodeFlag.hidden) !== 0) continue;
        const symbol = entitySymbol[facts.nodeEntity[node] as number] as SymbolId;
        if (exported(this.symbols.text(symbol)))
          this.reach(input, facts.nodeSection[node] as number, ROOT, 0);
      }
    });
    for (const name of names)
      for (const symbol of this.symbols.findAll(name)) {
        const at = this.definitionOf(symbol);
        if (at !== undefined) this.keepNode(at);
      }
    for (const at of roots.kept.flatMap((symbol) => this.nodesNamed(symbol))) this.keepNode(at);
  }

  /** Keeps loaded definitions that are called in place of a shared object's own; hidden symbols are not. */
  private keepOverriding(names: ReadonlySet<string>): void {
    for (const name of names) {
      const symbol = this.symbols.find(name);
      const at = symbol === undefined ? undefined : this.definitionOf(symbol);
      if (at === undefined) continue;
      const { loaded } = this.inputs[at.input] as JoinInput;
      const isHidden = ((loaded.facts.nodeFlags[at.node] as number) & NodeFlag.hidden) !== 0;
      const isLoaded = this.memberLoaded[at.input]?.[loaded.memberOfNode(at.node)] === 1;
      if (isLoaded && !isHidden) this.keepNode(at);
    }
  }

  private keepNode({ input, node }: NodeAt): void {
    const { facts } = (this.inputs[input] as JoinInput).loaded;
    this.reach(input, facts.nodeSection[node] as number, ROOT, 0);
  }

  private reachDefinition(at: NodeAt, edge: number, from: number): void {
    const { loaded } = this.inputs[at.input] as JoinInput;
    if (this.memberLoaded[at.input]?.[loaded.memberOfNode(at.node)] !== 1) return;
    this.reach(at.input, loaded.facts.nodeSection[at.node] as number, edge, from);
  }

  private reach(input: number, section: number, edge: number, from: number): void {
    const index = (this.sectionBase[input] as number) + section;
    if (this.live[index] === 1) return;
    this.live[index] = 1;
    this.reachedBy[index] = edge;
    this.reachedFrom[index] = from;
    this.queue[this.queued++] = index;
  }

  private walk(): void {
    let input = 0;
    for (let head = 0; head < this.queued; head++) {
      const index = this.queue[head] as number;
      input = this.inputOfSection(index, input);
      const { loaded } = this.inputs[input] as JoinInput;
      const { facts } = loaded;
      const section = index - (this.sectionBase[input] as number);
      const firstEdge = facts.nodeFirstEdge[facts.sectionFirstNode[section] as number] as number;
      const endEdge = facts.nodeFirstEdge[facts.sectionFirstNode[section + 1] as number] as number;
      for (let edge = firstEdge; edge < endEdge; edge++) {
        const target = facts.edgeTarget[edge] as number;
        if (target < ENTITY_BIT) {
          this.reach(input, facts.nodeSection[target] as number, edge, input);
          continue;
        }
        const symbol = loaded.entitySymbol[target - ENTITY_BIT] as number;
        const definedIn = this.definitionInput[symbol] as number;
        if (definedIn === NONE) {
          this.keepNamedSections(symbol as SymbolId, edge, input);
          continue;
        }
        const definer = (this.inputs[definedIn] as JoinInput).loaded.facts;
        this.reach(
          definedIn,
          definer.nodeSection[this.definitionNode[symbol] as number] as number,
          edge,
          input,
        );
        for (const other of this.inGroups.get(symbol) ?? [])
          this.reachDefinition(other, edge, input);
      }
      for (const member of loaded.groupOf(section))
        this.reach(
          input,
          member,
          this.reachedBy[index] as number,
          this.reachedFrom[index] as number,
        );
      for (const follower of loaded.followersOf(section))
        this.reach(
          input,
          follower,
          this.reachedBy[index] as number,
          this.reachedFrom[index] as number,
        );
    }
  }

  /** `__start_NAME` and `__stop_NAME` keep every section called NAME (GNU ld, "Input Section Example"). */
  private keepNamedSections(symbol: SymbolId, edge: number, from: number): void {
    const name = /^__(?:start|stop)_([A-Za-z_][A-Za-z0-9_]*)$/.exec(this.symbols.text(symbol))?.[1];
    if (name === undefined || this.keptNames.has(name)) return;
    this.keptNames.add(name);
    this.inputs.forEach(({ loaded }, input) => {
      const { facts, sectionMember } = loaded;
      const isLoaded = this.memberLoaded[input] as Uint8Array;
      facts.sectionName.forEach((nameId, section) => {
        const alloc = ((facts.sectionFlags[section] as number) & SectionFlag.alloc) !== 0;
        if (!alloc || isLoaded[sectionMember[section] as number] === 0) return;
        if (nameId !== NONE && factString(facts, nameId) === name)
          this.reach(input, section, edge, from);
      });
    });
  }

  private inputOfSection(index: number, hint: number): number {
    if (
      index >= (this.sectionBase[hint] as number) &&
      index < (this.sectionBase[hint + 1] as number)
    )
      return hint;
    let low = 0;
    let high = this.inputs.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if ((this.sectionBase[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return low;
  }
}

function exportMatcher(roots: JoinRoots): ((name: string) => boolean) | undefined {
  if (roots.exports === 'all') return () => true;
  if (roots.exports === 'unmangled') return (name) => !/^(?:_R|_ZN)/.test(name);
  // In COFF, `__imp_NAME` is where another file finds the address of NAME.
  if (roots.exports === 'unmangled-coff') return (name) => !/^(?:__imp_)?(?:_R|_ZN)/.test(name);
  if (roots.exportPatterns.length === 0) return undefined;
  const listed = listMatcher(roots);
  // A list names what a calling convention decorates by its plain name.
  return (name) => listed(name) || listed(undecorated(name));
}

function listMatcher(roots: JoinRoots): (name: string) => boolean {
  const exact = new Set(roots.exportPatterns.filter((p) => !/[*?[]/.test(p)));
  const globs = roots.exportPatterns
    .filter((p) => /[*?[]/.test(p))
    .map(
      (p) =>
        new RegExp(
          `^${p
            .replace(/[.+^${}()|\\]/g, '\\$&')
            .replace(/\*/g, '.*')
            .replace(/\?/g, '.')}$`,
        ),
    );
  return (name) => exact.has(name) || globs.some((glob) => glob.test(name));
}
