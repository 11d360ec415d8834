import { resolve } from 'node:path';
import { type RustcArgument, readSearchPath } from './rustc-command-line.ts';

/**
 * Options that a unit of cargo's may have. They compile the crate that cargo names; what cargo itself, a manifest or
 * a build script can add are among them, and so are those that users have reason to put into RUSTFLAGS.
 */
const known = new Set(
  `crate-name crate-type edition emit out-dir target test cfg check-cfg extern L l codegen C g O Z sysroot
  allow warn deny forbid force-warn cap-lints error-format json color diagnostic-width verbose v remap-path-prefix`
    .trim()
    .split(/\s+/),
);

/** What rustc prints beside compiling; with any other request it prints and compiles nothing. */
const printedBeside = /^(?:native-static-libs|link-args)(?:=|$)/;

/**
 * Why a command line of cargo's for a unit is not passed to rustc: an argument that makes rustc read further options
 * from a file, or do something else than compile. Undefined when all of it is known.
 */
export function refusedArgument(
  given: readonly string[],
  args: readonly RustcArgument[],
): string | undefined {
  for (const argument of given) {
    if (argument.startsWith('@')) return `${argument}, a file from which rustc would read options`;
    // Where the command line goes into a file, the rest would be arguments of its own.
    if (/[\0\n\r]/.test(argument))
      return `${JSON.stringify(argument)}, which has a line break or a byte 0`;
  }
  for (const argument of args) {
    if (argument.kind === 'input') {
      if (argument.value === '-') return '-, a crate that is in no file';
      // Behind `--`; where it is written again it would be an option.
      if (argument.value.startsWith('-'))
        return `-- ${argument.value}, a source file that no target of cargo has`;
      continue;
    }
    const { name, value } = argument;
    if (name === 'print' && printedBeside.test(value ?? '')) continue;
    if (name === 'print') return `--print ${value ?? ''}, with which nothing is compiled`;
    if ((name === 'codegen' || name === 'Z') && value === 'help')
      return `-${name === 'Z' ? 'Z' : 'C'} help, with which nothing is compiled`;
    if (!known.has(name)) {
      const dashes = name.length === 1 ? '-' : '--';
      return `${dashes}${name}, an option that no unit of cargo has`;
    }
  }
  return undefined;
}

/**
 * Leaves of the directories that rustc searches (`-L`) those of cargo's units for crates: in all others it looks for
 * native libraries only, so that no crate or proc macro is loaded that cargo did not build.
 */
export async function searchNativeOnly(
  args: readonly RustcArgument[],
  cwd: string,
  holdsUnits: (directory: string) => Promise<boolean>,
): Promise<RustcArgument[]> {
  const kept: RustcArgument[] = [];
  for (const argument of args) {
    if (argument.kind === 'input' || argument.name !== 'L') {
      kept.push(argument);
      continue;
    }
    const { kind, path } = readSearchPath(argument.value ?? '');
    if (kind === 'all') kept.push({ ...argument, value: `native=${path}` });
    else if (kind === 'native' || kind === 'framework') kept.push(argument);
    else if (kind === 'dependency' && (await holdsUnits(resolve(cwd, path)))) kept.push(argument);
  }
  return kept;
}
