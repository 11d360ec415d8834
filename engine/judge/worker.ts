import { readFile } from 'node:fs/promises';
import { demangle } from '../extract/parsers.ts';
import { decodeFacts, FactsFormatError } from '../facts/codec.ts';
import { factString, NONE, NodeFlag, type ObjectFacts } from '../facts/tables.ts';
import { JoinedOutput, type JoinInput, type JoinRoots, type NodeAt } from '../graph/link.ts';
import { LoadedFacts, SymbolNames } from '../graph/loaded-facts.ts';
import { ApiMatcher } from './api-matcher.ts';
import type { BacktraceFrame } from './problems.ts';
import {
  nameOf,
  type PossibleExport,
  placeOf,
  type Reference,
  ReferenceFinder,
} from './references.ts';

/** One output to join: the facts files of its inputs in link order, and what the linker keeps. */
export interface OutputSpec {
  readonly name: string;
  readonly inputs: readonly {
    readonly facts: string;
    readonly archive: boolean;
    readonly path: string;
    /** Stems of the members that rustc made; see makers.ts of the session. */
    readonly compiled: 'all' | readonly string[];
  }[];
  readonly roots: JoinRoots;
}

/** Find the API references of an output. */
export interface ReferencesJob {
  readonly kind: 'references';
  readonly output: OutputSpec;
  readonly apis: readonly {
    readonly name: string;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  }[];
}

/** Explain how places of an output are reached. */
export interface BacktracesJob {
  readonly kind: 'backtraces';
  readonly output: OutputSpec;
  readonly sites: readonly {
    readonly input: number;
    readonly node: number;
    readonly frame: number;
  }[];
}

/** The answer to a {@link ReferencesJob}. */
export interface ReferencesResult {
  readonly references: readonly Reference[];
  readonly exports: readonly PossibleExport[];
  /** By input: how many objects it holds. */
  readonly objects: readonly number[];
}

/** The answer when a stored facts file cannot be used: its input has to be extracted (or its unit built) again. */
export interface StaleFacts {
  readonly stale: string;
}

class StaleFactsError extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`facts ${path} cannot be used`);
    this.path = path;
  }
}

const symbols = new SymbolNames();
const loaded = new Map<string, LoadedFacts>();
let finder: { key: string; finder: ReferenceFinder } | undefined;
let last: { key: string; joined: JoinedOutput } | undefined;

/** Piscina's entry: joins one output and answers for it. Facts stay loaded for the outputs to come. */
export default async function run(
  job: ReferencesJob | BacktracesJob,
): Promise<ReferencesResult | BacktraceFrame[][] | StaleFacts> {
  let joined: JoinedOutput;
  try {
    joined = await join(job.output);
  } catch (error) {
    // A class does not survive the way between threads; a plain answer does.
    if (error instanceof StaleFactsError) return { stale: error.path };
    throw error;
  }
  if (job.kind === 'backtraces') return job.sites.map((site) => backtrace(joined, site));
  const key = JSON.stringify(job.apis);
  if (finder?.key !== key)
    finder = { key, finder: new ReferenceFinder(symbols, new ApiMatcher(job.apis)) };
  return {
    references: finder.finder.references(joined),
    exports: finder.finder.possibleExports(joined),
    objects: joined.inputs.map(({ loaded }) => loaded.memberCount),
  };
}

async function join(output: OutputSpec): Promise<JoinedOutput> {
  const key = JSON.stringify(output);
  if (last?.key === key) return last.joined;
  const inputs: JoinInput[] = [];
  let machine: number | undefined;
  for (const input of output.inputs) {
    const facts = await load(input.facts);
    if (facts.facts.bitcodeMember.length > 0) {
      throw new Error(
        `${input.path} holds LLVM bitcode that ${output.name} links: build without linker-plugin-lto`,
      );
    }
    machine = sameMachine(facts.facts, machine, input.path, output.name);
    inputs.push({
      loaded: facts,
      archive: input.archive,
      foreign: foreignMembers(facts, input.compiled),
    });
  }
  const joined = new JoinedOutput(inputs, output.roots, symbols);
  last = { key, joined };
  return joined;
}

/** 1 for each member that rustc did not make. Its objects are called `STEM.UNIT.rcgu.o`. */
function foreignMembers(
  { facts, memberCount }: LoadedFacts,
  compiled: 'all' | readonly string[],
): Uint8Array {
  const foreign = new Uint8Array(memberCount);
  if (compiled === 'all') return foreign;
  const stems = new Set(compiled);
  for (let member = 0; member < memberCount; member++) {
    const name = factString(facts, facts.memberName[member] as number);
    const isOwn = name.endsWith('.rcgu.o') && stems.has(name.slice(0, name.indexOf('.')));
    if (!isOwn) foreign[member] = 1;
  }
  return foreign;
}

/** Names of the machines that are likely to meet (ELF gABI, e_machine). */
const machineNames: Readonly<Record<number, string>> = {
  3: 'i386',
  40: 'arm',
  62: 'x86-64',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch',
};

/** A linker refuses objects of another machine; an output that is only judged has no linker to do so. */
function sameMachine(
  facts: ObjectFacts,
  machine: number | undefined,
  path: string,
  output: string,
): number | undefined {
  const expected = machine ?? facts.memberMachine[0];
  const other = facts.memberMachine.findIndex((m) => m !== expected);
  if (expected === undefined || other < 0) return expected;
  const nameOf = (m: number): string => machineNames[m] ?? `machine ${m}`;
  const member = factString(facts, facts.memberName[other] as number);
  throw new Error(
    `cannot judge ${output}: ${path}${member === '' ? '' : `, member ${member},`} is for ${nameOf(facts.memberMachine[other] as number)}, and what it is linked with for ${nameOf(expected)}\n  link a library that was built for the target`,
  );
}

async function load(path: string): Promise<LoadedFacts> {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  try {
    const facts = new LoadedFacts(decodeFacts(await readFile(path)), symbols);
    loaded.set(path, facts);
    return facts;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing || error instanceof FactsFormatError) throw new StaleFactsError(path);
    throw error;
  }
}

function backtrace(
  output: JoinedOutput,
  site: { input: number; node: number; frame: number },
): BacktraceFrame[] {
  const frames: BacktraceFrame[] = [];
  const steps = output.pathTo({ input: site.input, node: site.node });
  for (const { input, edge } of steps) {
    const { facts } = (output.inputs[input] as JoinInput).loaded;
    const at: NodeAt = { input, node: output.nodeOfEdge(input, edge) };
    const flags = facts.nodeFlags[at.node] as number;
    if ((flags & NodeFlag.anonymous) !== 0) continue;
    pushFrames(
      frames,
      output,
      at,
      facts.edgeFrame[edge] as number,
      facts.edgePlace[edge] as number,
    );
  }
  pushFrames(frames, output, site, site.frame, NONE);
  return frames;
}

/** The function itself, then what was inlined into it, outermost first, each with the place of its call. */
function pushFrames(
  frames: BacktraceFrame[],
  output: JoinedOutput,
  at: NodeAt,
  frame: number,
  place: number,
): void {
  const { facts } = (output.inputs[at.input] as JoinInput).loaded;
  const chain: number[] = [];
  for (let f = frame; f !== NONE && chain.length < 256; f = facts.frameParent[f] as number)
    chain.unshift(f);
  const names = [NONE, ...chain];
  names.forEach((f, i) => {
    const next = chain[i];
    const called = next === undefined ? place : (facts.framePlace[next] as number);
    frames.push({
      name: demangle(nameOf(symbols, output, at, f)),
      place: placeOf(facts, called),
      inlined: f !== NONE,
    });
  });
}
