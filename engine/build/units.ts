import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CargoTarget, CrateKind, Package, Workspace } from '../workspace/types.ts';
import type { Hello } from './protocol.ts';
import type { RustcCommand } from './rustc-arguments.ts';
import type { RustcInvocation } from './types.ts';

/** A compilation that belongs to no package or target of the tree: nothing could say who it is. */
export class UnknownUnitError extends Error {
  override readonly name = 'UnknownUnitError';
}

/** The package for which cargo set the environment. Throws {@link UnknownUnitError}. */
export function packageOf(env: ReadonlyMap<string, string>, workspace: Workspace): Package {
  const directory = env.get('CARGO_MANIFEST_DIR') ?? '';
  const name = env.get('CARGO_PKG_NAME');
  const version = env.get('CARGO_PKG_VERSION');
  const candidates = workspace.packages.filter(
    (p) => p.cargoName === name && p.version === version,
  );
  const found =
    candidates.find((p) => p.directory === directory || dirname(p.manifestPath) === directory) ??
    candidates.find((p) => p.directory === resolved(directory));
  if (found === undefined) {
    throw new UnknownUnitError(
      `cargo compiles ${name ?? '?'} ${version ?? ''} in ${directory}, which is not in the tree`,
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

/** Names the unit of a rustc command line. Throws {@link UnknownUnitError}. */
export function identify(
  id: number,
  hello: Hello,
  command: RustcCommand,
  workspace: Workspace,
): RustcInvocation {
  const p = packageOf(hello.env, workspace);
  const sourcePath = resolve(hello.cwd, command.input ?? '');
  const crateName = command.crateName ?? hello.env.get('CARGO_CRATE_NAME') ?? '';
  const target = targetOf(p, sourcePath, crateName);
  if (target === undefined) {
    throw new UnknownUnitError(
      `package ${p.label} has no target for ${sourcePath} (crate ${crateName})`,
    );
  }
  const kinds = target.kind;
  const kind: CrateKind = kinds.includes('custom-build')
    ? 'build-script'
    : command.isTest || kinds.includes('test') || kinds.includes('bench')
      ? 'test'
      : 'primary';
  return {
    id,
    package: p.index,
    packageId: p.id,
    crateName,
    crateTypes: command.crateTypes,
    kind,
    targetName: target.name,
    sourcePath,
    outDir: resolve(hello.cwd, command.outDir ?? '.'),
    extraFilename: command.extraFilename,
    externs: command.externs.map((e) => ({
      ...e,
      path: e.path === undefined ? undefined : resolve(hello.cwd, e.path),
    })),
    cwd: hello.cwd,
    isProcMacro: command.crateTypes.includes('proc-macro') && !command.isTest,
  };
}

function targetOf(p: Package, sourcePath: string, crateName: string): CargoTarget | undefined {
  const named = (t: CargoTarget): boolean => t.name.replaceAll('-', '_') === crateName;
  const exact = p.targets.find((t) => t.sourcePath === sourcePath && named(t));
  if (exact !== undefined) return exact;
  // Symbolic links are followed only then: a package may have hundreds of targets.
  const path = resolved(sourcePath);
  const same = p.targets.filter((t) => resolved(t.sourcePath) === path);
  return (
    same.find(named) ??
    same.find((t) => t.kind.includes('custom-build')) ??
    same[0] ??
    p.targets.find(named)
  );
}
