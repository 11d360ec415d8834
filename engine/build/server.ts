import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckError } from '../judge/problems.ts';
import type { Workspace } from '../workspace/types.ts';
import { exportedPatterns, parseLinkerArguments } from './linker-arguments.ts';
import { exitStatus, type Hello, ShimConnection, ShimGoneError } from './protocol.ts';
import { expandLinkerArguments, expandRustcArguments } from './response-file.ts';
import {
  describeRustcCommand,
  FLAGS_VERSION,
  OUR_LINTS,
  parseRustcArguments,
  type RustcCommand,
  rewriteRustcArguments,
} from './rustc-arguments.ts';
import type {
  BuildHandlers,
  BuildScriptRun,
  LinkRequest,
  LintHit,
  OutputKind,
  RustcInvocation,
} from './types.ts';
import { identify, packageOf } from './units.ts';

/** Where a build script's linked file waits while the shim has its name. */
const REAL_SUFFIX = '.cackle-real';
/** More than any build script says to cargo; a longer output is refused. */
const MAX_BUILD_SCRIPT_OUTPUT = 64 * 1024 * 1024;
/** Above this a command line goes to rustc in a file. */
const MAX_COMMAND_LINE = 128 * 1024;

/** Variables of ours: none reaches what we do not trust. */
const ourVariables = [
  'CACKLE_SOCKET',
  'CACKLE_TOKEN',
  'CACKLE_LINK_TOKEN',
  'CACKLE_SHIM',
  'CACKLE_BUILD_SCRIPT',
];

const placeholder = `#!/bin/sh
echo "cackle judged this program without linking it; build it with cargo to run it" >&2
exit 126
`;

interface Unit {
  readonly invocation: RustcInvocation;
  readonly linker: string;
}

/** What a server needs to know of the run. */
export interface ServerOptions {
  readonly directory: string;
  readonly shim: string;
  readonly workspace: Workspace;
  readonly handlers: BuildHandlers;
  readonly userWrapper: string | undefined;
  readonly linkAll: boolean;
  readonly storeId: string;
  /** Called with the first error that makes the check impossible. */
  readonly fail: (error: unknown) => void;
}

/** Answers the shims of one cargo run (design, "The shim"). */
export class ShimServer {
  readonly token = randomBytes(16).toString('hex');
  readonly failedUnits: string[] = [];
  readonly failedBuildScripts: { packageId: string; output: string }[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly unitsByLinkToken = new Map<string, Unit>();
  private nextId = 1;
  private closing = false;
  private readonly options: ServerOptions;

  constructor(options: ServerOptions) {
    this.options = options;
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      void this.serve(new ShimConnection(socket));
    });
  }

  get socketPath(): string {
    return join(this.options.directory, 'engine.sock');
  }

  async listen(): Promise<void> {
    await mkdir(join(this.options.directory, 'cackle-linker'), { mode: 0o700 });
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
    try {
      const hello = await shim.hello();
      if (hello.role === 'linker') await this.linker(shim, hello);
      else if (!sameSecret(hello.token, this.token))
        shim.end({ do: 'refuse', message: 'this process does not belong to the running check' });
      else if (hello.role === 'rustc') await this.rustc(shim, hello);
      else await this.buildScript(shim, hello);
    } catch (error) {
      if (error instanceof ShimGoneError) {
        shim.destroy();
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
    const plain = {
      args: [...wrapped, ...given],
      unset: [...ourVariables, 'RUSTC_WRAPPER'],
      set: [],
    };
    if (given.includes('-vV')) {
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
    const args = parseRustcArguments(await expandRustcArguments(given, hello.cwd));
    const command = describeRustcCommand(args);
    const asksOnly = args.some((a) => a.kind === 'option' && a.name === 'print');
    if (!hello.env.has('CARGO_CRATE_NAME') || asksOnly || command.input === '-') {
      shim.end({ do: 'exec', ...plain });
      return;
    }
    await this.compile(shim, hello, wrapped, args, command);
  }

  private async compile(
    shim: ShimConnection,
    hello: Hello,
    programs: readonly string[],
    args: ReturnType<typeof parseRustcArguments>,
    command: RustcCommand,
  ): Promise<void> {
    const { handlers, workspace } = this.options;
    const invocation = identify(this.nextId++, hello, command, workspace);
    const gate = await handlers.onRustcStart(invocation);
    if (!gate.allow) {
      shim.end({ do: 'refuse', message: gate.reason });
      return;
    }
    const linker = command.linker ?? 'cc';
    const token = randomBytes(16).toString('hex');
    this.unitsByLinkToken.set(token, { invocation, linker });
    const rewritten = rewriteRustcArguments(args, await this.linkerLink(command.linker));
    const passed = await this.commandLine(rewritten, invocation.id);
    const done = await shim.run({
      do: 'run',
      args: [...programs, ...passed],
      stdout: 'pass',
      stderr: command.jsonErrors ? 'lints' : 'pass',
      lints: [...OUR_LINTS],
      unset: [...ourVariables.filter((name) => name !== 'CACKLE_SOCKET'), 'RUSTC_WRAPPER'],
      set: [
        ['CACKLE_SOCKET', this.socketPath],
        ['CACKLE_LINK_TOKEN', token],
      ],
    });
    this.unitsByLinkToken.delete(token);
    if (done.spawnError !== undefined)
      throw new CheckError(done.spawnError, 'is the toolchain complete?');
    const success = done.status === 0;
    if (!success && !this.closing) this.failedUnits.push(invocation.packageId);
    const lints: LintHit[] = (done.lints ?? []).map((hit) => ({
      lint: hit.lint === 'unsafe_code' ? 'unsafe_code' : 'missing_unsafe_on_extern',
      file: resolve(hello.cwd, hit.file),
      line: hit.line,
      column: hit.column,
    }));
    const depInfo = join(invocation.outDir, `${invocation.crateName}${invocation.extraFilename}.d`);
    await handlers.onRustcDone({
      invocation,
      success,
      lints,
      depInfo: command.depInfo === undefined ? depInfo : resolve(hello.cwd, command.depInfo),
      outputs: success ? await outputsOf(invocation) : [],
    });
    shim.end({ do: 'exit', status: exitStatus(done) });
  }

  /** A link to the shim that has the file stem of the user's linker, from which rustc infers its flavour. */
  private async linkerLink(linker: string | undefined): Promise<string> {
    const name = linker === undefined ? 'cackle-cc' : basename(linker);
    const path = join(this.options.directory, 'cackle-linker', name);
    await symlink(this.options.shim, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return path;
  }

  private async commandLine(args: readonly string[], id: number): Promise<readonly string[]> {
    const length = args.reduce((sum, a) => sum + a.length + 1, 0);
    if (length < MAX_COMMAND_LINE) return args;
    const file = join(this.options.directory, `rustc-${id}.args`);
    await writeFile(file, args.join('\n'));
    return [`@${file}`];
  }

  private async linker(shim: ShimConnection, hello: Hello): Promise<void> {
    const unit = this.unitsByLinkToken.get(hello.token);
    if (unit === undefined) {
      shim.end({ do: 'refuse', message: 'this link does not belong to a running rustc' });
      return;
    }
    const { invocation } = unit;
    const request = await linkRequest(
      invocation,
      await expandLinkerArguments(hello.args, hello.cwd),
      hello.cwd,
    );
    const reading = this.options.handlers.onLink(request);
    reading.catch(() => undefined);
    const linkReally =
      this.options.linkAll || invocation.kind === 'build-script' || needsCode(invocation);
    if (linkReally) {
      const done = await shim.run({
        do: 'run',
        args: [unit.linker, ...hello.args],
        stdout: 'pass',
        stderr: 'pass',
        unset: ourVariables,
        set: [],
      });
      await reading;
      if (done.spawnError !== undefined)
        throw new CheckError(
          done.spawnError,
          'a linker such as gcc is needed to build Rust programs',
        );
      if (exitStatus(done) === 0 && invocation.kind === 'build-script')
        await this.standIn(request.output);
      shim.end({ do: 'exit', status: exitStatus(done) });
      return;
    }
    await reading;
    await writeFile(request.output, placeholder, { mode: 0o755 });
    shim.end({ do: 'exit', status: 0 });
  }

  /** Puts the linked build script aside and a copy of the shim in its place. */
  private async standIn(output: string): Promise<void> {
    await rename(output, `${output}${REAL_SUFFIX}`);
    // A copy: cargo hard-links it, and nobody may reach the shim itself through that.
    await copyFile(this.options.shim, output);
    await chmod(output, 0o755);
  }

  private async buildScript(shim: ShimConnection, hello: Hello): Promise<void> {
    const { handlers, workspace } = this.options;
    const p = packageOf(hello.env, workspace);
    const linkedOutput = await linkedOutputOf(hello.executable);
    const outDir = hello.env.get('OUT_DIR');
    if (outDir === undefined)
      throw new CheckError(`cargo runs the build script of ${p.label} without OUT_DIR`);
    const run: BuildScriptRun = {
      executable: hello.executable,
      linkedOutput,
      package: p.index,
      packageId: p.id,
      outDir,
    };
    const gate = await handlers.onBuildScriptStart(run);
    if (!gate.allow) {
      shim.end({ do: 'exit', status: 0 });
      return;
    }
    const done = await shim.run({
      do: 'run',
      args: [`${linkedOutput}${REAL_SUFFIX}`, ...hello.args],
      arg0: hello.executable,
      stdout: 'collect',
      limit: MAX_BUILD_SCRIPT_OUTPUT,
      stderr: 'keep',
      unset: [...ourVariables, 'RUSTC_WRAPPER'],
      set: [],
    });
    const stdout = Buffer.from(done.stdout ?? '', 'base64');
    if (done.spawnError !== undefined || exitStatus(done) !== 0) {
      const stderr = Buffer.from(done.stderr ?? '', 'base64').toString();
      this.failedBuildScripts.push({ packageId: p.id, output: done.spawnError ?? stderr });
      shim.end({ do: 'exit', status: exitStatus(done) || 1, emit: true });
      return;
    }
    if (done.tooLong === true)
      throw new CheckError(
        `the build script of ${p.label} printed more than ${MAX_BUILD_SCRIPT_OUTPUT} bytes`,
      );
    const answer = await handlers.onBuildScriptDone(run, stdout);
    if (answer.allow) {
      shim.end({ do: 'exit', status: 0, emit: true });
      return;
    }
    // What was collected is dropped: the shim runs a command that prints nothing, and appends what may pass.
    await shim.run({
      do: 'run',
      args: ['true'],
      stdout: 'collect',
      limit: 0,
      stderr: 'pass',
      unset: ourVariables,
      set: [],
    });
    shim.end({ do: 'exit', status: 0, emit: true, append: answer.passed });
  }
}

function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** rustc reads the metadata of a dylib from the linked file, and loads a proc macro. */
function needsCode(invocation: RustcInvocation): boolean {
  return invocation.isProcMacro || invocation.crateTypes.includes('dylib');
}

async function linkRequest(
  invocation: RustcInvocation,
  args: readonly string[],
  cwd: string,
): Promise<LinkRequest> {
  const command = parseLinkerArguments(args, cwd);
  const outputKind: OutputKind = !command.shared
    ? 'executable'
    : invocation.isProcMacro
      ? 'proc-macro'
      : 'shared';
  const scripts = await Promise.all(command.scripts.map((path) => readFile(path, 'utf8')));
  const exportPatterns = scripts.flatMap(exportedPatterns);
  return {
    invocation,
    outputKind,
    output: command.output,
    inputs: command.inputs,
    gcSections: command.gcSections,
    rootSymbols: command.rootSymbols,
    exportPatterns,
    exportsAll: command.exportsAll || (command.shared && command.scripts.length === 0),
    unsupported: command.unsupported,
  };
}

async function outputsOf(invocation: RustcInvocation): Promise<string[]> {
  const { outDir, crateName, extraFilename } = invocation;
  const stem = `${crateName}${extraFilename}`;
  const candidates = ['.rlib', '.rmeta', '.so', '.a'].map((ending) =>
    join(outDir, `lib${stem}${ending}`),
  );
  candidates.push(join(outDir, stem));
  const found = await Promise.all(
    candidates.map((path) =>
      stat(path).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return found.filter((path) => path !== undefined);
}

/** Cargo runs `build-script-build`, a hard link of what was linked as `build_script_build-HASH` beside it. */
async function linkedOutputOf(executable: string): Promise<string> {
  const directory = dirname(executable);
  const own = `${executable}${REAL_SUFFIX}`;
  if (await stat(own).catch(() => undefined)) return executable;
  const { ino } = await stat(executable);
  for (const name of await readdir(directory)) {
    if (!name.endsWith(REAL_SUFFIX)) continue;
    const output = join(directory, name.slice(0, -REAL_SUFFIX.length));
    const linked = await stat(output).catch(() => undefined);
    const stem = basename(executable).replaceAll('-', '_');
    if (linked !== undefined && (linked.ino === ino || basename(output).startsWith(`${stem}-`)))
      return output;
  }
  throw new CheckError(
    `${executable} is not a build script that cackle linked`,
    `remove ${directory} and check again`,
  );
}
