import { decodeFacts } from '../facts/codec.ts';
import { readFacts } from '../facts/seal.ts';
import { NONE, NodeFlag, type ObjectFacts } from '../facts/tables.ts';
import { nodeOfEdge, type PathStep, pathIn, type Reached } from '../graph/reached.ts';
import { demangle } from '../parsers/parsers.ts';
import type { BacktraceFrame } from '../problems/places.ts';
import type { OutputSpec } from './joiner.ts';
import { nameOf, placeOf } from './references.ts';

/** A place in an output: a node of an input, and the innermost inlined frame at that place, or NONE. */
export interface Site {
  readonly input: number;
  readonly node: number;
  readonly frame: number;
}

/** Facts files that this thread has read, by path. */
export type ReadFacts = Map<string, ObjectFacts>;

/** Returns how `steps` lead to a site, function by function. `factsOf` returns the facts of an input. */
export function backtrace(
  site: Site,
  steps: readonly PathStep[],
  factsOf: (input: number) => ObjectFacts,
): BacktraceFrame[] {
  const frames: BacktraceFrame[] = [];
  for (const { input, edge } of steps) {
    const facts = factsOf(input);
    const node = nodeOfEdge(facts, edge);
    if (((facts.nodeFlags[node] as number) & NodeFlag.anonymous) !== 0) continue;
    const frame = facts.edgeFrame[edge] as number;
    pushFrames(frames, facts, node, frame, facts.edgePlace[edge] as number);
  }
  pushFrames(frames, factsOf(site.input), site.node, site.frame, NONE);
  return frames;
}

/**
 * Returns how sites are reached, by paths that were collected when the output was joined: only the facts along the
 * paths are read. Returns undefined when a path or a facts file is missing; a join then reports which.
 */
export function backtracesBy(
  reached: Reached,
  output: OutputSpec,
  sites: readonly Site[],
  read: ReadFacts,
): BacktraceFrame[][] | undefined {
  const factsOf = (input: number): ObjectFacts => {
    const path = output.inputs[input]?.facts ?? '';
    let facts = read.get(path);
    if (facts === undefined) {
      facts = decodeFacts(readFacts(path));
      read.set(path, facts);
    }
    return facts;
  };
  const traces: BacktraceFrame[][] = [];
  for (const site of sites) {
    const steps = pathIn(reached, site);
    if (steps === undefined) return undefined;
    try {
      traces.push(backtrace(site, steps, factsOf));
    } catch {
      return undefined;
    }
  }
  return traces;
}

/**
 * Appends the function itself, then the functions inlined into it, outermost first, each with the place of its call.
 */
function pushFrames(
  frames: BacktraceFrame[],
  facts: ObjectFacts,
  node: number,
  frame: number,
  place: number,
): void {
  const chain: number[] = [];
  for (let f = frame; f !== NONE && chain.length < 256; f = facts.frameParent[f] as number)
    chain.unshift(f);
  [NONE, ...chain].forEach((f, i) => {
    const next = chain[i];
    const called = next === undefined ? place : (facts.framePlace[next] as number);
    frames.push({
      name: demangle(nameOf(facts, node, f)),
      place: placeOf(facts, called),
      inlined: f !== NONE,
    });
  });
}
