import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { tellCargo } from './asked-variables.ts';
import { serveBuildScript, standIn } from './build-script.ts';
import { withoutUs } from './environment.ts';
import { describeLink, needsLink, placeholder, refuseUnsupported } from './link.ts';
import { linkerName, standInForLinker } from './link-socket.ts';
import { parseLinkerArguments } from './linker-arguments.ts';
import { ourVariables } from './our-variables.ts';
import { serveProgram, serveRustdoc } from './programs.ts';
import {
  type Done,
  type Ending,
  endingSignal,
  exitStatus,
  type Hello,
  ShimConnection,
  ShimGoneError,
  saysKilled,
} from './protocol.ts';
import { expandLinkerArguments, expandRustcArguments, quotedWord } from './response-file.ts';
import { FLAGS_VERSION, OUR_LINTS, rewriteRustcArguments } from './rustc-arguments.ts';
import { describeRustcCommand } from './rustc-command.ts';
import { parseRustcArguments } from './rustc-command-line.ts';
import { type Compilation, compileInside } from './sandboxed-rustc.ts';
import type { ServerOptions } from './server-options.ts';
import type { AskedVariable, FailedProgram, LintHit, RustcInvocation } from './types.ts';
import { refusedArgument, searchNativeOnly } from './unit-arguments.ts';
import { readUnitCfg } from './unit-cfg.ts';
import { identify } from './units.ts';

/** As engine/shim/src/role.rs says it. */
const OTHER_VERSION =
  '; if cackle was updated, its two halves may be of two versions: start it once as `./cackle`, or `npm run build` in its directory, and check again; if not, check again';
/** More than this of what a compilation prints is not shown. */
const MAX_RUSTC_OUTPUT = 256 * 1024;
/** Above this a command line goes to rustc in a file. */
const MAX_COMMAND_LINE = 128 * 1024;

/** A command line of cargo's for a unit, and which unit that is. */
type ReadUnit = Pick<Compilation, 'args' | 'command' | 'invocation'>;

interface Unit {
  readonly invocation: RustcInvocation;
  readonly linker: string;
}

/** Answers the shims of one cargo run. */
export class ShimServer {
  readonly token = randomBytes(16).toString('hex');
  readonly failedUnits: string[] = [];
  /** What was ended from outside, in words. */
  readonly killed: string[] = [];
  /** Units whose linker failed. */
  private readonly failedLinks = new Set<number>();
  readonly failedBuildScripts: FailedProgram[] = [];
  /** Sandboxed tests that failed. */
  readonly failedTests: FailedProgram[] = [];
  readonly failedSandboxedUnits: { packageId: string; command: readonly string[] }[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly unitsByLinkToken = new Map<string, Unit>();
  /** Cargo's process group: the shims end it when this engine is gone and cannot. */
  processGroup: number | undefined;
  private nextId = 1;
  private closing = false;
  private readonly options: ServerOptions;

  constructor(options: ServerOptions) {
    this.options = options;
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

  /** Ends every connection; shims that still run then fail and end their program. */
  async close(): Promise<void> {
    this.closing = true;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((done) => this.server.close(() => done()));
  }

  private async serve(shim: ShimConnection): Promise<void> {
    let what: string | undefined;
    try {
      const hello = await shim.hello();
      what = roleText(hello);
      if (hello.role === 'linker') await this.linker(shim, hello);
      else if (!sameSecret(hello.token, this.token))
        shim.end({ do: 'refuse', message: 'this process does not belong to the running check' });
      else if (hello.role === 'rustc') await this.rustc(shim, hello);
      else if (hello.role === 'rustdoc') await serveRustdoc(shim, hello, this.options);
      else if (hello.role === 'runner') {
        const failed = await serveProgram(shim, hello, this.options);
        if (failed !== undefined) this.failedTests.push(failed);
      } else {
        const failed = await serveBuildScript(shim, hello, this.options);
        if (failed !== undefined) this.failedBuildScripts.push(failed);
      }
    } catch (error) {
      if (error instanceof ShimGoneError) {
        shim.destroy();
        // What was killed beside it, as in a process group, tells nothing more.
        if (!this.closing && what !== undefined) this.killed.push(`${what} ended without a word`);
        return;
      }
      if (!this.closing) this.options.fail(error);
      shim.end({ do: 'refuse', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private async rustc(shim: ShimConnection, hello: Hello): Promise<void> {
    const options = hello.args.findIndex((a) => a.startsWith('-') || a.startsWith('@'));
    const programs = hello.args.slice(0, options < 0 ? undefined : options);
    const given = options < 0 ? [] : hello.args.slice(options);
    const wrapped =
      this.options.userWrapper === undefined ? programs : [this.options.userWrapper, ...programs];
    const plain = { args: [...wrapped, ...given], ...withoutUs() };
    // Cargo names the crate of every unit; what has no name is one of its questions to rustc.
    const isUnit = hello.env.has('CARGO_CRATE_NAME');
    if (!isUnit && given.length === 1 && given[0] === '-vV') {
      const done = await shim.run({
        do: 'run',
        stdout: 'collect',
        limit: 1 << 20,
        stderr: 'pass',
        ...plain,
      });
      const append = `cackle: ${FLAGS_VERSION} ${this.options.storeId}\n`;
      shim.end({
        do: 'exit',
        status: exitStatus(done),
        emit: true,
        ...(exitStatus(done) === 0 ? { append } : {}),
      });
      return;
    }
    if (!isUnit) {
      const compiled = parseRustcArguments(given).find(
        ({ kind, value }) => kind === 'input' && value !== '-',
      );
      if (compiled !== undefined)
        throw new CheckError(
          `rustc is asked to compile ${compiled.value}, and cargo names no crate`,
        );
      shim.end({ do: 'exec', ...plain });
      return;
    }
    await this.compile(shim, hello, programs, await this.readUnit(hello, programs, given));
  }

  /** Reads the command line of a unit. Throws CheckError for one that does more than compile what cargo says. */
  private async readUnit(
    hello: Hello,
    programs: readonly string[],
    given: readonly string[],
  ): Promise<ReadUnit> {
    const { handlers, workspace } = this.options;
    // Too long for a command line it comes in a file, alone (cargo-util, "argfile"). In no other is `@` believed.
    const inFile = given.length === 1 && given[0]?.startsWith('@');
    const written = inFile ? expandRustcArguments(given, hello.cwd) : given;
    const args = await searchNativeOnly(parseRustcArguments(written), hello.cwd, (directory) =>
      handlers.holdsUnits(directory),
    );
    const command = describeRustcCommand(args);
    const [rustc, ...more] = programs;
    // A wrapper may add settings of its own.
    const isPlain = more.length === 0 && this.options.userWrapper === undefined;
    const toolchain = hello.env.get('RUSTUP_TOOLCHAIN');
    const cfg =
      rustc === undefined || !isPlain
        ? undefined
        : readUnitCfg(args, { rustc, cwd: workspace.root, toolchain });
    const invocation = identify(this.nextId++, hello, command, workspace, cfg);
    const refused = refusedArgument(written, args);
    if (refused !== undefined) {
      const label = workspace.packages[invocation.package]?.label ?? '?';
      throw new CheckError(
        `${label}: cargo would give rustc the argument ${refused}`,
        `look for it in the [lints] and the build script of ${label}, and in RUSTFLAGS and .cargo/config.toml: nothing of the package was compiled`,
      );
    }
    return { args, command, invocation };
  }

  private async compile(
    shim: ShimConnection,
    hello: Hello,
    programs: readonly string[],
    { args, command, invocation }: ReadUnit,
  ): Promise<void> {
    const { handlers } = this.options;
    const gate = await handlers.onRustcStart(invocation, () => shim.wait());
    if (!gate.allow) {
      shim.end({ do: 'refuse', message: gate.reason });
      return;
    }
    const output = {
      // What a proc macro prints would reach us as if cargo had said it.
      stdout: 'collect',
      limit: MAX_RUSTC_OUTPUT,
      stderr: command.jsonErrors ? 'lints' : 'pass',
      lints: [...OUR_LINTS],
    } as const;
    const compilation: Compilation = { hello, programs, args, command, invocation };
    const { sandbox } = this.options;
    const { done, sandboxCommand } = sandbox?.sandboxes.forRustc
      ? await compileInside(shim, compilation, output, this.options, sandbox, (ended, said) =>
          this.noteLink(invocation, ended, said),
        )
      : await this.compileOutside(shim, compilation, output);
    const printed = Buffer.from(done.stdout ?? '', 'base64').toString();
    for (const line of printed.split('\n')) if (line !== '') handlers.onCargoOutput(line);
    if (done.spawnError !== undefined)
      throw new CheckError(done.spawnError, 'is the toolchain complete?');
    const success = done.status === 0;
    if (!success && !this.closing) {
      const { packageId } = invocation;
      this.failedUnits.push(packageId);
      const ending = endingSignal(done);
      if (ending !== undefined)
        this.killed.push(`rustc of ${invocation.crateName} was ended by signal ${ending}`);
      if (sandboxCommand !== undefined)
        this.failedSandboxedUnits.push({ packageId, command: sandboxCommand });
    }
    const lints: LintHit[] = (done.lints ?? []).map((hit) => ({
      lint: hit.lint === 'unsafe_code' ? 'unsafe_code' : 'missing_unsafe_on_extern',
      file: resolve(hello.cwd, hit.file),
      line: hit.line,
      column: hit.column,
    }));
    const depInfo =
      command.depInfo === undefined
        ? join(invocation.outDir, `${invocation.crateName}${invocation.extraFilename}.d`)
        : resolve(hello.cwd, command.depInfo);
    const variables = success ? this.askedBy(hello, depInfo) : [];
    await handlers.onRustcDone({
      invocation,
      success,
      // 1: the compiler's errors (rustc, exit status).
      disturbed: !success && (done.status !== 1 || this.failedLinks.has(invocation.id)),
      lints,
      depInfo,
      variables,
      nativeDirectories: command.nativeDirectories.map((path) => resolve(hello.cwd, path)),
      outputs: success ? outputsOf(invocation) : [],
    });
    shim.end({ do: 'exit', status: exitStatus(done) });
  }

  /** What a unit that was compiled asks of the environment; cargo then finds it fresh where it is. */
  private askedBy({ env }: Hello, depInfo: string): readonly AskedVariable[] {
    const { handlers, sandbox, configVariables } = this.options;
    const set = handlers.variablesOf(env.get('OUT_DIR') ?? '');
    const passes = (name: string): boolean =>
      sandbox?.sandboxes.passesToRustc(name, configVariables) ?? true;
    return tellCargo(depInfo, env, set, passes);
  }

  private async compileOutside(
    shim: ShimConnection,
    { programs, args, command, invocation }: Compilation,
    output: Parameters<typeof compileInside>[2],
  ): Promise<{ done: Done; sandboxCommand: undefined }> {
    const token = randomBytes(16).toString('hex');
    this.unitsByLinkToken.set(token, { invocation, linker: command.linker ?? 'cc' });
    const directory = join(this.options.directory, `unit-${invocation.id}`);
    const linker = await standInForLinker(directory, linkerName(command.linker), {
      shim: this.options.shim,
      socket: this.socketPath,
      token,
    });
    const rewritten = rewriteRustcArguments(args, linker, this.options.llvm);
    const { userWrapper } = this.options;
    const done = await shim.run({
      do: 'run',
      args: [
        ...(userWrapper === undefined ? [] : [userWrapper]),
        ...programs,
        ...(await this.commandLine(rewritten, invocation.id)),
      ],
      ...output,
      ...withoutUs(),
    });
    this.unitsByLinkToken.delete(token);
    await rm(directory, { recursive: true, force: true });
    return { done, sandboxCommand: undefined };
  }

  /** Notes a linker that did not do its work, and whether it was ended from outside. */
  private noteLink(
    { id, crateName }: RustcInvocation,
    ended: Ending | undefined,
    said: string,
  ): void {
    if (ended?.status === 0) return;
    this.failedLinks.add(id);
    if (ended === undefined) {
      this.killed.push(`the linker of ${crateName} ended without a word`);
      return;
    }
    const ending = endingSignal(ended);
    if (ending !== undefined)
      this.killed.push(`the linker of ${crateName} was ended by signal ${ending}`);
    else if (saysKilled.test(said))
      this.killed.push(`a program of the linker of ${crateName} was ended by a signal`);
  }

  private async commandLine(args: readonly string[], id: number): Promise<readonly string[]> {
    const length = args.reduce((sum, a) => sum + a.length + 1, 0);
    if (length < MAX_COMMAND_LINE) return args;
    const file = join(this.options.directory, `rustc-${id}.args`);
    await writeFile(file, args.join('\n'));
    return [`@${file}`];
  }

  /** The words of response files as they were judged: the files themselves may be others by now. */
  private async linkLine(
    given: readonly string[],
    judged: readonly string[],
  ): Promise<readonly string[]> {
    if (!given.some((argument) => argument.includes('@'))) return given;
    const file = join(this.options.directory, `link-${this.nextId++}.args`);
    await writeFile(file, judged.map(quotedWord).join('\n'));
    return [`@${file}`];
  }

  private async linker(shim: ShimConnection, hello: Hello): Promise<void> {
    const unit = this.unitsByLinkToken.get(hello.token);
    if (unit === undefined) {
      shim.end({ do: 'refuse', message: `this link belongs to no running rustc${OTHER_VERSION}` });
      return;
    }
    const { invocation } = unit;
    const args = expandLinkerArguments(hello.args, hello.cwd);
    const request = await describeLink(invocation, parseLinkerArguments(args, hello.cwd), {
      ...this.options,
      linker: unit.linker,
      env: hello.env,
      cwd: hello.cwd,
    });
    refuseUnsupported(request);
    const reading = this.options.handlers.onLink(request);
    reading.catch(() => undefined);
    if (needsLink(invocation, this.options.linkAll)) {
      const done = await shim.run({
        do: 'run',
        args: [unit.linker, ...(await this.linkLine(hello.args, args))],
        stdout: 'pass',
        stderr: 'keep',
        unset: ourVariables,
        set: [],
      });
      await reading;
      this.noteLink(invocation, done, Buffer.from(done.stderr ?? '', 'base64').toString());
      if (done.spawnError !== undefined)
        throw new CheckError(
          done.spawnError,
          'a linker such as gcc is needed to build Rust programs',
        );
      if (exitStatus(done) === 0) {
        await this.options.handlers.onLinked(request, request.output);
        if (invocation.kind === 'build-script') await standIn(request.output, this.options.shim);
      }
      shim.end({ do: 'exit', status: exitStatus(done) });
      return;
    }
    await reading;
    writeFileSync(request.output, placeholder, { mode: 0o755 });
    shim.end({ do: 'exit', status: 0 });
  }
}

/** What a shim stands for whose end from outside spoils a check; undefined for what says itself how it ended. */
function roleText({ role, env }: Hello): string | undefined {
  const name = env.get('CARGO_CRATE_NAME') ?? env.get('CARGO_PKG_NAME') ?? '?';
  if (role === 'rustc') return env.has('CARGO_CRATE_NAME') ? `rustc of ${name}` : 'rustc';
  if (role === 'linker') return `the linker of ${name}`;
  return role === 'build-script' ? `the build script of ${env.get('CARGO_PKG_NAME')}` : undefined;
}

function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The files that a unit left. Asked at once: five waits for the thread pool take longer than the answers. */
function outputsOf(invocation: RustcInvocation): string[] {
  const { outDir, crateName, extraFilename } = invocation;
  const stem = `${crateName}${extraFilename}`;
  const names = ['.rlib', '.rmeta', '.so', '.a'].map((ending) => `lib${stem}${ending}`);
  return [...names, stem].map((name) => join(outDir, name)).filter((path) => existsSync(path));
}
