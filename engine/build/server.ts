import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { shellWords } from '../shell-words.ts';
import { serveBuildScript } from './build-script.ts';
import { BuildFailures } from './failures.ts';
import { serveCargoItself } from './inner-cargo.ts';
import { LinkerService } from './linker-service.ts';
import { withLoaderPath } from './loader-path.ts';
import { compilerAdvice } from './missing-compiler.ts';
import { serveProgram } from './programs.ts';
import { type Hello, ShimConnection, ShimGoneError } from './protocol.ts';
import { readPrograms } from './rustc-programs.ts';
import { isQuery, RustcService } from './rustc-service.ts';
import { serveRustdoc } from './rustdoc-service.ts';
import type { ServerOptions } from './server-options.ts';
import type { FailedProgram } from './types.ts';

/** What a shim stands for. */
interface StoodFor {
  /** Describes the program, if an end from outside spoils the check; undefined if it reports itself how it ended. */
  readonly text: string | undefined;
  /** For a question of cargo's to rustc: the number of the programs of the build that cargo had started when it came. */
  readonly asked: number | undefined;
}

/** Answers the shims of one cargo run. */
export class ShimServer {
  readonly token = randomBytes(16).toString('hex');
  readonly failures = new BuildFailures();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** What the shims stand for that still talk to us, by their connections. */
  private readonly talking = new Map<ShimConnection, StoodFor>();
  /** Questions of cargo's whose shims ended before they had an answer. */
  private readonly lostQuestions: StoodFor[] = [];
  /** How many programs of the build cargo has started: units, build scripts, tests. */
  private started = 0;
  private readonly rustc: RustcService;
  private readonly linkers: LinkerService;
  /** Cargo's process group. The shims end it when this engine has died and cannot. */
  processGroup: number | undefined;
  private closing = false;
  private readonly options: ServerOptions;

  constructor(options: ServerOptions) {
    this.options = options;
    this.linkers = new LinkerService(options, this.failures);
    this.rustc = new RustcService(options, this.failures, this.linkers, {
      socketPath: this.socketPath,
      isClosing: () => this.closing,
    });
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      void this.serve(new ShimConnection(socket, () => this.processGroup));
    });
  }

  get socketPath(): string {
    return join(this.options.directory, 'engine.sock');
  }

  async listen(): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.server.once('error', failed);
      this.server.listen(this.socketPath, () => done());
    });
  }

  /**
   * To be called when cargo has ended by itself: it waits for what it starts, so a shim that has no answer by then was
   * ended from outside, whether its connection told us so yet or not. Adds it to the failures.
   */
  cargoEnded(): void {
    if (this.closing) return;
    for (const [shim, stoodFor] of this.talking) if (!shim.answered) this.noteGone(stoodFor);
    this.closing = true;
    // Cargo starts nothing before it has the answers to its questions: if it did, it had them, and another program asked.
    for (const { text, asked } of this.lostQuestions)
      if (text !== undefined && asked === this.started)
        this.failures.noteQuestion(`${text} ended without a word`);
  }

  /** Takes note of a shim that ended before it had an answer. */
  private noteGone(stoodFor: StoodFor): void {
    // A process that was killed along with the others, as in a process group, tells nothing new.
    if (this.closing) return;
    if (stoodFor.asked !== undefined) this.lostQuestions.push(stoodFor);
    else if (stoodFor.text !== undefined) this.failures.noteGone(stoodFor.text);
  }

  /** Ends every connection. A shim that still runs then fails and ends its program. */
  async close(): Promise<void> {
    this.closing = true;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((done) => this.server.close(() => done()));
  }

  private async serve(shim: ShimConnection): Promise<void> {
    let stoodFor: StoodFor | undefined;
    try {
      const hello = await shim.hello();
      stoodFor = { text: roleText(hello), asked: isQuery(hello) ? this.started : undefined };
      this.talking.set(shim, stoodFor);
      if (hello.role === 'linker') await this.linkers.serve(shim, hello);
      else if (!sameSecret(hello.token, this.token))
        shim.end({ do: 'refuse', message: 'this process does not belong to the running check' });
      else await this.serveCargo(shim, hello);
    } catch (error) {
      if (error instanceof ShimGoneError) {
        shim.destroy();
        if (stoodFor !== undefined) this.noteGone(stoodFor);
        return;
      }
      if (!this.closing) this.options.fail(error);
      shim.end({ do: 'refuse', message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.talking.delete(shim);
    }
  }

  /** Serves a shim that cargo started. What cargo set for it, the program in its place gets, but for the loader's path. */
  private async serveCargo(shim: ShimConnection, given: Hello): Promise<void> {
    if (given.role === 'cargo') return serveCargoItself(shim, given, this.options);
    if (!isQuery(given)) this.started++;
    if (this.options.ready !== undefined) {
      // Cargo waits for its questions to rustc, and nothing of the build takes part in an answer.
      if (isQuery(given)) return this.rustc.serve(shim, given);
      await this.options.ready();
    }
    const { workspace, handlers } = this.options;
    const env = await withLoaderPath(given.env, given.cwd, {
      workspace,
      loaderPlace: (directory) => handlers.loaderPlace(directory),
    });
    const hello = { ...given, env };
    if (hello.role === 'rustc') await this.rustc.serve(shim, hello);
    else if (hello.role === 'rustdoc') await serveRustdoc(shim, hello, this.options, this.failures);
    else if (hello.role === 'runner') {
      const failed = await serveProgram(shim, hello, this.options);
      if (failed !== undefined) this.failures.tests.push(failed);
    } else {
      const failed = await serveBuildScript(shim, hello, this.options);
      if (failed !== undefined) this.failures.buildScripts.push(withTarget(failed, env));
    }
  }
}

/**
 * Describes the program in whose place a shim stands, if an end from outside spoils the check; undefined for a
 * program that reports itself how it ended.
 */
function roleText(hello: Hello): string | undefined {
  const { role, env } = hello;
  const name = env.get('CARGO_CRATE_NAME') ?? env.get('CARGO_PKG_NAME') ?? '?';
  if (isQuery(hello)) return `\`${shellWords(['rustc', ...readPrograms(hello, 'rustc').given])}\``;
  if (role === 'rustc') return `rustc of ${name}`;
  if (role === 'linker') return `the linker of ${name}`;
  return role === 'build-script' ? `the build script of ${env.get('CARGO_PKG_NAME')}` : undefined;
}

function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Adds to a build script's failure for which other target it ran, and whether a C compiler for that was missing. */
function withTarget(failed: FailedProgram, env: ReadonlyMap<string, string>): FailedProgram {
  const target = env.get('TARGET');
  if (target === undefined || target === env.get('HOST')) return failed;
  const advice = compilerAdvice(target, failed.output);
  return { ...failed, target, ...(advice === undefined ? {} : { compilerAdvice: advice }) };
}
