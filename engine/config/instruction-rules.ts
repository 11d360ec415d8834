/** As cargo reads a line: without white space around it (Unicode's, as Rust's `trim`). `cargo::X` and `cargo:X` are one. */
export function normalisedInstruction(text: string): string {
  const line = text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
  return line.startsWith('cargo::') ? `cargo:${line.slice('cargo::'.length)}` : line;
}

/**
 * True when a rule of allow_build_instructions covers the instruction, or all that another rule covers; a
 * trailing `*` matches any rest.
 */
export function isInstructionAllowed(line: string, rules: readonly string[]): boolean {
  const instruction = normalisedInstruction(line);
  return rules
    .map(normalisedInstruction)
    .some((rule) =>
      rule.endsWith('*') ? instruction.startsWith(rule.slice(0, -1)) : instruction === rule,
    );
}
