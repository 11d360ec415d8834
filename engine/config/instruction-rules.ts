import { decidingVariable } from './deciding-variables.ts';

/** Normalises a line as cargo does: Unicode white space around it is removed (Rust's `trim`), `cargo::X` becomes `cargo:X`. */
export function normalisedInstruction(text: string): string {
  const line = trimmed(text);
  return line.startsWith('cargo::') ? `cargo:${line.slice('cargo::'.length)}` : line;
}

const blank = /\p{White_Space}/u;

/** No regular expression: on a run of blanks within the line it would take quadratic time. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blank.test(text[start] as string)) start++;
  while (end > start && blank.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/**
 * True when a rule of allow_build_instructions covers the instruction, or all that another rule covers; a
 * trailing `*` matches any rest. No rule covers what {@link neverAllowed} refuses, and only an exact rule covers
 * what {@link needsExactRule} names.
 */
export function isInstructionAllowed(line: string, rules: readonly string[]): boolean {
  const instruction = normalisedInstruction(line);
  if (neverAllowed(instruction) !== undefined) return false;
  const exact = needsExactRule(instruction);
  return rules
    .map(normalisedInstruction)
    .some((rule) =>
      rule.endsWith('*') && !exact
        ? instruction.startsWith(rule.slice(0, -1))
        : instruction === rule,
    );
}

/** Instructions whose value cargo passes to rustc as a separate argument. */
const argument = /^cargo:rustc-(?:cfg|check-cfg|link-lib|link-search)=(.*)$/s;

/**
 * Returns why no rule can allow an instruction (or a rule of the same text): it names a file from which rustc would read
 * more options, or a variable by which the toolchain finds its own code. Undefined when a rule can allow it.
 */
export function neverAllowed(line: string): string | undefined {
  const instruction = normalisedInstruction(line);
  const value = argument.exec(instruction)?.[1];
  const flags =
    /^cargo:rustc-flags=(.*)$/s.exec(instruction)?.[1]?.split(/\p{White_Space}+/u) ?? [];
  const isFile =
    value?.trimStart().startsWith('@') === true || flags.some((word) => /^(?:-[lL])?@/.test(word));
  if (isFile) return 'rustc would read more options from that file';
  const variable = /^cargo:rustc-env=([^=]*)/s.exec(instruction)?.[1];
  if (variable === undefined || !decidingVariable(variable)) return undefined;
  return `${variable} decides what the compiler runs, or for which package`;
}

/** Does an instruction make the linker read more arguments from a file? The rule that allows it has to name that file. */
export function needsExactRule(line: string): boolean {
  const value = /^cargo:rustc-[a-z-]*link-arg[a-z-]*=(.*)$/s.exec(normalisedInstruction(line))?.[1];
  return value !== undefined && /(?:^|[\s,=])@/.test(value);
}

/** Returns what an instruction is called, with its `=`: `cargo:rustc-env=`. Undefined when it has no value. */
export function instructionKind(instruction: string): string | undefined {
  const end = instruction.indexOf('=');
  return end < 0 ? undefined : instruction.slice(0, end + 1);
}

/**
 * Returns the key of the problem that an instruction of a package belongs to (rule 5.19): its kind, as one fix allows all of
 * them; itself where no rule can allow it, where the rule has to be exact, and where it has no value.
 */
export function instructionGroup(instruction: string): string {
  const line = normalisedInstruction(instruction);
  const isAlone = neverAllowed(line) !== undefined || needsExactRule(line);
  return isAlone ? line : (instructionKind(line) ?? line);
}

/** Names of the `rustc-env` instructions of a build script. */
export function variablesSet(instructions: readonly string[]): string[] {
  return instructions.flatMap((line) => /^cargo:rustc-env=([^=]+)=/.exec(line)?.[1] ?? []);
}
