import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { optionValue, optionValues } from '../build/program-arguments.ts';
import { CheckError } from '../errors.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { isFile } from '../workspace/cargo-files.ts';

/** A command line of cargo, as far as the gates have to know it. */
export interface CargoLine {
  /** `NAME` of `+NAME`, by which rustup chooses a toolchain. */
  readonly toolchain: string | undefined;
  /** All arguments but that, as the user wrote them. */
  readonly args: readonly string[];
  /** Undefined where there is none, as in `cargo --version`. An alias is resolved. */
  readonly subcommand: string | undefined;
  /** The arguments with aliases resolved. */
  readonly resolved: readonly string[];
  /** Where cargo starts. */
  readonly directory: string;
  /** Where cargo looks for the workspace. */
  readonly path: string;
  readonly targets: readonly string[] | undefined;
  /** `--target-dir` */
  readonly targetDirectory: string | undefined;
  /** Is it one of cargo's own that compile? */
  readonly compiles: boolean;
  /** Does cargo, or a subcommand that is no part of it, run programs that it builds? */
  readonly runsPrograms: boolean;
  /** The file of a subcommand that is none of cargo's, and the arguments that cargo would give it. */
  readonly external: { readonly file: string; readonly args: readonly string[] } | undefined;
  /** May it be, or start, `cargo fix`, for which cargo runs rustc without a wrapper? */
  readonly mayFix: boolean;
  /** Is the output messages for other programs, which may load what these name? */
  readonly isForPrograms: boolean;
}

/** cargo's own aliases (cargo, `BUILTIN_ALIASES`). */
const builtIn: Readonly<Record<string, string>> = {
  b: 'build',
  c: 'check',
  d: 'doc',
  t: 'test',
  r: 'run',
  rm: 'remove',
};

/** Subcommands that compile, and run nothing but build scripts and proc macros. */
const compiling = ['build', 'check', 'clippy', 'doc', 'fix', 'install', 'package', 'publish'];
const ownCompiling = new Set([...compiling, 'rustc', 'rustdoc']);
/** Those that compile nothing. */
const others = `add clean config fetch fmt generate-lockfile git-checkout help info init locate-project login
  logout metadata new owner pkgid read-manifest remove report search tree uninstall update vendor verify-project version yank`;
const runNothing = new Set([...ownCompiling, ...others.split(/\s+/)]);

/** cargo's own that run what was built. */
const runs = new Set(['run', 'test', 'bench']);

/** Returns the file of a subcommand, where cargo looks for it: beside cargo's own programs, then on PATH. */
function externalFile(name: string, directory: string): string | undefined {
  const home = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const places = [join(home, 'bin'), ...(process.env.PATH ?? '').split(':')];
  return places.map((place) => resolve(directory, place, name)).find(isFile);
}

/** Options before the subcommand that take a value. */
const withValue = new Set(['--color', '--config', '-C', '-Z', '--explain']);

/** Where the subcommand stands among the arguments; their number if there is none. */
function subcommandAt(args: readonly string[]): number {
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (withValue.has(argument)) i++;
    else if (!argument.startsWith('-')) return i;
  }
  return args.length;
}

/**
 * Reads a command line of cargo. Throws CheckError for one that cannot be behind the gates, with the reason, and for a configuration of
 * cargo's that cannot be read.
 */
export async function readCargoLine(
  given: readonly string[],
  directory: string,
): Promise<CargoLine> {
  const [first = ''] = given;
  const toolchain = first.startsWith('+') ? first.slice(1) : undefined;
  const args = toolchain === undefined ? given : given.slice(1);
  const resolved = await withoutAliases(args, directory);
  const at = subcommandAt(resolved);
  const subcommand = resolved[at];
  const behind = ownArguments(resolved.slice(at + 1));
  refuse(subcommand, behind);
  const own = [...resolved.slice(0, at), ...behind];
  if (own.some((argument) => argument.startsWith('--config'))) await refuseRunner(own, directory);
  const manifest = optionValue(behind, 'manifest-path');
  const installed = subcommand === 'install' ? optionValue(behind, 'path') : undefined;
  const path = manifest === undefined ? installed : dirname(manifest);
  const targets = optionValues(behind, 'target');
  const isOwn = subcommand === undefined || runNothing.has(subcommand) || runs.has(subcommand);
  const file = isOwn ? undefined : externalFile(`cargo-${subcommand}`, directory);
  return {
    ...{ toolchain, args, subcommand, resolved, directory },
    path: resolve(directory, path ?? '.'),
    targets: targets.length === 0 ? undefined : targets,
    targetDirectory: optionValue(behind, 'target-dir'),
    external: file === undefined ? undefined : { file, args: resolved.slice(at) },
    compiles: subcommand !== undefined && (runs.has(subcommand) || ownCompiling.has(subcommand)),
    mayFix: subcommand === 'fix' || behind.includes('--fix') || !isOwn,
    runsPrograms: subcommand !== undefined && !runNothing.has(subcommand),
    isForPrograms: optionValues(behind, 'message-format').some((value) => value.includes('json')),
  };
}

function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** Replaces aliases until a command of cargo's, or of another program, is left. */
async function withoutAliases(
  args: readonly string[],
  directory: string,
): Promise<readonly string[]> {
  const seen = new Set<string>();
  let resolved = args;
  for (;;) {
    const at = subcommandAt(resolved);
    const name = resolved[at];
    if (name === undefined || seen.has(name)) return resolved;
    seen.add(name);
    const own = builtIn[name];
    // Only a name that is none of cargo's can be an alias.
    const isOwn = runNothing.has(name) || runs.has(name);
    const words =
      own !== undefined
        ? [own]
        : isOwn
          ? undefined
          : (await readCargoConfig(directory, resolved)).alias(name);
    if (words === undefined) return resolved;
    resolved = [...resolved.slice(0, at), ...words, ...resolved.slice(at + 1)];
  }
}

/** Throws CheckError for what cannot be judged. */
function refuse(subcommand: string | undefined, behind: readonly string[]): void {
  const isNamed = (...names: string[]): boolean =>
    behind.some((a) => names.some((name) => a === name || a.startsWith(`${name}=`)));
  if (subcommand === 'test' && isNamed('--doc'))
    throw new CheckError(
      'doctests cannot be judged: rustdoc compiles and runs them by itself',
      '`command cargo test --doc` runs them without cackle',
    );
  if (subcommand === 'install' && !isNamed('--path', '--list', '--help', '-h'))
    throw new CheckError(
      'what cargo installs from a registry or from git is in no workspace with a cackle.toml, so its build scripts and proc macros cannot be judged',
      'unpack it and `cackle cargo install --path DIR`, with a cackle.toml there; `command cargo install` installs it unjudged',
    );
}

/** Throws CheckError where `--config` sets a runner: cargo would take it, and not ours. */
async function refuseRunner(args: readonly string[], directory: string): Promise<void> {
  const [given, without] = await Promise.all([
    readCargoConfig(directory, args),
    readCargoConfig(directory),
  ]);
  if (JSON.stringify(given.runners) === JSON.stringify(without.runners)) return;
  throw new CheckError(
    '`--config` sets a runner, by which cargo would run programs that were not judged',
    'set it in .cargo/config.toml or by its variable: cackle puts it in front of a judged program',
  );
}
