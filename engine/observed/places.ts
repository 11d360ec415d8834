import { existsSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { REAL_SUFFIX } from '../build/build-script.ts';
import type { ProgramStart } from '../build/program-tracer.ts';
import { isWithin, realPath, realPlace } from '../paths.ts';
import { testTemporaries } from '../sandbox/host.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import type { Replay } from './replay.ts';
import { sandboxKind, viewOf } from './sandbox-view.ts';
import type { Act, Acts, SeenAct } from './types.ts';

/** Where the system keeps programs, libraries and their data: who reads there learns nothing of a person. */
const systemPlaces = ['/usr', '/lib', '/lib32', '/lib64', '/libx32', '/bin', '/sbin', '/opt'];
/** What the loader and the C library read by themselves, of the system too. */
const systemFiles =
  /^\/etc\/(?:ld\.so\.(?:cache|preload|conf)|localtime|locale\.(?:alias|conf)|timezone|alternatives(?:\/.*)?|ssl(?:\/(?:certs(?:\/.*)?|openssl\.cnf))?)$/;
/** What the C library reads to find a host or a user: code that names `net` or `env` explains it. */
const byLibrary =
  /^\/etc\/(?:resolv\.conf|hosts|host\.conf|nsswitch\.conf|gai\.conf|services|protocols|passwd|group)$|^unix:\/(?:var\/)?run\/nscd\/socket$/;
/** What the kernel tells everybody; processes and their files are not among them. */
const kernelFiles = /^\/(?:proc\/(?:[a-z_]+$|sys\/|self\/|thread-self\/)|sys\/)/;
/** What lies behind an open file or directory of a process. */
const behindProcess = /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:root|cwd|fd\/\d+)\/./;
/** What the kernel does not tell everybody. */
const kernelSecrets =
  /^\/(?:proc\/(?:kcore|kmsg|kallsyms|keys|kpage[a-z]+)$|sys\/(?:firmware|kernel\/(?:debug|tracing|security))\/)/;
const devices = /^\/dev\/(?:null|zero|full|u?random|pts\/.*|ptmx|std(?:in|out|err)|fd(?:\/\d+)?)$/;
/** An open file without a path: a pipe, socket or file in memory. */
const nameless = /^(?!\/)|^\/memfd:/;

/** rustc's own temporary directories. */
const ofRustc = /^rustc[A-Za-z0-9]{6}$/;

/** What an act is worth telling. */
interface Judged {
  /** Undefined in its own places, those of the system and the kernel, and where nothing was done. */
  readonly act: Act | undefined;
  readonly isSystem: boolean;
  /** Does the act count as one of its API, in an own place too? */
  readonly counts: boolean;
}

const dropped: Judged = { act: undefined, isSystem: false, counts: false };

/** Where everybody may write. */
function temporaryPlaces(): string[] {
  return [...new Set(['/tmp', '/var/tmp', '/dev/shm', tmpdir()].map(realPath))];
}

/** Returns whether a program may have written another one before it started that: in places of its own, or in memory. */
export function mayHaveMade(
  { kind, outDir }: ProgramStart,
  workspace: Workspace,
): (path: string) => boolean {
  const places = [
    ...temporaryPlaces(),
    ...(outDir === undefined ? [] : [outDir]),
    ...(kind === 'rustc' ? buildDirectories(workspace) : []),
  ];
  return (path) =>
    nameless.test(path) ||
    /^\/proc\/[^/]+\/fd\//.test(path) ||
    places.some((place) => isWithin(path, place));
}

/** Whose places programs of a workspace touch. */
export class Places {
  private readonly workspace: Workspace;
  private readonly built: readonly string[];
  private readonly homes: readonly string[];
  private readonly temporary: readonly string[];
  private readonly cargoHome: string;
  private readonly toolchain: readonly string[];
  private readonly byDirectory: ReadonlyMap<string, Package>;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    this.built = buildDirectories(workspace);
    this.homes = [...new Set([homedir(), userInfo().homedir].map(realPath))];
    this.temporary = temporaryPlaces();
    this.cargoHome = realPath(process.env.CARGO_HOME || join(homedir(), '.cargo'));
    const rustup = process.env.RUSTUP_HOME || join(homedir(), '.rustup');
    this.toolchain = [workspace.sysroot, realPath(rustup), join(this.cargoHome, 'bin')];
    this.byDirectory = new Map(workspace.packages.map((p) => [p.directory, p]));
  }

  /** Returns what a program of package `p` did outside of its own places, each act once (rule 14.5). */
  actsOf(start: ProgramStart, p: Package, replay: Replay): Acts {
    const judge = new ProgramPlaces(this, start, p, replay);
    const acts = new Map<string, Act>();
    const apis = new Set<string>();
    const system = new Set<string>();
    for (const seen of replay.acts) {
      const { act, isSystem, counts } = judge.judge(seen);
      if (isSystem) system.add(seen.of);
      const api = apiOf(seen);
      if (counts && (seen.by === undefined || seen.made) && api !== undefined) apis.add(api);
      if (act === undefined) continue;
      const key = keyOf(act);
      const known = acts.get(key);
      if (known === undefined || act.result === 'done') acts.set(key, act);
    }
    const outside = [...acts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, act]) => act);
    return { outside, systemFiles: system.size, apis };
  }

  /** Returns whose place a path is; undefined for the system's and the kernel's. */
  whereIs(path: string): string | undefined {
    if (this.built.some((directory) => isWithin(path, directory))) return 'target directory';
    const owner = this.ownerOf(path);
    if (owner !== undefined) return `package ${owner.label}`;
    if (isWithin(path, this.workspace.root)) return 'workspace';
    if (this.isToolchain(path)) return 'toolchain';
    if (this.isTemporary(path)) return 'temporary';
    if (isWithin(path, this.cargoHome)) return 'cargo';
    if (this.isHome(path)) return 'home';
    return this.isSystem(path) ? 'system' : undefined;
  }

  /** The package whose directory is the nearest above a path. */
  ownerOf(path: string): Package | undefined {
    for (let at = path; at !== dirname(at); at = dirname(at)) {
      const found = this.byDirectory.get(at);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  isBuilt(path: string): boolean {
    return this.built.some((directory) => isWithin(path, directory));
  }

  isHome(path: string): boolean {
    return this.homes.some((home) => isWithin(path, home));
  }

  isTemporary(path: string): boolean {
    return this.temporary.some((place) => isWithin(path, place));
  }

  isToolchain(path: string): boolean {
    return this.toolchain.some((place) => isWithin(path, place)) || isSysroot(path, this.workspace);
  }

  isSystem(path: string): boolean {
    return systemPlaces.some((place) => isWithin(path, place)) || systemFiles.test(path);
  }

  /** Where a test may write. */
  testPlaces(executable: string): string[] {
    return testTemporaries(executable, this.workspace.targetDirectory);
  }
}

class ProgramPlaces {
  private readonly places: Places;
  private readonly start: ProgramStart;
  private readonly package: Package;
  private readonly replay: Replay;
  private readonly view: ReturnType<typeof viewOf>;
  private readonly own: readonly string[];
  /** The temporary directories that rustc made. */
  private readonly ofThisRustc = new Set<string>();
  /** Temporary files that it made, whose names differ from run to run. */
  private readonly made = new Set<string>();

  constructor(places: Places, start: ProgramStart, p: Package, replay: Replay) {
    this.places = places;
    this.start = start;
    this.package = p;
    this.replay = replay;
    this.view = viewOf(start.sandboxCommand);
    const prepared = sandboxKind(start.sandboxCommand) === 'Landlock' ? replay.prepared : [];
    this.own = [
      ...(start.outDir === undefined ? [] : [start.outDir]),
      ...(start.reads ?? []),
      ...(start.kind === 'test' ? places.testPlaces(start.unit) : []),
      ...prepared,
    ].map(realPath);
    for (const directory of prepared) this.made.add(directory);
  }

  judge(seen: SeenAct): Judged {
    const judged = this.judgeAny(seen);
    const { act } = judged;
    return act?.apart === true && this.isOfLinking(act) ? dropped : judged;
  }

  /** Is it what any linker does? It is started with what rustc's process wants: variables can bring code into it. */
  private isOfLinking({ what, of, where, api }: Act): boolean {
    const isPublic = where === 'system' || where === 'toolchain' || where === 'target directory';
    if (what === 'write') return where === 'target directory' || where === 'temporary';
    if (what === 'read') return where !== undefined && where !== 'home' && where !== 'cargo';
    if (what === 'start') return isPublic;
    const own = dirname(dirname(this.start.linker ?? '/'));
    const places = [own, dirname(own)].map((place) => `unix:${place}`);
    return api === 'unix_sockets' && places.includes(dirname(of));
  }

  private judgeAny(seen: SeenAct): Judged {
    const api = apiOf(seen);
    if (seen.what === 'read' || seen.what === 'write') return this.file(seen);
    if (seen.what === 'start') return this.program(seen);
    // The C library asks a service for names that is hardly anywhere.
    if (seen.result === 'missing' && byLibrary.test(seen.of)) return dropped;
    const by = this.byOf(seen);
    return { act: { ...seen, by, where: undefined, api }, isSystem: false, counts: true };
  }

  private program(seen: SeenAct): Judged {
    const { path, isPrivate } = this.view(seen.of);
    const isHidden = isPrivate && seen.result === 'missing' && existsSync(path);
    // A shell looks for a program in every directory of PATH.
    if (seen.result === 'missing' && !isHidden) return { ...dropped, counts: true };
    const result = isHidden ? 'hidden' : seen.result;
    const where = this.places.whereIs(realPath(path));
    return {
      act: { ...seen, of: this.steady(path), by: this.byOf(seen), result, where, api: apiOf(seen) },
      isSystem: false,
      counts: true,
    };
  }

  private file(seen: SeenAct): Judged {
    if (nameless.test(seen.of)) return dropped;
    if (kernelSecrets.test(seen.of)) return this.told(seen, seen.of, 'kernel');
    if (this.isWidthOfTerminal(seen)) return dropped;
    if (behindProcess.test(seen.of)) return this.told(seen, seen.of, 'kernel');
    if (kernelFiles.test(seen.of) || devices.test(seen.of) || this.isOwnProcess(seen.of))
      return seen.what === 'read' || devices.test(seen.of)
        ? dropped
        : this.told(seen, seen.of, 'kernel');
    const { path: outside, isPrivate } = this.view(seen.of);
    const path = seen.what === 'write' ? realPlace(outside) : realPath(outside);
    const isThere = existsSync(path) || (seen.what === 'write' && existsSync(dirname(path)));
    const isHidden = isPrivate && seen.result === 'missing' && isThere;
    if (isHidden) return this.told({ ...seen, result: 'hidden' }, path);
    if (isPrivate && seen.result === 'done') return this.inEmptyPlace(seen, path);
    if (seen.result === 'missing' && !this.isOfPerson(path)) return dropped;
    if (this.isOwn(seen, path)) return { ...dropped, counts: true };
    const isSystem = this.places.isSystem(path) || this.places.isToolchain(path);
    if (seen.what === 'read' && isSystem) return { ...dropped, isSystem };
    return this.told(seen, path);
  }

  /** The sandbox shows an empty place there, and what is written is gone with it: temporary files are meant to be. */
  private inEmptyPlace(seen: SeenAct, path: string): Judged {
    const isOwn = ['/dev', '/proc'].some((place) => isWithin(path, place));
    const isMeant = isOwn || this.places.whereIs(path) === 'temporary';
    if (isMeant || (seen.what === 'read' && !existsSync(path))) return { ...dropped, counts: true };
    return this.told({ ...seen, result: 'hidden' }, path);
  }

  /** What is missing is of interest where a person's files would be. */
  private isOfPerson(path: string): boolean {
    return this.places.isHome(path) && ['home', 'cargo'].includes(this.places.whereIs(path) ?? '');
  }

  private isOwn({ what }: SeenAct, path: string): boolean {
    if (this.own.some((place) => isWithin(path, place))) return true;
    const isRustc = this.start.kind === 'rustc';
    if (this.places.isBuilt(path)) return isRustc || this.isOwnProgram(path);
    const isInTemporary = isRustc && this.places.isTemporary(dirname(path));
    if (isInTemporary && what === 'write' && ofRustc.test(basename(path)))
      this.ofThisRustc.add(path);
    if ([...this.ofThisRustc].some((directory) => isWithin(path, directory))) return true;
    return what === 'read' && this.places.ownerOf(path) === this.package;
  }

  /** rustc asks how wide a message may be. */
  private isWidthOfTerminal({ what, of, by }: SeenAct): boolean {
    if (what !== 'read' || of !== '/dev/tty') return false;
    return by === undefined ? this.start.kind === 'rustc' : this.places.isToolchain(realPath(by));
  }

  private isOwnProgram(path: string): boolean {
    const unit = realPath(this.start.unit);
    return path === unit || path === `${unit}${REAL_SUFFIX}`;
  }

  private told(seen: SeenAct, path: string, place?: string): Judged {
    const where = place ?? this.places.whereIs(path);
    const own = where === `package ${this.package.label}` ? 'own package' : where;
    if (seen.what === 'write' && where === 'temporary') this.made.add(path);
    const of = this.steady(path);
    return {
      act: { ...seen, of, by: this.byOf(seen), where: own, api: apiOf(seen) },
      isSystem: false,
      counts: true,
    };
  }

  private byOf({ by }: SeenAct): string | undefined {
    return by === undefined ? undefined : this.steady(this.view(by).path);
  }

  /** Returns a path as it is in every run: temporary files that it made and processes have names of their own each time. */
  private steady(path: string): string {
    const made = [...this.made].find((file) => isWithin(path, file));
    return made === undefined ? path.replace(/^\/proc\/\d+/, '/proc/*') : join(dirname(made), '*');
  }

  private isOwnProcess(path: string): boolean {
    const [, number] = /^\/proc\/(\d+)(?:\/|$)/.exec(path) ?? [];
    return number !== undefined && this.replay.processes.has(Number(number));
  }
}

/** Returns the built-in API that stands for an act. */
export function apiOf({ what, of }: Pick<SeenAct, 'what' | 'of'>): string | undefined {
  if (what === 'read' || what === 'write') return 'fs';
  if (what === 'start') return 'process';
  if (what === 'call') return undefined;
  if (what === 'socket') return of.startsWith('AF_INET') ? 'net' : 'unix_sockets';
  return of.startsWith('unix:') ? 'unix_sockets' : 'net';
}

/** APIs whose code explains an act beside its own: what the C library does for them. */
export function alsoExplainedBy({ of, what }: SeenAct): readonly string[] {
  if (what === 'write') return [];
  return byLibrary.test(of) ? ['net', 'env'] : [];
}

function keyOf({ what, of, by, result }: Act): string {
  const order = [...['call', 'connect', 'bind', 'send', 'ask', 'socket'], 'start', 'write', 'read'];
  return [
    order.indexOf(what),
    of,
    by ?? '',
    result === 'done' || result === 'failed' ? '' : result,
  ].join('\0');
}
