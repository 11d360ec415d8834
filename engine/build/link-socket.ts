import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { isWithin } from '../paths.ts';
import { readOpenFile } from '../regular-file.ts';
import { type Finished, runProgram } from '../workspace/run-program.ts';
import { describeLink, expectsLink, needsLink, placeholder, refuseUnsupported } from './link.ts';
import { linkerFlavours } from './linker-flavours.ts';
import { type Ending, type Hello, ShimConnection, ShimGoneError } from './protocol.ts';
import { quotedWord } from './response-file.ts';
import type { ServerOptions } from './server-options.ts';
import type { RustcInvocation } from './types.ts';

/** Largest output that can be judged, in bytes: no parser takes a larger file. */
const MAX_LINKED = 2 ** 32 - 1;

/** Called when a linker ended, with its stderr; without an ending when the shim in its place was gone. */
export type LinkEnded = (ending: Ending | undefined, said: string) => void;

/** What linking for one sandboxed rustc needs. */
export interface LinkSocketOptions {
  readonly server: ServerOptions;
  readonly invocation: RustcInvocation;
  /** The user's linker. */
  readonly linker: string;
  /** The linker's environment. */
  readonly env: ReadonlyMap<string, string>;
  readonly token: string;
  readonly onEnded: LinkEnded;
  /** Returns the sandboxed command line of a linker that may write to `directory` only. */
  readonly sandboxed: (command: readonly string[], directory: string) => readonly string[];
}

/** Thrown when rustc's sandbox asks for something that no rustc asks for. */
class BadLinkError extends Error {
  override readonly name = 'BadLinkError';
}

/**
 * A socket for the links of one rustc that runs in a sandbox. Proc macros run in the same sandbox, so whatever
 * arrives here may be forged. Therefore
 * - the socket accepts links of this one unit, once for each output, and nothing else;
 * - the engine copies the unit's objects to where the sandbox cannot write, judges the copies, and links the copies
 *   itself, in a sandbox of its own;
 * - the output is moved to its place after rustc, and with it every process of its sandbox, has ended.
 * So the linked objects are the judged ones, whatever the sandbox sends.
 */
export class LinkSocket {
  readonly #options: LinkSocketOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stop = new AbortController();
  /** By output: the file that will replace it. */
  readonly #made = new Map<string, string | undefined>();
  #storage: string | undefined;

  constructor(options: LinkSocketOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      void this.#serve(new ShimConnection(socket));
    });
  }

  /** Directory that the sandbox sees: it holds the socket and every other file that is passed to rustc. */
  get directory(): string {
    return join(this.#options.server.directory, `unit-${this.#options.invocation.id}`);
  }

  get path(): string {
    return join(this.directory, 'link.sock');
  }

  /** Starts listening. Returns the path of the linker for rustc, whose file stem is `name`. */
  async listen(name: string): Promise<string> {
    const { shim, workspace } = this.#options.server;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    // On the same file system as the outputs, so that a finished output need only be renamed.
    const storage = join(workspace.targetDirectory, '.cackle', 'link');
    await mkdir(storage, { recursive: true });
    this.#storage = await mkdtemp(join(storage, 'unit-'));
    const linker = await standInForLinker(this.directory, name, {
      shim,
      socket: this.path,
      token: this.#options.token,
    });
    await new Promise<void>((done, failed) => {
      this.#server.once('error', failed);
      this.#server.listen(this.path, () => done());
    });
    return linker;
  }

  /**
   * Puts the outputs in place after a rustc that succeeded, and returns their paths. Throws CheckError when one was
   * never linked. A unit that is only checked links nothing.
   */
  async finish(emitsCode: boolean): Promise<readonly string[]> {
    const { invocation } = this.#options;
    if (this.#made.size === 0 && emitsCode && expectsLink(invocation)) {
      throw new CheckError(
        `rustc compiled ${invocation.crateName} in its sandbox, and nothing was linked: the output could not be judged`,
        'one of its proc macros may interfere with the compiler: look at what they do',
      );
    }
    for (const [output, made] of this.#made) {
      if (made === undefined)
        throw new CheckError(`rustc went on although ${output} could not be linked`);
      await rename(made, output);
    }
    return [...this.#made.keys()];
  }

  /** Ends all connections and removes the remaining files. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((done) => this.#server.close(() => done()));
    if (this.#storage !== undefined) await rm(this.#storage, { recursive: true, force: true });
    await rm(this.directory, { recursive: true, force: true });
  }

  async #serve(shim: ShimConnection): Promise<void> {
    try {
      const hello = await shim.hello();
      if (hello.role !== 'linker' || hello.token !== this.#options.token)
        throw new BadLinkError('only the links of this rustc are answered here');
      const { status, stdout, stderr } = await this.#link(hello);
      const append = `${stdout.toString()}${stderr}`;
      shim.end({ do: 'exit', status: status ?? 1, emit: true, append });
    } catch (error) {
      const bad = error instanceof BadLinkError;
      if (error instanceof ShimGoneError && !this.#stop.signal.aborted)
        this.#options.onEnded(undefined, '');
      if (!bad && !(error instanceof ShimGoneError) && !this.#stop.signal.aborted)
        this.#options.server.fail(error);
      // Other errors may mention files that the sandbox must not know about.
      shim.end({ do: 'refuse', message: bad ? error.message : 'the link cannot be made' });
    }
  }

  async #link(hello: Hello): Promise<Pick<Finished, 'status' | 'stdout' | 'stderr'>> {
    const { invocation, server, linker } = this.#options;
    const flavour = linkerFlavours[invocation.platform.linker];
    const args = flavour.expand(hello.args, invocation.cwd, (path) =>
      readWithin(path, invocation.outDir),
    );
    const command = flavour.parse(args, invocation.cwd);
    const { output } = command;
    if (dirname(output) !== invocation.outDir || this.#made.has(output))
      throw new BadLinkError(`${output} is not for this rustc to link, or was linked already`);
    this.#made.set(output, undefined);
    const storage = await mkdtemp(join(this.#storage as string, 'link-'));
    const named = command.inputs.flatMap((input) => ('path' in input ? [input.path] : []));
    const copies = await this.#copy([...named, ...command.scripts], storage);
    const copied = (path: string): string => copies.get(path) ?? path;
    const originals = new Map([...copies].map(([from, copy]) => [copy, from]));
    const request = await describeLink(
      invocation,
      {
        ...command,
        inputs: command.inputs.map((input) =>
          'path' in input ? { ...input, path: copied(input.path) } : input,
        ),
        scripts: command.scripts.map(copied),
      },
      {
        ...server,
        linker,
        // Not the environment that the sandbox sent: it decides where one of our programs looks.
        env: this.#options.env,
        cwd: invocation.cwd,
        original: (path) => originals.get(path) ?? path,
      },
    );
    const writable = request.inputs.find(({ path }) => this.#isOwn(path));
    if (writable !== undefined)
      throw new BadLinkError(`cannot link ${writable.path}: it is named in an unknown way`);
    refuseUnsupported(request);
    const reading = server.handlers.onLink(request);
    reading.catch(() => undefined);
    const made = join(storage, basename(output));
    let finished: Pick<Finished, 'status' | 'stdout' | 'stderr'> = {
      status: 0,
      stdout: Buffer.alloc(0),
      stderr: '',
    };
    if (needsLink(invocation, server.linkAll)) {
      const real = replaced(args, new Map([...copies, [output, made]]), invocation.cwd);
      // Always in a file: the list may be too long for a command line.
      const list = join(storage, 'arguments');
      await writeFile(list, real.map(quotedWord).join('\n'));
      const [program, ...rest] = this.#options.sandboxed([linker, `@${list}`], storage);
      finished = await runProgram(program as string, rest, {
        env: {},
        signal: this.#stop.signal,
      });
      this.#options.onEnded(finished, finished.stderr);
    } else {
      await writeFile(made, placeholder, { mode: 0o755 });
    }
    await reading;
    if (finished.status !== 0) return finished;
    if (needsLink(invocation, server.linkAll)) await server.handlers.onLinked(request, made);
    this.#made.set(output, made);
    return finished;
  }

  /**
   * Copies the files that belong to this rustc alone: its objects, and everything in its temporary directories.
   * Libraries directly in the output directory belong to other units.
   */
  async #copy(paths: readonly string[], storage: string): Promise<Map<string, string>> {
    const { outDir } = this.#options.invocation;
    const copies = new Map<string, string>();
    for (const path of paths) {
      if (copies.has(path) || !this.#isOwn(path)) continue;
      const directory = join(storage, String(copies.size));
      await mkdir(directory);
      const copy = join(directory, basename(path));
      await writeFile(copy, await readWithin(path, outDir));
      copies.set(path, copy);
    }
    return copies;
  }

  #isOwn(path: string): boolean {
    const { outDir } = this.#options.invocation;
    const isLibrary = /\.(?:rlib|a|so)$/.test(path) && dirname(path) === outDir;
    return !isLibrary && isWithin(path, outDir);
  }
}

/**
 * Returns the name of the shim in the linker's place: it has the file stem of the user's linker, from which rustc
 * infers the linker flavour.
 */
export function linkerName(linker: string | undefined): string {
  return linker === undefined ? 'cackle-cc' : basename(linker);
}

/**
 * Creates a link to the shim in `directory` for one rustc's linker, and beside it the file that tells the shim how to
 * reach us (engine/shim/src/role.rs). Returns the link's path.
 */
export async function standInForLinker(
  directory: string,
  name: string,
  to: { readonly shim: string; readonly socket: string; readonly token: string },
): Promise<string> {
  const place = join(directory, 'cackle-linker');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const linker = join(place, name);
  await Promise.all([
    writeFile(join(place, 'link'), `${to.socket}\n${to.token}`, { mode: 0o600 }),
    symlink(to.shim, linker),
  ]);
  return linker;
}

/**
 * Reads a regular file below `directory`, to which a sandbox can write. Throws BadLinkError for a symbolic link that
 * leads out of it: it would give the sandbox a file that it cannot read itself.
 */
function readWithin(path: string, directory: string): Buffer {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new BadLinkError(`${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    // The file that was really opened, even if the names on the way have changed since.
    const opened = readlinkSync(`/proc/self/fd/${file}`);
    const within = isWithin(opened, realpathSync(directory));
    const status = fstatSync(file);
    if (!within || !status.isFile()) throw new BadLinkError(`${path} is no file of this rustc`);
    return readOpenFile(file, status.size, MAX_LINKED);
  } finally {
    closeSync(file);
  }
}

/** Where a path may begin that ends an argument: a path may have `=` and `,` itself. */
function startsOfPath(argument: string): number[] {
  if (!argument.startsWith('-')) return [0];
  return [...argument.matchAll(/[=,]/g)].map(({ index }) => index + 1);
}

/**
 * Returns the arguments with files replaced, which stand alone or after `=` or `,` at the end of an option. Throws
 * BadLinkError unless every one of them was found.
 */
function replaced(
  args: readonly string[],
  files: ReadonlyMap<string, string>,
  cwd: string,
): string[] {
  const missing = new Set(files.keys());
  const result = args.map((argument) => {
    for (const from of startsOfPath(argument)) {
      const path = resolve(cwd, argument.slice(from));
      const file = files.get(path);
      if (file === undefined) continue;
      missing.delete(path);
      return `${argument.slice(0, from)}${file}`;
    }
    return argument;
  });
  if (missing.size > 0)
    throw new BadLinkError(`cannot link ${[...missing].join(', ')}: named in an unknown way`);
  return result;
}
