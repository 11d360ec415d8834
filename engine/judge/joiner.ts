import { decodeFacts, FactsFormatError } from '../facts/codec.ts';
import { readFacts } from '../facts/seal.ts';
import { factString, type ObjectFacts, ObjectFormat } from '../facts/tables.ts';
import type { JoinInput, JoinRoots, Mentioned } from '../graph/join-input.ts';
import { JoinedOutput } from '../graph/link.ts';
import { LoadedFacts, SymbolNames } from '../graph/loaded-facts.ts';
import { readMentioned } from '../parsers/parsers.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';

/** Largest library that is read, in bytes: the parsers' offsets are 32 bits wide. */
const MAX_LIBRARY = 2 ** 32;

/** One output to join: the facts files of its inputs in link order, and the roots that the linker keeps. */
export interface OutputSpec {
  readonly name: string;
  /** The format of the target's objects. */
  readonly format: keyof typeof ObjectFormat;
  readonly inputs: readonly {
    readonly facts: string;
    readonly archive: boolean;
    readonly path: string;
  }[];
  /** Shared objects and files of the C runtime. */
  readonly runtime: readonly { readonly path: string; readonly stamp: string }[];
  readonly roots: JoinRoots;
}

/** Thrown when stored facts files cannot be used. */
export class StaleFactsError extends Error {
  readonly paths: readonly string[];
  constructor(paths: readonly string[]) {
    super(`facts ${paths.join(', ')} cannot be used`);
    this.paths = paths;
  }
}

/** Joins outputs. Facts stay loaded, since most outputs share inputs; of the joins, only the last one is kept. */
export class Joiner {
  readonly symbols = new SymbolNames();
  private readonly loaded = new Map<string, LoadedFacts>();
  private readonly mentioned = new Map<string, Mentioned>();
  private last: { key: string; joined: JoinedOutput } | undefined;

  /** Joins an output. Throws {@link StaleFactsError}, or an Error for an output that cannot be linked. */
  join(output: OutputSpec): JoinedOutput {
    const key = JSON.stringify([output.inputs, output.runtime, output.roots]);
    if (this.last?.key === key) return this.last.joined;
    const inputs: JoinInput[] = [];
    let target: Target | undefined;
    const stale: string[] = [];
    for (const input of output.inputs) {
      const facts = this.load(input.facts);
      if (facts === undefined) {
        // All stale files are reported at once, not one in each build of the unit.
        stale.push(input.facts);
        continue;
      }
      if (facts.facts.bitcodeMember.length > 0) {
        const members = [...facts.facts.bitcodeMember].map((name) => factString(facts.facts, name));
        const where = members.filter((name) => name !== '').join(', ');
        throw new Error(
          `cannot read ${input.path}, which ${output.name} links: ${where === '' ? 'it is' : `${where}:`} LLVM bitcode, not machine code\n  compile it without link-time optimisation (linker-plugin-lto, -flto)`,
        );
      }
      target = sameTarget(facts.facts, target, input.path, output);
      inputs.push({ loaded: facts, archive: input.archive });
    }
    if (stale.length > 0) throw new StaleFactsError(stale);
    const mentioned = output.runtime.map(({ path, stamp }) =>
      this.mentionedBy(path, stamp, output),
    );
    const joined = new JoinedOutput(inputs, output.roots, mentioned, this.symbols);
    this.last = { key, joined };
    return joined;
  }

  private mentionedBy(path: string, stamp: string, { name }: OutputSpec): Mentioned {
    const key = `${path}\0${stamp}`;
    let names = this.mentioned.get(key);
    if (names === undefined) {
      try {
        names = readMentioned(readRegularFile(path, MAX_LIBRARY));
      } catch (error) {
        throw new Error(
          `cannot read ${path}, which ${name} is linked with: ${reasonOf(error)}\n  without it cackle cannot tell what it calls in the program; if the file is gone, build again what needs it`,
          { cause: error },
        );
      }
      this.mentioned.set(key, names);
    }
    return names;
  }

  /** Returns the facts in a file; undefined when it is missing or damaged. */
  private load(path: string): LoadedFacts | undefined {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    try {
      const facts = new LoadedFacts(decodeFacts(readFacts(path)), this.symbols);
      this.loaded.set(path, facts);
      return facts;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (missing || error instanceof FactsFormatError) return undefined;
      throw error;
    }
  }
}

/** Names of the usual machines (ELF gABI, e_machine). */
const machineNames: Readonly<Record<number, string>> = {
  3: 'i386',
  40: 'arm',
  62: 'x86-64',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch',
};

/** What the objects of one output have in common: an {@link ObjectFormat}, and ELF's e_machine. */
interface Target {
  readonly format: number;
  readonly machine: number;
}

const formatNames: Readonly<Record<number, string>> = {
  [ObjectFormat.elf]: 'ELF',
  [ObjectFormat.coff]: 'COFF (Windows)',
  [ObjectFormat['mach-o']]: 'Mach-O (macOS)',
};

/**
 * Returns the target of all inputs so far. Throws when they are of different formats or for different machines: a linker refuses
 * that (rule 4.25), but an output that is only judged has no linker.
 */
function sameTarget(
  facts: ObjectFacts,
  known: Target | undefined,
  path: string,
  output: OutputSpec,
): Target | undefined {
  const { memberFormat, memberMachine } = facts;
  if (memberFormat.length === 0) return known;
  const targetOf = (member: number): Target => ({
    format: memberFormat[member] as number,
    machine: memberMachine[member] as number,
  });
  const expected = known ?? { ...targetOf(0), format: ObjectFormat[output.format] };
  const other = memberMachine.findIndex((_, member) => {
    const { format, machine } = targetOf(member);
    return format !== expected.format || machine !== expected.machine;
  });
  if (other < 0) return expected;
  const found = targetOf(other);
  const nameOf = ({ format, machine }: Target): string => {
    const known = machineNames[machine] ?? `machine ${machine}`;
    return found.format === expected.format ? known : `${formatNames[format] ?? 'other'}, ${known}`;
  };
  const member = factString(facts, facts.memberName[other] as number);
  throw new Error(
    `cannot judge ${output.name}: ${path}${member === '' ? '' : `, member ${member},`} is for ${nameOf(found)}, and what it is linked with for ${nameOf(expected)}\n  link a library that was built for the target`,
  );
}
