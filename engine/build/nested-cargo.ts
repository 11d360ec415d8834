import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { distPath, entriesOf, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import type { CargoInside } from '../sandbox/cargo-inside.ts';
import { shellWords } from '../shell-words.ts';
import { whyUnwritable } from '../system-errors.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';
import type { EnvironmentChange } from './environment-change.ts';
import {
  NESTED_DIRECTORY,
  type NestedAbout,
  type NestedPlace,
  nestedFiles,
  type OuterWorkspace,
} from './nested-about.ts';
import { ownFiles } from './own-files.ts';

/** What decides how a run's programs get to cargo. */
export interface NestedOptions {
  readonly shim: string;
  readonly userWrapper: string | undefined;
  /** Where what it compiles runs in the sandbox that this program runs in itself. */
  readonly isConfined: boolean;
  /** The user's cargo, where it is known before a program tells. */
  readonly cargo?: string | undefined;
  /** The workspace that is built. Asked, as the next one, when a program starts. */
  workspace(): Workspace;
  /** What a nested cargo is held to. */
  outer(): OuterWorkspace;
}

/** Returns what a nested cargo of a workspace's programs is held to. */
export function outerOf(workspace: Workspace, configFile: string): OuterWorkspace {
  return {
    configFile,
    root: workspace.root,
    built: [...buildDirectories(workspace)],
    packages: workspace.packages.map(({ name, cargoName, source, directory }) => ({
      ...{ name, cargoName, source, directory },
    })),
  };
}

/**
 * Stands in cargo's place for the programs of a run: build scripts, tests, programs, proc macros. What they build with cargo is then
 * behind the gates of chapter 13, by the configuration and the lock file of their workspace (rules 7.14, 13.8).
 */
export class NestedCargo {
  private readonly options: NestedOptions;
  private made: Made | undefined;

  constructor(options: NestedOptions) {
    this.options = options;
  }

  /** What a sandboxed program gets, by the environment that cargo gave it. */
  inside(env: ReadonlyMap<string, string>): CargoInside {
    const { inside, directory } = this.make(env);
    const cargo = join(directory, nestedFiles.confined);
    const variables = [['CARGO', cargo], refusal(directory)] as const;
    return { ...inside, variables, first: dirname(cargo) };
  }

  /**
   * The same for rustc that loads proc macros of packages. Its variables may become part of what it compiles, so cargo stays where it
   * is where only they could lead elsewhere, and what it compiles is refused.
   */
  insideRustc(
    env: ReadonlyMap<string, string>,
    macros: readonly string[],
  ): CargoInside | undefined {
    if (macros.length === 0) return undefined;
    const { inside, directory } = this.make(env);
    return { ...inside, variables: [refusal(directory)] };
  }

  /** The change of the environment of a program without a sandbox. */
  outside(env: ReadonlyMap<string, string>): EnvironmentChange {
    const { directory } = this.make(env);
    const cargo = join(directory, nestedFiles.open);
    const path = [dirname(cargo), env.get('PATH') ?? ''].join(':');
    const set = [['CARGO', cargo], ['PATH', path], refusal(directory)] as const;
    // This one comes before the other.
    const more = [['RUSTC_WRAPPER', join(directory, nestedFiles.wrapper)]] as const;
    return { unset: [], set: this.options.userWrapper === undefined ? set : [...set, ...more] };
  }

  /** The same for rustc, as in {@link insideRustc}. */
  outsideRustc(env: ReadonlyMap<string, string>, macros: readonly string[]): EnvironmentChange {
    if (macros.length === 0) return { unset: [], set: [] };
    return { unset: [], set: [refusal(this.make(env).directory)] };
  }

  private make(env: ReadonlyMap<string, string>): Made {
    this.made ??= this.write(env);
    return this.made;
  }

  /** Writes the programs. Their directory lasts: command lines of sandboxes name it, and are run by hand. */
  private write(env: ReadonlyMap<string, string>): Made {
    const { shim, userWrapper, outer, isConfined, workspace } = this.options;
    const { targetDirectory, sysroot } = workspace();
    const cargo = this.options.cargo ?? cargoOf(env, sysroot);
    const found = outer();
    const about: NestedAbout = {
      ...{ cargo, shim, outer: found },
      cargoHome: process.env.CARGO_HOME || join(homedir(), '.cargo'),
      ...(userWrapper === undefined ? {} : { userWrapper }),
    };
    const programs = [process.execPath, distPath(), cargoScript('', []), wrapperScript(undefined)];
    const known = JSON.stringify([about, isConfined, ...programs]);
    const hash = createHash('sha256').update(known).digest('hex').slice(0, 16);
    const directory = join(targetDirectory, '.cackle', NESTED_DIRECTORY, hash);
    const path = (name: keyof typeof nestedFiles): string => join(directory, nestedFiles[name]);
    const program = (place: NestedPlace): string => {
      const real = place === 'covering' ? path('real') : cargo;
      return cargoScript(real, [process.execPath, distPath('nested.js'), directory, place]);
    };
    for (const [name, text] of [
      ['about', JSON.stringify(about)],
      ['real', ''],
      ['open', program(isConfined ? 'confined' : 'open')],
      ['confined', program('confined')],
      ['covering', program('covering')],
      ['wrapper', wrapperScript(userWrapper)],
    ] as const)
      writeProgram(path(name), text);
    // That it is in use.
    utimesSync(path('about'), new Date(), new Date());
    forgetOthers(directory);
    const exporting = found.packages.map((p) => join(p.directory, 'cackle', 'export.toml'));
    const inside: CargoInside = {
      reads: [
        ...[directory, dirname(realPath(shim)), ...ownFiles()],
        ...[found.configFile, join(found.root, 'Cargo.lock')],
        ...exporting.filter((file) => existsSync(file)),
      ],
      covers: [
        ...cargoFiles(cargo, sysroot, env).map((file) => ({
          path: file,
          source: path('covering'),
        })),
        { path: path('real'), source: realPath(cargo) },
      ],
      ...{ variables: [], first: undefined },
    };
    return { inside, directory };
  }
}

/** What was written, and where. */
interface Made {
  readonly inside: CargoInside;
  readonly directory: string;
}

/** By which every cargo of this machine refuses to compile, unless ours has put itself there. */
const refusal = (directory: string): readonly [string, string] => [
  REFUSAL,
  join(directory, nestedFiles.wrapper),
];

/** Milliseconds after which what no run has written again is of no use: the packages, or this program, are others by then. */
const LASTS = 7 * 24 * 60 * 60 * 1000;

/** Removes the directories beside one that no run has used for long. */
function forgetOthers(directory: string): void {
  const parent = dirname(directory);
  for (const other of entriesOf(parent).map((name) => join(parent, name))) {
    const written = statSync(join(other, nestedFiles.about), { throwIfNoEntry: false })?.mtimeMs;
    if (other === directory || written === undefined || Date.now() - written < LASTS) continue;
    rmSync(other, { recursive: true, force: true });
  }
}

/**
 * Writes a file, unless it is there: sandboxes of another run may have it mounted, and lose what is replaced. Another run may be
 * about to start it, so it appears as a whole. An empty file cannot be started. Throws CheckError.
 */
function writeProgram(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path) && readRegularFile(path).toString() === text) return;
    writeFileSync(temporary, text, { mode: text === '' ? 0o644 : 0o755 });
    renameSync(temporary, path);
  } catch (error) {
    throw new CheckError(
      `cannot write ${path}: ${whyUnwritable(error)}`,
      'the target directory has to be writable, with room on its disk',
      { cause: error },
    );
  }
}

/** The user's cargo: the one that runs, as it tells its programs, or the toolchain's. */
function cargoOf(env: ReadonlyMap<string, string>, sysroot: string): string {
  const said = env.get('CARGO') ?? '';
  // A subcommand of another program may pass on ours.
  if (isAbsolute(said) && existsSync(said) && isCargo(realPath(said))) return said;
  return join(sysroot, 'bin', 'cargo');
}

/** cargo's name for `build.rustc-wrapper`: unlike RUSTC_WRAPPER, no build script that tries rustc out asks for it. */
export const REFUSAL = 'CARGO_BUILD_RUSTC_WRAPPER';

/** Is a file cargo by its name, and not rustup, which stands in the place of many programs, or our own? */
const isCargo = (path: string): boolean =>
  /^cargo(?:-[\d.]+)?$/.test(basename(path)) &&
  !path.includes(join('.cackle', NESTED_DIRECTORY, '/'));

/** Returns the files, links resolved, by which a program could start cargo. */
function cargoFiles(cargo: string, sysroot: string, env: ReadonlyMap<string, string>): string[] {
  const places = (env.get('PATH') ?? '').split(':').filter(isAbsolute);
  const others = [join(sysroot, 'bin'), ...places].map((place) => join(place, 'cargo'));
  const found = others.filter((file) => existsSync(file)).map(realPath);
  // What runs is cargo, whatever it is called.
  return [...new Set([realPath(cargo), ...found.filter(isCargo)])];
}

/** Commands of cargo's that compile nothing and that programs ask for while they build: for these nothing of ours has to start. */
const harmless = ['-V', '--version', '-vV', 'locate-project', 'metadata', 'read-manifest', 'pkgid'];

function cargoScript(cargo: string, program: readonly string[]): string {
  return `#!/bin/sh
case "\${1-}" in
${harmless.join(' | ')}) exec ${shellWords([cargo])} "$@" ;;
esac
exec ${shellWords(program)} "$@"
`;
}

/** cargo alone names the crate and asks for JSON: build scripts that try rustc out, and macros, do not. */
function wrapperScript(userWrapper: string | undefined): string {
  const next = userWrapper === undefined ? '' : `${shellWords([userWrapper])} `;
  return `#!/bin/sh
unit=
for word do
  case "$word" in --error-format=json | @*) unit="\${CARGO_CRATE_NAME-}" ;; esac
done
[ -z "$unit" ] && exec ${next}"$@"
echo "error: cackle: $unit is not compiled: a program that runs behind cackle's gates started cargo around them, so what cargo builds would run unjudged" >&2
echo '  start cargo by $CARGO, or as \`cargo\` from PATH; a proc macro can do so in Bubblewrap alone' >&2
exit 1
`;
}
