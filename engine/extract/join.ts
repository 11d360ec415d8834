import { ENTITY_BIT, NONE, NodeFlag, type ObjectFacts, SectionFlag } from '../facts/tables.ts';
import { firstRows, GrowingU32, groupBy } from './columns.ts';
import { EntityStrings } from './entity-strings.ts';
import type { DwarfTables, ObjectTables, SplitNames, StringTable } from './parsers.ts';
import { Sweep } from './sweep.ts';
import { TupleTable } from './tuple-table.ts';

const BINDING_GLOBAL = 1;
const BINDING_WEAK = 2;
const VISIBILITY_INTERNAL = 1;
const VISIBILITY_HIDDEN = 2;
const KIND_FUNCTION = 1;
const SKIPPED_BITCODE = 1;

/** Data symbols that compilers invent for constants: their targets are the referrer's (spec §4). */
const inventedDataName = /^(?:\.L|anon\.|alloc_|vtable\.|str\.|switch\.|\.str|__unnamed_)/;

/**
 * Joins what object-wasm and gimli-wasm say of one link input into its facts. `split` names strings
 * (spec §3) and is called once. Places and inlined frames are found by sweeping the references of each
 * section beside its line rows and inlined ranges.
 */
export function joinFacts(
  object: ObjectTables,
  dwarf: DwarfTables | undefined,
  split: (strings: StringTable) => SplitNames,
): ObjectFacts {
  const strings = new EntityStrings(object.strings);
  const places = new TupleTable(object.refSection.length);
  const frames = new TupleTable(dwarf?.inlinedSection.length ?? 0);
  const edges = new TupleTable(object.refSection.length);
  const edgeFrom = new GrowingU32();
  const frameQualified = new Map<number, number>();
  const nodeCount = object.nodeSection.length;

  const nodeEntity = new Uint32Array(nodeCount).fill(NONE);
  const nodeQualified = new Uint32Array(nodeCount).fill(NONE);
  const nodePlace = new Uint32Array(nodeCount).fill(NONE);
  for (let node = 0; node < nodeCount; node++) {
    const symbol = object.nodeSymbol[node] as number;
    if (symbol !== NONE) nodeEntity[node] = strings.entity(symbol);
  }
  const sectionFirstNode = firstRows(object.nodeSection, object.sectionName.length);

  const placeOf = (file: number, line: number, column: number): number =>
    file === NONE || dwarf === undefined
      ? NONE
      : places.intern(strings.foreign(dwarf.strings, file), line, column, 0);
  const frameOfRow =
    dwarf === undefined ? undefined : new Uint32Array(dwarf.inlinedSection.length).fill(NONE);

  if (dwarf !== undefined && frameOfRow !== undefined) {
    declare(
      dwarf.functionSection,
      dwarf.functionStart,
      dwarf.functionQualified,
      dwarf.functionFile,
      dwarf.functionLine,
    );
    declare(
      dwarf.variableSection,
      dwarf.variableOffset,
      dwarf.variableQualified,
      dwarf.variableFile,
      dwarf.variableLine,
    );
    for (let row = 0; row < dwarf.inlinedSection.length; row++) frameOf(row, 0);
  }

  function declare(
    section: Uint32Array,
    start: Uint32Array,
    qualified: Uint32Array,
    file: Uint32Array,
    line: Uint32Array,
  ): void {
    if (dwarf === undefined) return;
    for (let row = 0; row < section.length; row++) {
      const [first, last] = nodesAt(section[row] as number, start[row] as number);
      for (let node = first; node < last; node++) {
        nodePlace[node] = placeOf(file[row] as number, line[row] as number, 0);
        const name = qualified[row] as number;
        if (name !== NONE) nodeQualified[node] = strings.foreignEntity(dwarf.strings, name);
      }
    }
  }

  /** Nodes that begin exactly at an offset (aliases share it). */
  function nodesAt(section: number, offset: number): [number, number] {
    const end = sectionFirstNode[section + 1] ?? 0;
    let low = sectionFirstNode[section] ?? 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((object.nodeStart[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    let last = low;
    while (last < end && object.nodeStart[last] === offset) last++;
    return [low, last];
  }

  function nodeCovering(section: number, offset: number): number {
    const first = sectionFirstNode[section] ?? 0;
    let low = first;
    let high = sectionFirstNode[section + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((object.nodeStart[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === first) return NONE;
    let node = low - 1;
    while (node > first && object.nodeStart[node - 1] === object.nodeStart[node]) node--;
    return node;
  }

  function frameOf(row: number, depth: number): number {
    if (dwarf === undefined || frameOfRow === undefined) return NONE;
    const known = frameOfRow[row] as number;
    if (known !== NONE) return known;
    const linkage = dwarf.inlinedLinkage[row] as number;
    const qualified = dwarf.inlinedQualified[row] as number;
    const node = nodeCovering(
      dwarf.inlinedSection[row] as number,
      dwarf.inlinedStart[row] as number,
    );
    const named = linkage !== NONE ? linkage : qualified;
    if (node === NONE || named === NONE || depth > 512) return NONE;
    const parentRow = dwarf.inlinedParent[row] as number;
    const parent = parentRow === NONE ? NONE : frameOf(parentRow, depth + 1);
    const frame = frames.intern(
      node,
      parent,
      strings.foreignEntity(dwarf.strings, named),
      placeOf(
        dwarf.inlinedCallFile[row] as number,
        dwarf.inlinedCallLine[row] as number,
        dwarf.inlinedCallColumn[row] as number,
      ),
    );
    if (qualified !== NONE && linkage !== NONE) {
      frameQualified.set(frame, strings.foreignEntity(dwarf.strings, qualified));
    }
    frameOfRow[row] = frame;
    return frame;
  }

  const sweep = dwarf === undefined ? undefined : new Sweep(dwarf, object.sectionName.length);
  const refs = object.refSection.length;
  for (let ref = 0; ref < refs; ref++) {
    const section = object.refSection[ref] as number;
    const from = object.refFromNode[ref] as number;
    const toNode = object.refToNode[ref] as number;
    const toSymbol = object.refToSymbol[ref] as number;
    if (toNode === NONE && toSymbol === NONE) continue; // R_*_NONE against symbol 0
    let place = NONE;
    let frame = NONE;
    if (
      sweep !== undefined &&
      ((object.sectionFlags[section] as number) & SectionFlag.exec) !== 0
    ) {
      sweep.moveTo(section, object.refOffset[ref] as number);
      place = placeOf(sweep.file, sweep.line, sweep.column);
      if (sweep.inlined !== NONE) frame = frameOf(sweep.inlined, 0);
    }
    addEdge(from, toNode, toSymbol, frame, place);
  }
  for (let i = 0; i < object.frameEdgeFrom.length; i++) {
    addEdge(
      object.frameEdgeFrom[i] as number,
      object.frameEdgeToNode[i] as number,
      object.frameEdgeToSymbol[i] as number,
      NONE,
      NONE,
    );
  }

  function addEdge(
    from: number,
    toNode: number,
    toSymbol: number,
    frame: number,
    place: number,
  ): void {
    const target = toNode !== NONE ? toNode : (ENTITY_BIT | strings.entity(toSymbol)) >>> 0;
    if (edges.intern(from, target, frame, place) === edgeFrom.length) edgeFrom.push(from);
  }

  const absoluteEntity = object.absoluteSymbol.map((symbol) => strings.entity(symbol));
  const undefinedEntity = object.undefinedSymbol.map((symbol) => strings.entity(symbol));
  const bitcodeMember = object.skippedName.filter(
    (_, i) => object.skippedKind[i] === SKIPPED_BITCODE,
  );
  const names = split(strings.entityTable());
  const callShims = namesOfCallShims(names);
  const nodeFlags = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    nodeFlags[node] = flagsOf(node);
  }

  function flagsOf(node: number): number {
    const binding = object.nodeBinding[node];
    const visibility = object.nodeVisibility[node];
    const entity = nodeEntity[node] as number;
    const executable =
      ((object.sectionFlags[object.nodeSection[node] as number] as number) & SectionFlag.exec) !==
      0;
    let flags = 0;
    if (binding === BINDING_GLOBAL) flags |= NodeFlag.global;
    if (binding === BINDING_WEAK) flags |= NodeFlag.global | NodeFlag.weak;
    if (visibility === VISIBILITY_HIDDEN || visibility === VISIBILITY_INTERNAL)
      flags |= NodeFlag.hidden;
    if (object.nodeKind[node] === KIND_FUNCTION || executable) flags |= NodeFlag.function;
    if (!executable && (entity === NONE || inventedDataName.test(strings.entityText(entity)))) {
      flags |= NodeFlag.anonymous;
    }
    if (entity !== NONE && callShims[entity] === 1) flags |= NodeFlag.callShim;
    return flags;
  }

  // Edges and frames grouped by their node, so that a walk reads them in one run.
  const edgeOrder = groupBy(edgeFrom.array(), nodeCount);
  const frameNodes = frames.column(0);
  const frameOrder = groupBy(frameNodes, nodeCount);
  const newFrame = new Uint32Array(frames.length);
  frameOrder.order.forEach((old, i) => {
    newFrame[old] = i;
  });
  const renumbered = (frame: number): number =>
    frame === NONE ? NONE : (newFrame[frame] as number);

  const { table, columns: stringColumns } = strings.compact({
    memberName: object.memberName,
    memberFile: object.memberFile,
    sectionName: object.sectionName.map((id) => (strings.isSought(id) ? id : NONE)),
    placeFile: places.column(0),
    entityString: strings.entityStrings(),
    bitcodeMember,
  });

  return {
    ...stringColumns,
    stringOffsets: table.offsets,
    stringBytes: table.bytes,
    nameOffsets: names.names.offsets,
    nameBytes: names.names.bytes,
    memberFirstSection: object.memberFirstSection,
    memberMachine: object.memberMachine,
    sectionFlags: object.sectionFlags,
    sectionGroup: object.sectionGroup,
    sectionLinkOrder: object.sectionLinkOrder,
    sectionFirstNode,
    nodeSection: object.nodeSection,
    nodeEntity,
    nodeQualified,
    nodeFlags,
    nodePlace,
    nodeFirstEdge: edgeOrder.first,
    nodeFirstFrame: frameOrder.first,
    edgeTarget: edgeOrder.order.map((e) => edges.at(e, 1)),
    edgeFrame: edgeOrder.order.map((e) => renumbered(edges.at(e, 2))),
    edgePlace: edgeOrder.order.map((e) => edges.at(e, 3)),
    frameParent: frameOrder.order.map((f) => renumbered(frames.at(f, 1))),
    frameEntity: frameOrder.order.map((f) => frames.at(f, 2)),
    frameQualified: frameOrder.order.map((f) => frameQualified.get(f) ?? NONE),
    framePlace: frameOrder.order.map((f) => frames.at(f, 3)),
    placeLine: places.column(1),
    placeColumn: places.column(2),
    entityFirstName: names.start,
    entityNames: names.ids,
    absoluteEntity,
    undefinedMember: object.undefinedMember,
    undefinedEntity,
  };
}

const callShimName = /^core::ops::function::[A-Za-z]+::call(?:_mut|_once)?$/;

/** 1 for each string one of whose names is a call of core::ops::function: the shims of spec §4. */
function namesOfCallShims(split: SplitNames): Uint8Array {
  const { offsets, bytes } = split.names;
  const isShim = new Uint8Array(offsets.length - 1);
  for (let name = 0; name < isShim.length; name++) {
    const start = offsets[name] as number;
    const end = offsets[name + 1] as number;
    // "core::ops::function::" has 21 letters: most names are ruled out by length or the last of them.
    if (end - start < 26 || end - start > 64 || bytes[start + 19] !== 0x3a) continue;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(
      'latin1',
    );
    if (callShimName.test(text)) isShim[name] = 1;
  }
  const shims = new Uint8Array(split.start.length - 1);
  for (let i = 0; i < shims.length; i++) {
    for (let k = split.start[i] as number; k < (split.start[i + 1] as number); k++) {
      if (isShim[split.ids[k] as number] === 1) shims[i] = 1;
    }
  }
  return shims;
}
