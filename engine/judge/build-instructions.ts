import {
  instructionGroup,
  isInstructionAllowed,
  neverAllowed,
  normalisedInstruction,
} from '../config/instruction-rules.ts';
import type { Config } from '../config/types.ts';
import type { BuildScriptRecord } from '../facts/unit-record.ts';
import { groupBy } from '../group-by.ts';
import type { Problem } from '../problems/kinds.ts';
import type { Workspace } from '../workspace/types.ts';

/** Instructions that do not affect what is built, or only which code is compiled (rule 4.20). */
const harmless = /^cargo:(?:rerun-if-[a-z-]+|warning|error|rustc-cfg|rustc-check-cfg)(?:=|$)/;

/** Instructions that only pass information to other build scripts. */
const informs = /^cargo:(?!rustc-)[^=]+=/;
/** Instructions that add a library to whatever links the package. A static library is judged there. */
const linksLibrary = /^cargo:(?:rustc-link-lib|rustc-link-search)(?:=|$)/;

/**
 * Returns the instructions in a build script's output that need a permission, in the `cargo:` spelling, each once.
 * Returns undefined when the output is not UTF-8.
 */
export function instructionsOf(stdout: Uint8Array): string[] | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout);
  } catch {
    return undefined;
  }
  const found = text
    .split('\n')
    .map(normalisedInstruction)
    .filter((line) => line.startsWith('cargo:'))
    .filter((line) => !harmless.test(line) || neverAllowed(line) !== undefined);
  return [...new Set(found)];
}

/** Returns the paths whose change makes cargo run the build script again, as written; undefined when it names none. */
export function watchedPaths(stdout: Uint8Array): string[] | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stdout);
  const lines = text.split('\n').map(normalisedInstruction);
  if (!lines.some((line) => line.startsWith('cargo:rerun-if-'))) return undefined;
  const changed = 'cargo:rerun-if-changed=';
  return lines.filter((line) => line.startsWith(changed)).map((line) => line.slice(changed.length));
}

/**
 * Returns whether cargo may follow an instruction before it is allowed, because no code that it adds can run in this
 * check. A linked library could run in a build script or proc macro: `linkedIntoHost` says whether one may link it.
 */
export function mayProceed(instruction: string, linkedIntoHost: boolean): boolean {
  if (neverAllowed(instruction) !== undefined) return false;
  return informs.test(instruction) || (linksLibrary.test(instruction) && !linkedIntoHost);
}

/** Returns a build script's output without the lines of the refused instructions. */
export function withoutInstructions(stdout: Uint8Array, refused: readonly string[]): string {
  const left = new Set(refused);
  return new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(stdout)
    .split('\n')
    .filter((line) => !left.has(normalisedInstruction(line)))
    .join('\n');
}

/** Returns the instructions of a recorded run that a configuration does not allow. */
export function refusedInstructions(
  { packageId, instructions }: BuildScriptRecord,
  { byId }: Workspace,
  config: Config,
): string[] {
  const p = byId.get(packageId);
  if (p === undefined) return [];
  const scope = { package: p.name, suffix: 'build' } as const;
  const rules = config.permissions(scope).allowBuildInstructions;
  return instructions.filter((instruction) => !isInstructionAllowed(instruction, rules));
}

/** Returns the problems of {@link refusedInstructions}: those of one kind are one (rule 5.19). */
export function instructionProblems(
  record: BuildScriptRecord,
  workspace: Workspace,
  config: Config,
): Problem[] {
  const p = workspace.byId.get(record.packageId);
  if (p === undefined) return [];
  const refused = refusedInstructions(record, workspace, config);
  return [...groupBy(refused, instructionGroup).values()].map((instructions) => ({
    kind: 'disallowed-build-instruction',
    packageLabel: p.label,
    packageName: p.name,
    instruction: instructions[0],
    instructions,
    never: neverAllowed(instructions[0]),
  }));
}
