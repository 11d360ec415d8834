import { isInstructionAllowed } from '../../config/instruction-rules.ts';
import { allowing } from '../../fixes/advice.ts';
import { allowInstruction } from '../../fixes/permissions.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A build script printed an instruction that is not allowed (rule 5.9). */
export interface DisallowedBuildInstruction extends OfPackage {
  readonly kind: 'disallowed-build-instruction';
  readonly instruction: string;
  /** Why no rule can allow it; absent when one can. */
  readonly never?: string | undefined;
}

/** One problem for each instruction; fixes allow it, unless no rule can. */
export const disallowedBuildInstruction: Descriptor<DisallowedBuildInstruction> = {
  code: 'C0303',
  explanation: {
    what: 'A build script printed an instruction for cargo that no rule in `allow_build_instructions` covers. cargo did not get to see it.',
    why: 'Instructions choose what is linked, which arguments the linker gets, and which environment variables later compilations see. Some can run code; those no rule can allow.',
    example: 'println!("cargo::rustc-link-arg=-fuse-ld=./evil");',
    settle:
      'Write a rule into the package\'s build table: `allow_build_instructions = ["cargo::rustc-link-lib=*"]`, where `*` at the end stands for any value. When the report says that no rule can allow it, the script has to be changed.',
  },
  severity: 'error',
  group: 'build instructions',
  label: byPackage,
  title: ({ instruction, never }) =>
    `its build script gives the instruction \`${instruction}\`, which ${never === undefined ? 'is not allowed' : `no rule can allow: ${never}`}`,
  question: undefined,
  inShort: () => 'disallowed-build-instruction',
  notes: noNotes,
  key: ({ packageName, instruction }) => [packageName, instruction],
  merging: theFirst(),
  fixes: ({ packageName, instruction }) => allowInstruction(packageName, instruction),
  fixesOnlyPermit: true,
  advice: ({ packageName, instruction }) => allowing(allowInstruction(packageName, instruction)),
  isSettled: ({ packageName, instruction }, config) =>
    isInstructionAllowed(
      instruction,
      config.permissions({ package: packageName, suffix: 'build' }).allowBuildInstructions,
    ),
};
