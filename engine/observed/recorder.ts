import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ProgramStart, ProgramTracer } from '../build/program-tracer.ts';
import { CheckError } from '../errors.ts';
import { isWithin, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';
import { buildDirectories } from '../workspace/build-directories.ts';
import type { Workspace } from '../workspace/types.ts';
import { mayHaveMade } from './places.ts';
import { type Replay, replay } from './replay.ts';
import { sandboxKind, startedBy } from './sandbox-view.ts';
import { type Strace, tracedCommand } from './strace.ts';
import { UnreadableTrace } from './values.ts';

/** Bytes of the largest trace that is read: a line of a hundred for each of millions of files. */
const MAX_TRACE = 384 * 1024 * 1024;

/** A program that ran, with its trace. */
export interface Recorded {
  readonly start: ProgramStart;
  readonly file: string;
  /** The variables that a build script told cargo it reads. */
  variables: readonly string[];
}

/** Has strace write a file for each program that starts. */
export class Recorder implements ProgramTracer {
  private readonly strace: Strace;
  private readonly directory: string;
  private readonly byUnit = new Map<string, Recorded>();
  private readonly shared: readonly string[];
  private linksBefore: ReadonlyMap<string, string> | undefined;
  private count = 0;

  /** `directory` is empty and nobody else's; `shared` are places in which programs leave what others find. */
  constructor(strace: Strace, directory: string, shared: readonly string[]) {
    this.strace = strace;
    this.shared = shared;
    this.directory = directory;
  }

  /** The links in places that programs share, as they were before the first one started. */
  get links(): ReadonlyMap<string, string> {
    return this.linksBefore ?? new Map();
  }

  traced(start: ProgramStart, command: readonly string[], arg0?: string): readonly string[] {
    const sandbox = sandboxKind(start.sandboxCommand);
    if (sandbox === 'Bubblewrap') refuseSetuid(start.sandboxCommand?.[0] ?? '');
    this.linksBefore ??= linksIn(this.shared);
    const file = join(this.directory, `${this.count++}.strace`);
    // A build may be repeated: the last run is what the result is of.
    this.byUnit.set(keyOf(start), { start, file, variables: [] });
    return tracedCommand(this.strace, file, {
      ...{ command, arg0 },
      hasFilters: sandbox === 'Landlock',
    });
  }

  said(start: ProgramStart, stdout: Buffer): void {
    const recorded = this.byUnit.get(keyOf(start));
    if (recorded !== undefined) recorded.variables = variablesIn(stdout.toString());
  }

  /** Did the program of a {@link keyOf} start? */
  hasStarted(key: string): boolean {
    return this.byUnit.has(key);
  }

  /** Returns its last run, once. */
  take(key: string): Recorded | undefined {
    const found = this.byUnit.get(key);
    this.byUnit.delete(key);
    return found;
  }

  /** Returns what started, in the order of its units. */
  recorded(): Recorded[] {
    return [...this.byUnit].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, recorded]) => recorded);
  }
}

/** Throws CheckError for a bwrap that needs the rights of its owner: under strace a program gets none. */
function refuseSetuid(bwrap: string): void {
  if (process.getuid?.() === 0) return;
  if (((statSync(bwrap, { throwIfNoEntry: false })?.mode ?? 0) & 0o4000) === 0) return;
  throw new CheckError(
    `${bwrap} is setuid, and the kernel gives no program such rights under strace, so the sandbox cannot be made`,
    'use a bwrap without that bit, which needs user namespaces (sysctl user.max_user_namespaces)',
  );
}

/** Returns the key of a program: a build script runs for each OUT_DIR, rustc once for each unit. */
export function keyOf({
  kind,
  unit,
  outDir,
}: Pick<ProgramStart, 'kind' | 'unit' | 'outDir'>): string {
  return [kind, unit, ...(kind === 'rustc' ? [] : [outDir])].join('\0');
}

function variablesIn(said: string): string[] {
  const names = [...said.matchAll(/^cargo::?rerun-if-env-changed=(.*)$/gm)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].sort();
}

/** Returns the symbolic links below directories, by path. What vanishes meanwhile is none: cargo is at work. Throws CheckError. */
function linksIn(directories: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const pending = [...directories];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const entries = unlessGone(directory, () => readdirSync(directory, { withFileTypes: true }));
    for (const entry of entries ?? []) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) pending.push(path);
      const text = entry.isSymbolicLink() ? unlessGone(path, () => readlinkSync(path)) : undefined;
      if (text !== undefined) found.set(path, text);
    }
  }
  return found;
}

function unlessGone<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw new CheckError(
      `cannot look for links in ${path}: ${reasonOf(error)}`,
      'a program that is traced could write through one: remove it, or let it be read',
      { cause: error },
    );
  }
}

/**
 * Reads the traces of programs that ran in one build: a link that one makes, another may use. Throws CheckError that names the program
 * and why its trace cannot be used.
 */
export function readTraces(
  recorded: readonly Recorded[],
  before: ReadonlyMap<string, string>,
  workspace: Workspace,
): Replay[] {
  const replays = recorded.map((one) => readTrace(one, before, workspace));
  const links = new Map(before);
  const places = buildDirectories(workspace);
  const leadsOut = (link: string, text: string): boolean =>
    !places.some((place) => isWithin(resolve(dirname(link), text), place));
  // Of several, the one counts that hides more.
  for (const { links: made } of replays)
    for (const [link, text] of made)
      if (!links.has(link) || leadsOut(link, text)) links.set(link, text);
  const isNew = [...links].some(([link, text]) => before.get(link) !== text);
  return isNew ? recorded.map((one) => readTrace(one, links, workspace)) : replays;
}

function readTrace(
  { start, file }: Recorded,
  links: ReadonlyMap<string, string>,
  workspace: Workspace,
): Replay {
  const what = `what the ${start.kind} ${start.unit} did`;
  try {
    const lines = readRegularFile(file, MAX_TRACE).toString('latin1').split('\n');
    if (lines.pop() !== '') throw new UnreadableTrace('the trace has no end: strace was ended');
    return replay(lines, {
      cwd: start.cwd,
      isSubject: (path) =>
        start.executable === undefined
          ? isWithin(realPath(path), workspace.sysroot)
          : path === (startedBy(start.sandboxCommand) ?? start.executable),
      real: realPath,
      isApart: (path) => path === start.linker,
      isMade: mayHaveMade(start, workspace),
      links,
    });
  } catch (error) {
    const isOfTrace = error instanceof UnreadableTrace;
    throw new CheckError(
      `${what} is not known: ${isOfTrace ? error.message : reasonOf(error)}`,
      isOfTrace && error.message === 'the program never started'
        ? 'a wrapper or runner in front of it may hand it to a server: trace without RUSTC_WRAPPER and target.*.runner'
        : 'trace again; if that fails too, report it with the version of strace',
      { cause: error },
    );
  }
}
