import { instructionGroup, isInstructionAllowed } from '../../config/instruction-rules.ts';
import { allowing } from '../../fixes/advice.ts';
import { allowInstructions, instructionsInShort } from '../../fixes/instructions.ts';
import { byPackage, type Descriptor, type OfPackage } from '../descriptor.ts';

/** Instructions that the UI lists of a problem. */
const SHOWN = 20;

/** A build script printed instructions of one kind that are not allowed (rule 5.9). */
export interface DisallowedBuildInstruction extends OfPackage {
  readonly kind: 'disallowed-build-instruction';
  /** The first of {@link instructions}. */
  readonly instruction: string;
  /** All of them, as printed, in the spelling `cargo:…`. */
  readonly instructions: readonly string[];
  /** Why no rule can allow it; absent when one can. */
  readonly never?: string | undefined;
}

/** Returns instructions of one kind in short, to follow a verb. */
export function givenText(instructions: readonly string[]): string {
  const [first = ''] = instructions;
  return instructions.length > 1
    ? `${instructions.length} instructions \`${instructionsInShort(instructions)}\``
    : `\`${first}\``;
}

/** One problem for each kind of instruction that a package's script gives; fixes allow them, unless no rule can. */
export const disallowedBuildInstruction: Descriptor<DisallowedBuildInstruction> = {
  code: 'C0303',
  explanation: {
    what: 'A build script printed instructions of one kind for cargo that no rule in `allow_build_instructions` covers. cargo did not get to see them.',
    why: 'Instructions choose what is linked, which arguments the linker gets, and which environment variables later compilations see. Some can run code; those no rule can allow.',
    example: 'println!("cargo::rustc-link-arg=-fuse-ld=./evil");',
    settle:
      'Write a rule into the package\'s build table: `allow_build_instructions = ["cargo::rustc-link-lib=*"]`, where `*` at the end stands for any value. When the report says that no rule can allow it, the script has to be changed.',
  },
  severity: 'error',
  group: 'build instructions',
  label: byPackage,
  title: ({ instruction, instructions, never }) =>
    instructions.length > 1
      ? `its build script gives ${givenText(instructions)}, which are not allowed`
      : `its build script gives the instruction \`${instruction}\`, which ${never === undefined ? 'is not allowed' : `no rule can allow: ${never}`}`,
  question: undefined,
  // Without the instructions: cargo prints this as it is, and scripts choose their letters.
  inShort: ({ packageLabel }) => `${packageLabel} gives build instructions that are not allowed`,
  notes: ({ instructions }) => {
    if (instructions.length < 2) return [];
    const more = instructions.length - SHOWN;
    return [...instructions.slice(0, SHOWN), ...(more > 0 ? [`… and ${more} more`] : [])];
  },
  key: ({ packageName, instruction }) => [packageName, instructionGroup(instruction)],
  merging: {
    join(a, b) {
      // Versions of a package share their permissions (rule 1.1).
      const packageLabel = a.packageLabel === b.packageLabel ? a.packageLabel : a.packageName;
      const all = new Set([...a.instructions, ...b.instructions]);
      if (all.size === a.instructions.length) return { ...a, packageLabel };
      // Runs come in no order of their own.
      const instructions = [...all].sort();
      return { ...a, packageLabel, instructions, instruction: instructions[0] ?? a.instruction };
    },
    beside: (problem) => problem,
  },
  fixes: ({ packageName, instructions }) => allowInstructions(packageName, instructions),
  fixesOnlyPermit: true,
  advice: ({ packageName, instructions }) => allowing(allowInstructions(packageName, instructions)),
  isSettled: ({ packageName, instructions }, config) => {
    const scope = { package: packageName, suffix: 'build' } as const;
    const rules = config.permissions(scope).allowBuildInstructions;
    return instructions.every((instruction) => isInstructionAllowed(instruction, rules));
  },
};
