import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { crateNameOf } from '../rust-paths.ts';
import type { CargoTarget, CrateKind, Package, Workspace } from '../workspace/types.ts';
import type { Hello } from './protocol.ts';
import type { RustcCommand } from './rustc-command.ts';
import type { RustcInvocation, UnitCfg } from './types.ts';

/** A compilation that belongs to no package or target of the tree as it was read: nothing could say who it is. */
export class UnknownUnitError extends CheckError {}

/** The package of the directory for which cargo set the environment. Throws {@link UnknownUnitError}. */
export function packageOf(env: ReadonlyMap<string, string>, workspace: Workspace): Package {
  const directory = env.get('CARGO_MANIFEST_DIR') ?? '';
  const name = env.get('CARGO_PKG_NAME');
  const version = env.get('CARGO_PKG_VERSION');
  const { packages } = workspace;
  const found =
    packages.find((p) => p.directory === directory || dirname(p.manifestPath) === directory) ??
    packages.find((p) => p.directory === resolved(directory));
  // The directory alone says who it is; that the rest agrees shows that nobody else has set it.
  if (found === undefined || found.cargoName !== name || found.version !== version) {
    throw new UnknownUnitError(
      `cargo compiles ${name ?? '?'} ${version ?? ''} in ${directory}, which is not in the tree`,
      'does [env] of .cargo/config.toml set a variable that is cargo’s own?',
    );
  }
  return found;
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Names the unit of a rustc command line, by what cargo says of it. Throws CheckError where that is no target, or two. */
export function identify(
  id: number,
  hello: Hello,
  command: RustcCommand,
  workspace: Workspace,
  cfg: UnitCfg | undefined,
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
    isProcMacro: command.crateTypes.includes('proc-macro') && !command.isTest,
    hasHarness: command.isTest,
    cfg,
    commandHash: commandHash(hello, hello.env),
  };
}

function kindOf({ kind }: CargoTarget, { isTest }: RustcCommand): CrateKind {
  if (kind.includes('custom-build')) return 'build-script';
  return isTest || kind.includes('test') || kind.includes('bench') ? 'test' : 'primary';
}

/** The one target of a package that has this source and crate name, and is of the kind that cargo builds this way. */
function targetOf(
  p: Package,
  sourcePath: string,
  crateName: string,
  command: RustcCommand,
  isProgram: boolean,
): CargoTarget {
  // Symbolic links are followed for these alone: a package may have hundreds of targets.
  const named = p.targets.filter((t) => crateNameOf(t.name) === crateName);
  const path = resolved(sourcePath);
  const same = named.filter((t) => resolved(t.sourcePath) === path);
  refuseTwins(p, same);
  const fitting = same.filter((t) => fits(t, command, isProgram));
  const [target, ...others] = fitting;
  const kinds = new Set(fitting.map((t) => kindOf(t, command)));
  if (target === undefined)
    throw new UnknownUnitError(
      `package ${p.label} has no target for ${sourcePath} (crate ${crateName}) that cargo would compile so`,
      `does \`cargo metadata\` name it among the targets of ${p.label}?`,
    );
  if (others.length > 0 && kinds.size > 1) throw twins(p, fitting);
  return target;
}

/** Whoever shares source and name with a build script is told from it by nothing that is in the file that cargo runs. */
function refuseTwins(p: Package, same: readonly CargoTarget[]): void {
  if (same.length > 1 && same.some((t) => t.kind.includes('custom-build'))) throw twins(p, same);
}

function twins(p: Package, targets: readonly CargoTarget[]): CheckError {
  const which = targets.map((t) => `${t.kind.join(', ')} \`${t.name}\``).join(' and ');
  return new CheckError(
    `${p.label}: ${which} have one source and one crate name (${targets[0]?.sourcePath}), so that nobody can tell which of them is compiled`,
    `give one of them another name or source in ${p.manifestPath}; a dependency that does so has no honest reason`,
  );
}

/** Would cargo compile the target with these crate types, and with (`isProgram`) or without CARGO_BIN_NAME? */
function fits(target: CargoTarget, command: RustcCommand, isProgram: boolean): boolean {
  const { kind, crateTypes } = target;
  const has = (...kinds: string[]): boolean => kinds.some((k) => kind.includes(k));
  // Of what is compiled as a test, and of a test without the harness, cargo gives no crate type.
  const asTest = command.isTest || command.crateTypes.length === 0;
  if (has('custom-build')) return !asTest && !isProgram && command.crateTypes.join() === 'bin';
  if (has('test', 'bench')) return asTest && !isProgram;
  const builds = asTest || command.crateTypes.every((type) => crateTypes.includes(type));
  if (has('bin') || (has('example') && crateTypes.includes('bin'))) return builds && isProgram;
  return builds && !isProgram;
}

/** Not what the code is compiled of: how wide a terminal is, and which pipe leads to cargo's jobserver. */
const passing =
  /^(?:--(?:diagnostic-width|color|json)=|(?:CARGO_MAKEFLAGS|MAKEFLAGS|MFLAGS|NUM_JOBS|TERM|COLUMNS|LINES|_|SHLVL|OLDPWD)=)/;

/** Stands for what a process is started with: arguments, directory, and what it sees of the environment. */
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
