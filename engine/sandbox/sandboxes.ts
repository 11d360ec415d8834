import { join, resolve } from 'node:path';
import type { Config, ConfigText, PermissionScope, SandboxSettings } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { isWithin, realPath, userCache } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { type Access, bubblewrapCommand, type Mount } from './bubblewrap.ts';
import { prepareSettings } from './directories.ts';
import { sandboxEnvironment, withoutProxy } from './environment.ts';
import {
  cargoManaged,
  type HostPlaces,
  hostPlaces,
  mountsFor,
  rootFileMounts,
  testTemporaries,
} from './host.ts';
import { type Bubblewrap, requireBubblewrap } from './probe.ts';
import { mountsOfCopy } from './stand-ins.ts';

/** A program that cargo or rustc wants to run. */
export interface SandboxedProgram {
  readonly package: Package;
  /** The program, by its path inside, and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: ReadonlyMap<string, string>;
  /** Names of further variables that it gets, such as those that a build script set by `rustc-env`. */
  readonly ownVariables?: readonly string[];
}

/** A run of a build script. */
export interface BuildScriptProgram extends SandboxedProgram {
  /** Its path inside. */
  readonly executable: string;
  /** The linked file that is mounted there. */
  readonly linked: string;
  readonly outDir: string;
}

/** A run of rustc for a unit. */
export interface RustcProgram extends SandboxedProgram {
  readonly outDir: string;
  /** The user's own wrappers of rustc. */
  readonly wrappers: readonly string[];
  /** `-C incremental` */
  readonly incremental: string | undefined;
  /** Further files that it reads: the shim, the directory of its socket. */
  readonly reads: readonly string[];
}

/** A run of the linker for a unit of a sandboxed rustc. */
export interface LinkerProgram extends SandboxedProgram {
  /** The directory of its output, where no sandboxed rustc can write. */
  readonly directory: string;
}

/** Directories and variables of one cargo run. */
export interface RunPlaces {
  readonly sysroot: string;
  /** Holds the engine's socket. */
  readonly runDirectory: string;
  /** Names of the variables that the user's configuration of cargo sets for all programs. */
  readonly variables: readonly string[];
}

/** For calls that need only names of variables. */
const NOWHERE = { sysroot: '', cargoHome: '' };

/** The sandboxes that a configuration asks for. */
export class Sandboxes {
  private readonly config: Config;
  private readonly workspace: Workspace;
  private readonly bubblewrap: Bubblewrap;
  private readonly host: HostPlaces;
  private readonly standIns: readonly StandIn[];
  /** Listed at the first run of a program: there are many files. */
  private secrets: readonly Mount[] | undefined;

  private constructor(
    config: Config,
    workspace: Workspace,
    bubblewrap: Bubblewrap,
    standIns: readonly StandIn[],
  ) {
    this.standIns = standIns.map((one) => ({
      ...one,
      path: realPath(one.path),
      of: realPath(one.of),
    }));
    this.config = config;
    this.workspace = workspace;
    this.bubblewrap = bubblewrap;
    this.host = hostPlaces();
  }

  /**
   * Prepares the sandboxes of build scripts, rustc and, with `tests`, test binaries; undefined when all are disabled. A copy is
   * seen as its original would be, by `standIns`.
   * Throws CheckError when Bubblewrap cannot work here, ConfigError for a setting that cannot hold.
   */
  static async open(
    config: Config,
    workspace: Workspace,
    { tests, standIns = [] }: { tests: boolean; standIns?: readonly StandIn[] | undefined },
  ): Promise<Sandboxes | undefined> {
    const scopes = workspace.packages.flatMap((p): PermissionScope[] => [
      ...(p.targets.some((t) => t.kind.includes('custom-build'))
        ? [{ package: p.name, suffix: 'build' as const }]
        : []),
      ...(tests && p.isWorkspaceMember ? [{ package: p.name, suffix: 'test' as const }] : []),
    ]);
    const used = [config.rustcSandbox, ...scopes.map((scope) => config.sandbox(scope))].filter(
      (settings) => settings.kind === 'Bubblewrap',
    );
    if (used.length === 0) return undefined;
    const bubblewrap = await requireBubblewrap();
    await prepareSettings(used, workspace.root, bubblewrap.bwrap, config.file);
    const sandboxes = new Sandboxes(config, workspace, bubblewrap, standIns);
    sandboxes.requireOwnDirectories();
    return sandboxes;
  }

  /** A directory that has to be shown must not be one that is hidden, or all of it would be visible. */
  private requireOwnDirectories(): void {
    const { root, packages } = this.workspace;
    const { hidden } = this.host;
    for (const directory of [
      root,
      ...buildDirectories(this.workspace),
      ...packages.map((p) => p.directory),
    ]) {
      if (!mountsFor(directory, 'read', []).some(({ path }) => hidden.includes(path))) continue;
      throw new CheckError(
        `the sandbox would have to show all of ${directory}, which it hides`,
        'move the project, or its target directory, into a directory of its own',
      );
    }
  }

  get forRustc(): boolean {
    return this.config.rustcSandbox.kind === 'Bubblewrap';
  }

  /**
   * Returns the command line for a build script; undefined when its sandbox is disabled. Of lasting files only OUT_DIR is
   * writable. With `copies` these replace its package and OUT_DIR, and both are writable.
   */
  buildScript(
    program: BuildScriptProgram,
    run: RunPlaces,
    copies?: { readonly package: string; readonly outDir: string },
  ): string[] | undefined {
    const given = this.config.sandbox({ package: program.package.name, suffix: 'build' });
    if (given.kind !== 'Bubblewrap') return undefined;
    const { executable } = program;
    const isCopied = ({ value }: ConfigText): boolean =>
      copies !== undefined &&
      isWithin(resolve(this.workspace.root, value), program.package.directory);
    const settings = {
      ...given,
      bindWritable: given.bindWritable.filter((text) => !isCopied(text)),
      makeWritable: given.makeWritable.filter((text) => !isCopied(text)),
    };
    const inPlaceOf = (path: string, source: string): Mount[] =>
      this.show(path, 'write').map((mount) => ({ ...mount, source }));
    return this.command(settings, program, run, [
      ...(copies === undefined
        ? this.show(program.package.directory, 'read')
        : inPlaceOf(program.package.directory, copies.package)),
      ...(copies === undefined
        ? this.show(program.outDir, 'write')
        : inPlaceOf(program.outDir, copies.outDir)),
      ...this.show(executable, 'read').map((mount) => ({ ...mount, source: program.linked })),
    ]);
  }

  /** Does rustc get a variable that no build script set? `variables` are those of cargo's configuration. */
  passesToRustc(name: string, variables: readonly string[]): boolean {
    if (!this.forRustc) return true;
    const { passEnv } = this.config.rustcSandbox;
    const named = [...passEnv.map(({ value }) => value), ...variables];
    return sandboxEnvironment(new Map([[name, '']]), named, NOWHERE).has(name);
  }

  /** Returns the names of the variables that its sandbox hides from a build script. */
  hiddenFrom(program: BuildScriptProgram, run: RunPlaces): string[] {
    const settings = this.config.sandbox({ package: program.package.name, suffix: 'build' });
    const named = [...settings.passEnv.map(({ value }) => value), ...run.variables];
    const inside = sandboxEnvironment(program.env, named, this.toolchain(run));
    return [...program.env.keys()].filter((name) => !inside.has(name));
  }

  /** Does cackle.toml let the build script of a package write at a path? */
  mayWrite({ name }: Package, path: string): boolean {
    const { bindWritable, makeWritable } = this.config.sandbox({ package: name, suffix: 'build' });
    return [...bindWritable, ...makeWritable].some(({ value }) =>
      isWithin(path, resolve(this.workspace.root, value)),
    );
  }

  /** As {@link buildScript}, for a test binary: only its `CARGO_TARGET_TMPDIR` and the paths in cackle.toml are writable. */
  test(
    program: SandboxedProgram & { readonly executable: string },
    run: RunPlaces,
  ): string[] | undefined {
    const settings = this.config.sandbox({ package: program.package.name, suffix: 'test' });
    if (settings.kind !== 'Bubblewrap') return undefined;
    return this.command(settings, program, run, [
      ...this.show(program.package.directory, 'read'),
      ...testTemporaries(program.executable, this.workspace.targetDirectory).flatMap((path) =>
        this.show(path, 'write'),
      ),
    ]);
  }

  /** Returns the command line for rustc, if {@link forRustc}: the target directory is writable without {@link cargoManaged}. */
  rustc(program: RustcProgram, run: RunPlaces): string[] {
    const built = buildDirectories(this.workspace);
    const [rustc, ...args] = program.command;
    const real = withoutProxy(rustc as string, 'rustc', this.toolchain(run));
    const command = [...program.wrappers, real, ...args];
    const { outDir, incremental, reads } = program;
    return this.command(this.config.rustcSandbox, { ...program, command }, run, [
      ...this.show(this.sources(program.package), 'read'),
      ...built.flatMap((directory) => this.show(directory, 'write')),
      ...built.flatMap(cargoManaged).flatMap((path) => this.show(path, 'read')),
      ...this.show(outDir, 'write'),
      ...(incremental === undefined ? [] : this.show(incremental, 'write')),
      ...reads.flatMap((path) => this.show(path, 'read')),
    ]);
  }

  /** Returns the command line for the linker of a sandboxed rustc; only its own directory is writable. */
  linker(program: LinkerProgram, run: RunPlaces): string[] {
    const localised = { ...program, ownVariables: ['LC_ALL', 'VSLANG'] };
    return this.command(this.config.rustcSandbox, localised, run, [
      ...this.show(this.sources(program.package), 'read'),
      ...this.show(program.directory, 'write'),
    ]);
  }

  /** A member's sources may include files of the workspace, such as its README; a dependency's may not. */
  private sources(p: Package): string {
    return p.isWorkspaceMember ? this.workspace.root : p.directory;
  }

  private get secret(): readonly Mount[] {
    this.secrets ??= rootFileMounts();
    return this.secrets;
  }

  private toolchain({ sysroot }: RunPlaces) {
    return { sysroot, cargoHome: this.host.cargoHome };
  }

  private show(path: string, access: Access): Mount[] {
    return mountsFor(path, access, this.host.hidden);
  }

  private command(
    settings: SandboxSettings,
    program: SandboxedProgram,
    run: RunPlaces,
    mounts: readonly Mount[],
  ): string[] {
    const { hidden, shown, shownWithNetwork } = this.host;
    const { root, targetDirectory } = this.workspace;
    const values = (texts: SandboxSettings['passEnv']) => texts.map(({ value }) => value);
    const hide = [...hidden, run.runDirectory];
    const read = [
      ...shown,
      ...(settings.allowNetwork ? shownWithNetwork : []),
      run.sysroot,
      ...buildDirectories(this.workspace),
    ];
    const writable = [...values(settings.bindWritable), ...values(settings.makeWritable)];
    const all = [...mounts, ...writable.flatMap((path) => this.show(resolve(root, path), 'user'))];
    // Facts and the shim: a program that could write there would decide the result of later checks.
    const cache = this.show(userCache(), 'protect').filter(({ path }) =>
      all.some(({ access, path: shown }) => access !== 'read' && isWithin(path, shown)),
    );
    const shownAndHidden = [
      ...hide.flatMap((path) => mountsFor(path, 'hide', [])),
      ...this.secret,
      ...read.flatMap((path) => this.show(path, 'read')),
      ...all,
    ];
    return bubblewrapCommand({
      ...this.bubblewrap,
      allowNetwork: settings.allowNetwork,
      mounts: [
        ...shownAndHidden,
        ...mountsOfCopy(shownAndHidden, this.standIns).flatMap(({ path, access }) =>
          access === 'hide' ? mountsFor(path, access, []) : this.show(path, access),
        ),
        ...this.show(join(targetDirectory, '.cackle'), 'protect'),
        ...this.show(join(targetDirectory, '.cackle', 'key'), 'empty'),
        ...cache,
      ],
      env: sandboxEnvironment(
        program.env,
        [...values(settings.passEnv), ...run.variables, ...(program.ownVariables ?? [])],
        this.toolchain(run),
      ),
      cwd: program.cwd,
      extraArgs: values(settings.extraArgs),
      command: program.command,
    });
  }
}
