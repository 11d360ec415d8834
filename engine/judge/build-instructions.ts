import { neverAllowed, normalisedInstruction } from '../config/instruction-rules.ts';

/** Instructions that change nothing of what is built, or only which code is compiled (rule 4.20). */
const harmless = /^cargo:(?:rerun-if-[a-z-]+|warning|error|rustc-cfg|rustc-check-cfg)(?:=|$)/;

/** Instructions that only tell other build scripts something. */
const informs = /^cargo:(?!rustc-)[^=]+=/;
/** Instructions that bring a library into whatever links the package: judged there when it is static. */
const linksLibrary = /^cargo:(?:rustc-link-lib|rustc-link-search)(?:=|$)/;

/**
 * The instructions in a build script's output that need a permission, in the `cargo:` spelling, each once.
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

/** The paths that a build script says it runs again for, as written; undefined where it says nothing. */
export function watchedPaths(stdout: Uint8Array): string[] | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stdout);
  const lines = text.split('\n').map(normalisedInstruction);
  if (!lines.some((line) => line.startsWith('cargo:rerun-if-'))) return undefined;
  const changed = 'cargo:rerun-if-changed=';
  return lines.filter((line) => line.startsWith(changed)).map((line) => line.slice(changed.length));
}

/**
 * True when cargo may act on it before anybody allowed it: no code that it brings in can run in this check. A
 * library that is linked could run in a build script or proc macro: `linkedIntoHost` says whether one may link it.
 */
export function mayProceed(instruction: string, linkedIntoHost: boolean): boolean {
  if (neverAllowed(instruction) !== undefined) return false;
  return informs.test(instruction) || (linksLibrary.test(instruction) && !linkedIntoHost);
}

/** A build script's output without the lines that give the refused instructions. */
export function withoutInstructions(stdout: Uint8Array, refused: readonly string[]): string {
  const left = new Set(refused);
  return new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(stdout)
    .split('\n')
    .filter((line) => !left.has(normalisedInstruction(line)))
    .join('\n');
}
