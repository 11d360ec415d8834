import { lstatSync, type Stats } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { distinct } from '../distinct.ts';
import { readRegularFile } from '../regular-file.ts';
import type { Denial } from '../sandbox/denied.ts';
import {
  denialsIn,
  placesToWrite,
  reportsDeniedWrite,
  searchedDirectories,
} from '../sandbox/denied.ts';
import { hiddenBy } from '../sandbox/hidden.ts';
import type { BuildScriptProgram } from '../sandbox/programs.ts';
import { runProgram } from '../workspace/run-program.ts';
import { runPlaces, type SandboxedRun, type ServerOptions } from './server-options.ts';

/** Most files of a package that is copied to find out why its build script failed. */
const MAX_FILES = 4000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Most milliseconds that the search for a reason may take. */
const PATIENCE_MS = 30_000;

/**
 * Runs the script, saves the kernel's network counters for a sandbox without a network, and ends with the script's
 * status.
 */
const counting =
  '"$0" "$@"; ended=$?; cat /proc/net/snmp > "$OUT_DIR/.network" 2> /dev/null; exit $ended';

/**
 * Resolves to what the sandbox denied to a build script that failed. The script's output tells; if that is not
 * enough, it runs again in the same sandbox, where it may write in a copy of its package.
 */
export async function whyFailed(
  program: BuildScriptProgram,
  output: string,
  options: ServerOptions,
  sandbox: SandboxedRun,
): Promise<Denial[]> {
  const { sandboxes } = sandbox;
  const places = runPlaces(options, sandbox);
  const binary = bytesOf(program.linked);
  const isDenied = (denial: Denial): boolean =>
    denial.what !== 'write' || !sandboxes.mayWrite(program.package, denial.path);
  const command = sandboxes.buildScript(program, places) ?? [];
  const told = (text: string): Denial[] =>
    denialsIn(text, {
      cwd: program.cwd,
      hiddenVariables: sandboxes.hiddenFrom(program, places),
      mentions: (name) => binary.includes(name),
      hasNetwork: sandboxes.hasNetwork(program.package, 'build'),
      ...hiddenBy(command),
      searched: searchedDirectories(program.env),
    }).filter(isDenied);
  const denials = told(output);
  if (denials.length > 0 && !reportsDeniedWrite(output)) return denials;
  const asked = await ask(program, options, sandbox).catch(() => undefined);
  if (asked === undefined) return denials;
  const wrote = asked.wrote.filter(isDenied);
  if (asked.succeeded) return wrote;
  const others = [...denials, ...told(asked.output)].filter(
    ({ what }) => wrote.length === 0 || what !== 'write',
  );
  return distinct([
    ...wrote,
    ...others,
    ...(asked.usedNetwork ? [{ what: 'network' } as const] : []),
  ]);
}

interface Asked {
  readonly succeeded: boolean;
  readonly wrote: readonly Denial[];
  readonly usedNetwork: boolean;
  readonly output: string;
}

/** Runs the script again; undefined when its package is too large to copy. */
async function ask(
  program: BuildScriptProgram,
  options: ServerOptions,
  sandbox: SandboxedRun,
): Promise<Asked | undefined> {
  const { directory } = program.package;
  const { targetDirectory } = options.workspace;
  const leftOut = new Set([relative(directory, targetDirectory), '.git']);
  const before = await listing(directory, leftOut);
  if (before === undefined) return undefined;
  const scratch = await mkdtemp(join(options.directory, 'ask-'));
  try {
    const copy = join(scratch, 'package');
    await cp(directory, copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !leftOut.has(relative(directory, path)),
    });
    // With write permission on every file, only the sandbox can prevent a write.
    await chmod(copy, 0o755);
    for (const [path, stats] of before)
      if (!stats.isSymbolicLink()) await chmod(join(copy, path), stats.mode | 0o600);
    const outDir = join(scratch, 'out');
    await mkdir(outDir);
    const copied = (await listing(copy, leftOut)) ?? new Map<string, Stats>();
    const asking = { ...program, command: ['/bin/sh', '-c', counting, ...program.command] };
    const command = sandbox.sandboxes.buildScript(asking, runPlaces(options, sandbox), {
      package: copy,
      outDir,
    });
    const [sandboxing, ...args] = command ?? [];
    if (sandboxing === undefined) return undefined;
    const ran = await runProgram(sandboxing, args, {
      env: {},
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // The script may have replaced this file by anything.
    const counters = bytesOf(join(outDir, '.network')).toString();
    const after = (await listing(copy, leftOut)) ?? new Map<string, Stats>();
    const written = [...after].filter(([path, stats]) => {
      const then = copied.get(path);
      return then === undefined || (stats.isFile() && !isSame(then, stats));
    });
    return {
      succeeded: ran.status === 0,
      wrote: distinct(
        written.flatMap(([path, stats]) =>
          // A new directory does not exist in the package, so it is itself the place to allow.
          placesToWrite(join(directory, path, stats.isDirectory() ? 'any' : '')),
        ),
      ),
      usedNetwork: sandbox.sandboxes.countsNetwork(program.package) && wantedNetwork(counters),
      // In Landlock, the copies are named as such.
      output: `${ran.stdout}\n${ran.stderr}`.replaceAll(copy, directory),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function isSame(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** Returns the files below a directory, by relative path; undefined when there are too many. */
async function listing(
  directory: string,
  leftOut: ReadonlySet<string>,
): Promise<Map<string, Stats> | undefined> {
  const found = new Map<string, Stats>();
  const pending = [directory];
  let bytes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const name of await readdir(next)) {
      const path = join(next, name);
      if (leftOut.has(relative(directory, path))) continue;
      const stats = lstatSync(path);
      // Reading a pipe or device would never end.
      if (!stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink()) return undefined;
      bytes += stats.size;
      if (found.size >= MAX_FILES || bytes > MAX_BYTES) return undefined;
      found.set(relative(directory, path), stats);
      if (stats.isDirectory()) pending.push(path);
    }
  }
  return found;
}

/**
 * Returns whether the kernel counted packets without a route, or attempts to connect, in a network without a way out.
 */
function wantedNetwork(counters: string): boolean {
  const value = (protocol: string, name: string): number => {
    const [names, values] = counters
      .split('\n')
      .filter((line) => line.startsWith(`${protocol}: `))
      .map((line) => line.split(' '));
    return Number(values?.[names?.indexOf(name) ?? -1] ?? 0);
  };
  return value('Ip', 'OutNoRoutes') > 0 || value('Tcp', 'ActiveOpens') > 0;
}

/** Returns the bytes of a file, none when it cannot be read. */
function bytesOf(path: string): Buffer {
  try {
    return readRegularFile(path, MAX_BINARY);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Largest build script, in bytes, that is searched for names of variables. */
const MAX_BINARY = 2 ** 30;
