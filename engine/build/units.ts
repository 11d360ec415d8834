import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { realPath } from '../paths.ts';
import { crateNameOf } from '../rust-paths.ts';
import type { CargoTarget, CrateKind, Package, Workspace } from '../workspace/types.ts';
import type { Hello } from './protocol.ts';
import type { RustcCommand } from './rustc-command.ts';
import type { RustcInvocation } from './types.ts';

/**
 * Thrown for a compilation that belongs to no package or target of the tree as it was read, so that it cannot be
 * identified.
 */
export class UnknownUnitError extends CheckError {}

/** Returns the package for whose directory cargo set the environment. Throws {@link UnknownUnitError}. */
export function packageOf(env: ReadonlyMap<string, string>, workspace: Workspace): Package {
  const directory = env.get('CARGO_MANIFEST_DIR') ?? '';
  const name = env.get('CARGO_PKG_NAME');
  const version = env.get('CARGO_PKG_VERSION');
  const { packages } = workspace;
  let found = packages.find(
    (p) => p.directory === directory || dirname(p.manifestPath) === directory,
  );
  if (found === undefined) {
    const real = realPath(directory);
    found = packages.find((p) => p.directory === real);
  }
  // The directory alone identifies the package; the other variables must agree, which shows that nobody else has set
  // it.
  if (found === undefined || found.cargoName !== name || found.version !== version) {
    throw new UnknownUnitError(
      `cargo compiles ${name ?? '?'} ${version ?? ''} in ${directory}, which is not in the tree`,
      'if [env] in .cargo/config.toml sets a variable that cargo itself sets (CARGO_PKG_NAME for example), remove it',
    );
  }
  return found;
}

/**
 * Identifies the unit of a rustc command line by the variables that cargo set. Throws CheckError when no target
 * matches, or more than one.
 */
export function identify(
  id: number,
  hello: Hello,
  command: RustcCommand,
  workspace: Workspace,
  { cfg, platform, isOptimised }: Pick<RustcInvocation, 'cfg' | 'platform' | 'isOptimised'>,
): RustcInvocation {
  const p = packageOf(hello.env, workspace);
  const sourcePath = resolve(hello.cwd, command.input ?? '');
  const crateName = command.crateName ?? hello.env.get('CARGO_CRATE_NAME') ?? '';
  const target = targetOf(p, sourcePath, crateName, command, hello.env.has('CARGO_BIN_NAME'));
  const scriptOutDir = hello.env.get('OUT_DIR');
  return {
    id,
    package: p.index,
    packageId: p.id,
    crateName,
    crateTypes: command.crateTypes,
    kind: kindOf(target, command),
    targetName: target.name,
    sourcePath,
    outDir: resolve(hello.cwd, command.outDir ?? '.'),
    scriptOutDir,
    extraFilename: command.extraFilename,
    externs: command.externs.map((e) => ({
      ...e,
      path: e.path === undefined ? undefined : resolve(hello.cwd, e.path),
    })),
    cwd: hello.cwd,
    target: command.target,
    platform,
    isOptimised,
    isProcMacro: command.crateTypes.includes('proc-macro') && !command.isTest,
    emitsCode: command.emitsCode,
    hasHarness: command.isTest,
    cfg,
    commandHash: commandHash(hello, hello.env),
  };
}

function kindOf({ kind }: CargoTarget, { isTest }: RustcCommand): CrateKind {
  if (kind.includes('custom-build')) return 'build-script';
  return isTest || kind.includes('test') || kind.includes('bench') ? 'test' : 'primary';
}

/** Returns the one target of a package that has this source and crate name and a kind that cargo builds this way. */
function targetOf(
  p: Package,
  sourcePath: string,
  crateName: string,
  command: RustcCommand,
  isProgram: boolean,
): CargoTarget {
  // Symbolic links are resolved for these targets only, since a package may have hundreds.
  const named = p.targets.filter((t) => crateNameOf(t.name) === crateName);
  const path = realPath(sourcePath);
  const same = named.filter((t) => realPath(t.sourcePath) === path);
  refuseTwins(p, same);
  const fitting = same.filter((t) => fits(t, command, isProgram));
  const [target, ...others] = fitting;
  const kinds = new Set(fitting.map((t) => kindOf(t, command)));
  if (target === undefined)
    throw new UnknownUnitError(
      `package ${p.label} has no target for ${sourcePath} (crate ${crateName}) that cargo would compile in this way`,
      `compare with the targets of ${p.label} that \`cargo metadata\` lists`,
    );
  if (others.length > 0 && kinds.size > 1) throw twins(p, fitting);
  return target;
}

/**
 * Throws CheckError when another target shares source and name with a build script: nothing in the file that cargo
 * runs tells them apart.
 */
function refuseTwins(p: Package, same: readonly CargoTarget[]): void {
  if (same.length > 1 && same.some((t) => t.kind.includes('custom-build'))) throw twins(p, same);
}

function twins(p: Package, targets: readonly CargoTarget[]): CheckError {
  const which = targets.map((t) => `${t.kind.join(', ')} \`${t.name}\``).join(' and ');
  return new CheckError(
    `${p.label}: ${which} have one source and one crate name (${targets[0]?.sourcePath}), so cackle cannot tell which of them is compiled`,
    `give one of them another name or source in ${p.manifestPath}; no dependency has a good reason to do so`,
  );
}

/**
 * Returns whether cargo would compile the target with these crate types, and with (`isProgram`) or without
 * CARGO_BIN_NAME.
 */
function fits(target: CargoTarget, command: RustcCommand, isProgram: boolean): boolean {
  const { kind, crateTypes } = target;
  const has = (...kinds: string[]): boolean => kinds.some((k) => kind.includes(k));
  // Cargo gives no crate type when it compiles a test, with or without the harness.
  const asTest = command.isTest || command.crateTypes.length === 0;
  if (has('custom-build')) return !asTest && !isProgram && command.crateTypes.join() === 'bin';
  if (has('test', 'bench')) return asTest && !isProgram;
  const builds = asTest || command.crateTypes.every((type) => crateTypes.includes(type));
  if (has('bin') || (has('example') && crateTypes.includes('bin'))) return builds && isProgram;
  return builds && !isProgram;
}

/**
 * Arguments and variables that do not affect the compiled code: the width of a terminal, and the pipe to cargo's
 * jobserver.
 */
const passing =
  /^(?:--(?:diagnostic-width|color|json)=|(?:CARGO_MAKEFLAGS|MAKEFLAGS|MFLAGS|NUM_JOBS|TERM|COLUMNS|LINES|_|SHLVL|OLDPWD)=)/;

/** Returns a hash of what a process starts with: arguments, directory, and the part of the environment that it sees. */
export function commandHash(
  { args, cwd }: Pick<Hello, 'args' | 'cwd'>,
  env: ReadonlyMap<string, string>,
): string {
  const variables = [...env].map(([name, value]) => `${name}=${value}`).sort();
  const kept = [...args, '', ...variables].filter((text) => !passing.test(text));
  return createHash('sha256')
    .update([cwd, ...kept].join('\0'))
    .digest('hex');
}
