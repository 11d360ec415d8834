import { resolve } from 'node:path';
import { type RustcArgument, readSearchPath } from './rustc-command-line.ts';

/**
 * Options that a unit of cargo's may have. They compile the crate that cargo names. They include everything that
 * cargo itself, a manifest or a build script can add, and what users have reason to put into RUSTFLAGS.
 */
const known = new Set(
  `crate-name crate-type edition emit out-dir target test cfg check-cfg extern L l codegen C g O Z sysroot
  allow warn deny forbid force-warn cap-lints error-format json color diagnostic-width verbose v remap-path-prefix`
    .trim()
    .split(/\s+/),
);

/** Requests for which rustc prints while it compiles. With any other request it prints and does not compile. */
const printedBeside = /^(?:native-static-libs|link-args)(?:=|$)/;

/**
 * Returns why cargo's command line for a unit is refused: an argument makes rustc read further options from a file,
 * or do something else than compile. Returns undefined when all arguments are known.
 */
export function refusedArgument(
  given: readonly string[],
  args: readonly RustcArgument[],
): string | undefined {
  for (const argument of given) {
    if (argument.startsWith('@')) return `${argument}, a file from which rustc would read options`;
    // If the command line goes into a file, the rest would become separate arguments.
    if (/[\0\n\r]/.test(argument))
      return `${JSON.stringify(argument)}, which has a line break or a byte 0`;
  }
  for (const argument of args) {
    if (argument.kind === 'input') {
      if (argument.value === '-') return '-, a crate that is in no file';
      // An argument after `--`; in the rewritten command line it would become an option.
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
 * Restricts `-L` directories: rustc searches only those of cargo's units for crates, and all others for native
 * libraries only. So it loads no crate or proc macro that cargo did not build.
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
