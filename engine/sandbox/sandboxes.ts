import { join, relative, resolve } from 'node:path';
import { openedText } from '../config/sandbox.ts';
import {
  type Config,
  type ConfigText,
  confines,
  type PermissionScope,
  type SandboxSettings,
} from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { isWithin, realPath, realPlace, userCache } from '../paths.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import type { CrateKind, Package, Workspace } from '../workspace/types.ts';
import { placeOfRule } from '../workspace/written-file.ts';
import { bubblewrapCommand } from './bubblewrap.ts';
import { kindInForce, requireSandboxes, type SandboxTools } from './choice.ts';
import { prepareSettings } from './directories.ts';
import { sandboxEnvironment, withoutProxy } from './environment.ts';
import { hiddenBy } from './hidden.ts';
import {
  cargoManaged,
  type HostPlaces,
  hostPlaces,
  mountsFor,
  realEntriesOf,
  rootFileMounts,
  systemPlaces,
  temporaryPlace,
  testTemporaries,
} from './host.ts';
import { type LandlockRequest, landlockCommand } from './landlock.ts';
import type { Access, Mount } from './mounts.ts';
import type {
  BuildScriptProgram,
  LinkerProgram,
  RunPlaces,
  RustcProgram,
  SandboxedProgram,
} from './programs.ts';
import { mountsOfCopy } from './stand-ins.ts';

/** A unit, as its sandbox of rustc depends on it. */
type OpenedUnit = {
  readonly packageId: string;
  readonly kind: CrateKind;
  /** Ids of the packages whose proc macros it may load. */
  readonly macros: readonly string[];
};

/** The scope of a package's own code, by the kind of its crate (rule 1.3). */
const scopeOfKind = { primary: '', 'build-script': 'build', test: 'test' } as const;

/** For calls that need only names of variables. */
const NOWHERE = { sysroot: '', cargoHome: '' };

/** The sandboxes that a configuration asks for. */
export class Sandboxes {
  private readonly config: Config;
  private readonly workspace: Workspace;
  /** Where relative paths of cackle.toml start. */
  private readonly configRoot: string;
  private readonly tools: SandboxTools;
  private readonly host: HostPlaces;
  private readonly standIns: readonly StandIn[];
  /** Listed at the first run of a program: there are many files. */
  private secrets: readonly Mount[] | undefined;

  private constructor(
    config: Config,
    { workspace, root }: { readonly workspace: Workspace; readonly root: string },
    tools: SandboxTools,
    standIns: readonly StandIn[],
  ) {
    this.standIns = standIns.map((one) => ({
      ...one,
      path: realPath(one.path),
      of: realPath(one.of),
    }));
    this.config = config;
    this.workspace = workspace;
    this.configRoot = root;
    this.tools = tools;
    this.host = hostPlaces();
  }

  /**
   * Prepares the sandboxes of build scripts, rustc and, with `tests`, test binaries; undefined when all are disabled. A copy is
   * seen as its original would be, by `standIns`. Relative paths of cackle.toml start at `root`, the workspace's when absent.
   * Throws CheckError when the chosen kind cannot work here, ConfigError for a setting that cannot hold.
   */
  static async open(
    config: Config,
    workspace: Workspace,
    {
      tests,
      standIns = [],
      root = workspace.root,
    }: { tests: boolean; standIns?: readonly StandIn[] | undefined; root?: string | undefined },
  ): Promise<Sandboxes | undefined> {
    const scopes = workspace.packages.flatMap((p): PermissionScope[] => [
      ...(p.targets.some((t) => t.kind.includes('custom-build'))
        ? [{ package: p.name, suffix: 'build' as const }]
        : []),
      ...(tests && p.isWorkspaceMember ? [{ package: p.name, suffix: 'test' as const }] : []),
    ]);
    const macros = [...config.macroSandboxes.keys()]
      .filter((name) => workspace.byName.has(name))
      .map((name) => config.unitSandbox([name]));
    const used = [
      config.rustcSandbox,
      ...macros,
      ...scopes.map((scope) => config.sandbox(scope)),
    ].filter(({ kind }) => confines(kind));
    if (used.length === 0) return undefined;
    const kinds = new Set(used.flatMap(({ kind }) => kind ?? []));
    const tools = await requireSandboxes(kinds, workspace.sysroot);
    const kept = [join(workspace.targetDirectory, '.cackle'), userCache()];
    await prepareSettings(used, root, tools, kept, config.file);
    const sandboxes = new Sandboxes(config, { workspace, root }, tools, standIns);
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
    return confines(this.config.rustcSandbox.kind);
  }

  private inLandlock({ kind }: SandboxSettings): boolean {
    return kindInForce(kind, this.tools) === 'Landlock';
  }

  /** Does cackle.toml open the network to the build scripts or tests of a package? */
  hasNetwork({ name }: Package, suffix: 'build' | 'test'): boolean {
    return this.config.sandbox({ package: name, suffix }).allowNetwork;
  }

  /** Has rustc the network in a unit that loads proc macros of these packages? */
  rustcHasNetwork(macros: readonly string[]): boolean {
    return this.unitSandbox(macros).allowNetwork;
  }

  /** Has the sandbox of a package's build scripts a network of its own, whose counters tell what they tried? */
  countsNetwork({ name }: Package): boolean {
    const settings = this.config.sandbox({ package: name, suffix: 'build' });
    return !settings.allowNetwork && !this.inLandlock(settings);
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
    if (!confines(given.kind)) return undefined;
    const { executable, linked } = program;
    const isCopied = ({ value }: ConfigText): boolean =>
      copies !== undefined && isWithin(resolve(this.configRoot, value), program.package.directory);
    const settings = {
      ...given,
      bindWritable: given.bindWritable.filter((text) => !isCopied(text)),
      makeWritable: given.makeWritable.filter((text) => !isCopied(text)),
    };
    const inPlaceOf = (path: string, source: string): Mount[] =>
      this.show(path, 'write').map((mount) => ({ ...mount, source }));
    const mounts = [
      ...(copies === undefined
        ? this.show(program.package.directory, 'read')
        : inPlaceOf(program.package.directory, copies.package)),
      ...(copies === undefined
        ? this.show(program.outDir, 'write')
        : inPlaceOf(program.outDir, copies.outDir)),
      ...this.show(executable, 'read').map((mount) => ({ ...mount, source: linked })),
    ];
    if (!this.inLandlock(given)) return this.command(settings, program, run, mounts);
    // Nothing can stand at another's path there: the linked file runs by its own, and copies are named as such.
    const started = program.command.map((word) => (word === executable ? linked : word));
    const moved = copies === undefined ? program : movedTo(program, copies);
    const original = this.show(program.package.directory, 'read');
    return this.command(settings, { ...moved, command: started }, run, [...original, ...mounts], {
      ownHome: true,
      arg0: started[0] === linked ? executable : undefined,
    });
  }

  /**
   * Does rustc get a variable that no build script set, in a unit that loads proc macros of these packages? `variables` are those of
   * cargo's configuration.
   */
  passesToRustc(name: string, variables: readonly string[], macros: readonly string[]): boolean {
    if (!this.forRustc) return true;
    const { passEnv } = this.unitSandbox(macros);
    const named = [...passEnv.map(({ value }) => value), ...variables];
    return sandboxEnvironment(new Map([[name, '']]), named, NOWHERE).has(name);
  }

  /**
   * Returns what a unit's sandbox of rustc shows that others hide, as a text to compare: what the proc macros that it may load open, and
   * files that its package is allowed to read and that lie in hidden places.
   */
  openedTo({ packageId, kind, macros }: OpenedUnit): string {
    const opened = openedText(this.config, this.namesOf(macros));
    const p = this.workspace.byId.get(packageId);
    if (!this.forRustc || p === undefined) return opened;
    const isHidden = (place: string): boolean =>
      this.inLandlock(this.config.rustcSandbox) ||
      this.host.hidden.some((hidden) => isWithin(place, hidden));
    const shown = this.sources(p).map(realPath);
    const places = this.filesShownTo(p, kind)
      .map(realPlace)
      .filter((place) => !shown.some((path) => isWithin(place, path)) && isHidden(place));
    return [opened, ...[...new Set(places)].sort()].join('\n');
  }

  /** Returns whether the sandbox of rustc for a unit hides what lies at an absolute path. */
  hiddenFromRustc(unit: OpenedUnit & { readonly outDir: string }): (path: string) => boolean {
    const p = this.workspace.byId.get(unit.packageId);
    if (!this.forRustc || p === undefined) return () => false;
    const { kind, macros, outDir } = unit;
    const program = { package: p, kind, macros, outDir, command: ['rustc'], cwd: outDir };
    const without = { env: new Map(), wrappers: [], incremental: undefined, reads: [] };
    const run = { sysroot: this.workspace.sysroot, runDirectory: outDir, variables: [] };
    return hiddenBy(this.rustc({ ...program, ...without }, run)).hides;
  }

  /** The places that `compile.files` shows to rustc for a package. */
  private filesShownTo(p: Package, kind: CrateKind): string[] {
    const scope = { package: p.name, suffix: scopeOfKind[kind] };
    return this.config.permissions(scope).compileFiles.map((rule) => placeOfRule(rule, p));
  }

  private unitSandbox(macros: readonly string[]): SandboxSettings {
    return this.config.unitSandbox(this.namesOf(macros));
  }

  private namesOf(packageIds: readonly string[]): string[] {
    return packageIds.flatMap((id) => this.workspace.byId.get(id)?.name ?? []);
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
      isWithin(path, resolve(this.configRoot, value)),
    );
  }

  /** As {@link buildScript}, for a test binary: only its `CARGO_TARGET_TMPDIR` and the paths in cackle.toml are writable. */
  test(
    program: SandboxedProgram & { readonly executable: string },
    run: RunPlaces,
  ): string[] | undefined {
    const settings = this.config.sandbox({ package: program.package.name, suffix: 'test' });
    if (!confines(settings.kind)) return undefined;
    const mounts = [
      ...this.show(program.package.directory, 'read'),
      ...testTemporaries(program.executable, this.workspace.targetDirectory).flatMap((path) =>
        this.show(path, 'write'),
      ),
    ];
    return this.command(settings, program, run, mounts, { ownHome: true });
  }

  /**
   * Returns the command line for rustc, if {@link forRustc}: the target directory is writable without {@link cargoManaged}; in
   * Landlock, which can except no part of it, only the directories of its own output are.
   */
  rustc(program: RustcProgram, run: RunPlaces): string[] {
    const built = buildDirectories(this.workspace);
    const [rustc, ...args] = program.command;
    const real = withoutProxy(rustc as string, 'rustc', this.toolchain(run));
    const command = [...program.wrappers, real, ...args];
    const { outDir, incremental, reads, socket, package: p } = program;
    const settings = this.unitSandbox(program.macros);
    const wide = this.inLandlock(settings) ? 'read' : 'write';
    const mounts = [
      ...this.sources(p).flatMap((path) => this.show(path, 'read')),
      ...this.filesShownTo(p, program.kind).flatMap((path) => this.show(path, 'read')),
      ...built.flatMap((directory) => this.show(directory, wide)),
      ...built.flatMap(cargoManaged).flatMap((path) => this.show(path, 'read')),
      ...this.show(outDir, 'write'),
      ...(incremental === undefined ? [] : this.show(incremental, 'write')),
      ...reads.flatMap((path) => this.show(path, 'read')),
    ];
    return this.command(settings, { ...program, command }, run, mounts, {
      connects: socket === undefined ? [] : [socket],
    });
  }

  /** Returns the command line for the linker of a sandboxed rustc; only its own directory is writable. */
  linker(program: LinkerProgram, run: RunPlaces): string[] {
    const localised = { ...program, ownVariables: ['LC_ALL', 'VSLANG'] };
    return this.command(this.config.rustcSandbox, localised, run, [
      ...this.sources(program.package).flatMap((path) => this.show(path, 'read')),
      ...this.show(program.directory, 'write'),
    ]);
  }

  /** A member's sources may include files of the workspace, such as its README; a dependency's may not. */
  private sources(p: Package): string[] {
    const { root, outer } = this.workspace;
    if (!p.isWorkspaceMember) return [p.directory];
    return outer === undefined ? [root] : [root, outer.root];
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

  private environment(
    settings: SandboxSettings,
    program: SandboxedProgram,
    run: RunPlaces,
  ): Map<string, string> {
    const named = [
      ...settings.passEnv.map(({ value }) => value),
      ...run.variables,
      ...(program.ownVariables ?? []),
    ];
    const inside = sandboxEnvironment(program.env, named, this.toolchain(run));
    // In Bubblewrap, files stand in the place of others.
    const { variables = [], first } = (this.inLandlock(settings) ? program.cargo : undefined) ?? {};
    for (const [name, value] of variables) inside.set(name, value);
    if (first !== undefined) inside.set('PATH', `${first}:${inside.get('PATH') ?? ''}`);
    return inside;
  }

  private command(
    settings: SandboxSettings,
    program: SandboxedProgram,
    run: RunPlaces,
    mounts: readonly Mount[],
    only: OnlyInLandlock = {},
  ): string[] {
    const { hidden, shown, shownWithNetwork } = this.host;
    const { targetDirectory } = this.workspace;
    const root = this.configRoot;
    const values = (texts: SandboxSettings['passEnv']) => texts.map(({ value }) => value);
    const inLandlock = this.inLandlock(settings);
    const hide = [...hidden, run.runDirectory];
    const read = [
      ...(inLandlock ? systemPlaces() : []),
      ...values(settings.bindReadable).map((path) => resolve(root, path)),
      ...shown,
      ...(settings.allowNetwork ? shownWithNetwork : []),
      run.sysroot,
      ...buildDirectories(this.workspace),
      ...(program.cargo?.reads ?? []),
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
    const common = {
      allowNetwork: settings.allowNetwork,
      mounts: [
        ...shownAndHidden,
        ...mountsOfCopy(shownAndHidden, this.standIns, inLandlock ? 'hide' : 'read').flatMap(
          ({ path, access }) =>
            access === 'hide' ? mountsFor(path, access, []) : this.show(path, access),
        ),
        ...this.show(join(targetDirectory, '.cackle'), 'protect'),
        ...this.show(join(targetDirectory, '.cackle', 'key'), 'empty'),
        ...cache,
        ...(inLandlock ? [] : (program.cargo?.covers ?? [])).map(
          (cover): Mount => ({ ...cover, access: 'read' }),
        ),
      ],
      env: this.environment(settings, program, run),
      cwd: program.cwd,
      command: program.command,
    };
    const { bubblewrap, landlock } = this.tools;
    if (inLandlock && landlock !== undefined) {
      const { launcher } = landlock;
      const own = { launcher, temporary: temporaryPlace(), ownHome: false, connects: [], ...only };
      return landlockCommand({ ...common, ...own }, realEntriesOf);
    }
    if (bubblewrap === undefined) throw new Error('a sandbox was asked for that was not opened');
    return bubblewrapCommand({
      ...common,
      ...bubblewrap,
      extraArgs: values(settings.extraArgs),
    });
  }
}

/** What a program needs to be told of in Landlock alone. */
type OnlyInLandlock = Partial<Pick<LandlockRequest, 'ownHome' | 'arg0' | 'connects'>>;

/** Returns a run of a build script that finds copies where its package and OUT_DIR were. */
function movedTo(
  program: BuildScriptProgram,
  copies: { readonly package: string; readonly outDir: string },
): BuildScriptProgram {
  const { directory } = program.package;
  const moved = new Map(program.env).set('OUT_DIR', copies.outDir);
  for (const name of ['CARGO_MANIFEST_DIR', 'CARGO_MANIFEST_PATH']) {
    const path = moved.get(name);
    if (path !== undefined && isWithin(path, directory))
      moved.set(name, join(copies.package, relative(directory, path)));
  }
  const cwd = isWithin(program.cwd, directory)
    ? join(copies.package, relative(directory, program.cwd))
    : program.cwd;
  return { ...program, env: moved, cwd };
}
