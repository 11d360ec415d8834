/** Instructions that change nothing of what is built, or only which code is compiled (spec §4). */
const harmless = /^cargo:(?:rerun-if-[a-z-]+|warning|error|rustc-cfg|rustc-check-cfg)(?:=|$)/;

/** Instructions whose effect is judged again when it shows (link inputs) or reaches other build scripts only. */
const cannotRunCode =
  /^cargo:(?:rustc-link-lib|rustc-link-search|metadata)(?:=|$)|^cargo:(?!rustc-)[^=]+=/;

/**
 * The instructions in a build script's output that need a permission, in the `cargo:` spelling, each once.
 * Returns undefined when the output is not UTF-8.
 */
export function instructionsOf(stdout: Uint8Array): string[] | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(stdout);
  } catch {
    return undefined;
  }
  const found = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('cargo:'))
    .map(normalised)
    .filter((line) => !harmless.test(line));
  return [...new Set(found)];
}

/** `cargo::X` and `cargo:X` are one instruction. */
function normalised(line: string): string {
  return line.startsWith('cargo::') ? `cargo:${line.slice('cargo::'.length)}` : line;
}

/** True when a rule of allow_build_instructions covers the instruction; a trailing `*` matches any rest. */
export function isInstructionAllowed(instruction: string, rules: readonly string[]): boolean {
  return rules
    .map(normalised)
    .some((rule) =>
      rule.endsWith('*') ? instruction.startsWith(rule.slice(0, -1)) : instruction === rule,
    );
}

/** True when cargo may act on it before anybody allowed it: it can not make rustc or the linker run code. */
export function mayProceed(instruction: string): boolean {
  return cannotRunCode.test(instruction);
}

/** A build script's output without the lines that give the refused instructions. */
export function withoutInstructions(stdout: Uint8Array, refused: readonly string[]): string {
  return new TextDecoder()
    .decode(stdout)
    .split('\n')
    .filter((line) => !refused.includes(normalised(line.replace(/\r$/, ''))))
    .join('\n');
}
