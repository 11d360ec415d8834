import { readFile } from 'node:fs/promises';
import { exportedPatterns, type LinkerCommand, parseLinkerArguments } from './linker-arguments.ts';
import type { LinkRequest, OutputKind, RustcInvocation } from './types.ts';

/** Stands at the path of an output that nobody runs. */
export const placeholder = `#!/bin/sh
echo "cackle judged this program without linking it; build it with cargo to run it" >&2
exit 126
`;

/** Must the output of this unit be real? rustc reads a dylib's metadata from the linked file, and loads a proc macro. */
export function needsLink(invocation: RustcInvocation, linkAll: boolean): boolean {
  const { kind, isProcMacro, crateTypes } = invocation;
  return linkAll || kind === 'build-script' || isProcMacro || crateTypes.includes('dylib');
}

/** Does rustc call a linker for this unit? Its default crate type and a test are programs. */
export function expectsLink({ crateTypes }: RustcInvocation): boolean {
  const unlinked = ['lib', 'rlib', 'staticlib'];
  return crateTypes.length === 0 || crateTypes.some((type) => !unlinked.includes(type));
}

/** What a linker command line says, response files opened; its version scripts are read. */
export async function linkRequest(
  invocation: RustcInvocation,
  args: readonly string[],
  cwd: string,
): Promise<LinkRequest> {
  return describeLink(invocation, parseLinkerArguments(args, cwd));
}

/** As {@link linkRequest}, from a command that is parsed. */
export async function describeLink(
  invocation: RustcInvocation,
  command: LinkerCommand,
): Promise<LinkRequest> {
  const outputKind: OutputKind = !command.shared
    ? 'executable'
    : invocation.isProcMacro
      ? 'proc-macro'
      : 'shared';
  const scripts = await Promise.all(command.scripts.map((path) => readFile(path, 'utf8')));
  return {
    invocation,
    outputKind,
    output: command.output,
    inputs: command.inputs,
    gcSections: command.gcSections,
    rootSymbols: command.rootSymbols,
    exportPatterns: scripts.flatMap(exportedPatterns),
    exportsAll: command.exportsAll || (command.shared && command.scripts.length === 0),
    unsupported: command.unsupported,
  };
}
