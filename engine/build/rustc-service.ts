import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CheckError } from '../errors.ts';
import { hiddenBy } from '../sandbox/hidden.ts';
import { platformOf } from '../workspace/platform.ts';
import { compileAsGiven } from './as-given.ts';
import { withoutUs } from './environment.ts';
import { both } from './environment-change.ts';
import type { BuildFailures } from './failures.ts';
import { foreignTools } from './foreign-tools.ts';
import { expectsLink } from './link.ts';
import { linkerName, standInForLinker } from './link-socket.ts';
import type { LinkerService } from './linker-service.ts';
import { failedInSandbox } from './missed-by-rustc.ts';
import { showPrinted } from './printed.ts';
import { wordsToStart } from './program-tracer.ts';
import { endingSignal, exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { type AskedVariables, tellCargo } from './queried-variables.ts';
import { expandRustcArguments } from './response-file.ts';
import { FLAGS_VERSION, isOptimised, OUR_LINTS } from './rustc-arguments.ts';
import { describeRustcCommand, type RustcCommand } from './rustc-command.ts';
import { parseRustcArguments } from './rustc-command-line.ts';
import { readPrograms } from './rustc-programs.ts';
import {
  type Compilation,
  compileInside,
  type EndedRustc,
  rewritten,
  rustcStart,
} from './sandboxed-rustc.ts';
import type { ServerOptions } from './server-options.ts';
import type { LintHit, Refusal, RustcInvocation } from './types.ts';
import { refusedArgument, searchNativeOnly } from './unit-arguments.ts';
import { readUnitCfg } from './unit-cfg.ts';
import { identify } from './units.ts';

/** Most bytes of a compilation's output that are shown. */
const MAX_RUSTC_OUTPUT = 256 * 1024;
/** Longest command line, in bytes; a longer one is passed to rustc in a file. */
const MAX_COMMAND_LINE = 128 * 1024;

/** A command line that cargo passed for a unit, and the unit that it compiles. */
type ReadUnit = Pick<Compilation, 'args' | 'command' | 'invocation'>;

const noVariables: AskedVariables = { queried: [], asked: [] };

/** Of invocations: a check may run cargo several times. */
let nextId = 1;

/** Has the engine judge units before and after rustc compiles them. */
export class RustcService {
  private readonly options: ServerOptions;
  private readonly failures: BuildFailures;
  private readonly linkers: LinkerService;
  private readonly socketPath: string;
  private readonly isClosing: () => boolean;

  constructor(
    options: ServerOptions,
    failures: BuildFailures,
    linkers: LinkerService,
    server: { readonly socketPath: string; readonly isClosing: () => boolean },
  ) {
    this.options = options;
    this.failures = failures;
    this.linkers = linkers;
    this.socketPath = server.socketPath;
    this.isClosing = server.isClosing;
  }

  /** Serves a shim in rustc's place. Throws CheckError for a command line that does not compile a unit. */
  async serve(shim: ShimConnection, hello: Hello): Promise<void> {
    const { programs, given } = readPrograms(hello, this.options.rustc ?? 'rustc');
    const wrapped =
      this.options.userWrapper === undefined ? programs : [this.options.userWrapper, ...programs];
    const plain = { args: [...wrapped, ...given], ...withoutUs(hello.env) };
    const isUnit = !isQuery(hello);
    if (!isUnit && given.length === 1 && given[0] === '-vV') {
      const done = await shim.run({
        do: 'run',
        stdout: 'collect',
        limit: 1 << 20,
        stderr: 'pass',
        ...plain,
      });
      const ending = endingSignal(done);
      if (ending !== undefined)
        this.failures.noteQuestion(`\`rustc -vV\` was ended by signal ${ending}`);
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
          `something runs rustc on ${compiled.value} as cargo does, but names no crate (CARGO_CRATE_NAME)`,
          'cargo always sets that variable: look at the build scripts, and at wrappers of rustc, that start rustc by themselves',
        );
      shim.end({ do: 'exec', ...plain });
      return;
    }
    await this.compile(shim, hello, programs, await this.readUnit(hello, programs, given));
  }

  /**
   * Reads the command line of a unit. Throws CheckError for a command line that does more than compile the unit that
   * cargo names.
   */
  private async readUnit(
    hello: Hello,
    programs: readonly string[],
    given: readonly string[],
  ): Promise<ReadUnit> {
    const { handlers, workspace } = this.options;
    // A command line that is too long comes as a single argument, in a file (cargo-util, "argfile"). An `@` in any
    // other command line is not expanded.
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
    const options = command.target === undefined ? [] : [`--target=${command.target}`];
    const platform = await platformOf(
      cfg ?? { rustc: rustc ?? 'rustc', cwd: workspace.root, toolchain, options },
    );
    const invocation = identify(nextId++, hello, command, workspace, {
      ...{ cfg, platform },
      isOptimised: isOptimised(args),
    });
    const refused = refusedArgument(written, args);
    if (refused !== undefined) {
      const label = workspace.packages[invocation.package]?.label ?? '?';
      throw new CheckError(
        `${label}: cargo would give rustc the argument ${refused}`,
        `look for it in the [lints] and the build script of ${label}, and in RUSTFLAGS and .cargo/config.toml: nothing of the package was compiled`,
      );
    }
    refuseDylib(invocation, workspace);
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
      refuse(shim, gate, command);
      return;
    }
    const isAsGiven = gate.asGiven !== undefined;
    const macros = handlers.macrosOf(invocation);
    const unit = { hello, programs, args, command, invocation };
    const compilation: Compilation = { ...unit, macros, isAsGiven };
    // What a linker is told is looked at in any case (rule 9.7).
    const isLinked = command.emitsCode && expectsLink(invocation);
    if (gate.asGiven !== undefined && !isLinked && this.options.tracer === undefined) {
      await compileAsGiven(shim, compilation, gate.asGiven, {
        ...this.options,
        commandLine: (words) => this.commandLine(words, invocation.id),
        failed: (failed) => void this.failures.sandboxedUnits.push(failed),
        succeeded: () => this.askedBy(hello, depInfoOf(hello, command, invocation), macros),
        tell: (ended) => this.tell(compilation, ended),
      });
      return;
    }
    const output = {
      // Output that a proc macro prints would reach us as if it were cargo's.
      stdout: 'collect',
      limit: MAX_RUSTC_OUTPUT,
      stderr: command.jsonErrors ? 'lints' : 'pass',
      lints: isAsGiven ? [] : [...OUR_LINTS],
    } as const;
    const { sandbox } = this.options;
    const ended = sandbox?.sandboxes.forRustc
      ? await compileInside(shim, compilation, output, this.options, sandbox, (ended, said) =>
          this.failures.noteLink(invocation, ended, said),
        )
      : await this.compileOutside(shim, compilation, output);
    showPrinted(ended.done, handlers);
    const refused = await this.tell(compilation, ended);
    if (refused === undefined) shim.end({ do: 'exit', status: exitStatus(ended.done) });
    else refuse(shim, refused, command);
  }

  /** Tells the engine how a compilation ended; resolves to why what it made may not be used, if the engine says so. */
  private async tell(
    { hello, command, invocation, macros }: Compilation,
    { done, sandboxCommand }: EndedRustc,
  ): Promise<Refusal | undefined> {
    const { handlers, sandbox } = this.options;
    const success = done.status === 0;
    if (!success && !this.isClosing()) {
      const { packageId } = invocation;
      this.failures.units.push(packageId);
      const ending = endingSignal(done);
      if (ending !== undefined)
        this.failures.killed.push(`rustc of ${invocation.crateName} was ended by signal ${ending}`);
      if (sandboxCommand !== undefined && sandbox !== undefined)
        this.failures.sandboxedUnits.push(
          failedInSandbox({ ...invocation, command: sandboxCommand, macros }, hello, done, sandbox),
        );
    }
    const hidden = sandboxCommand === undefined ? undefined : hiddenBy(sandboxCommand);
    const lints: LintHit[] = (done.lints ?? []).map((hit) => {
      const lint = hit.lint === 'unsafe_code' ? 'unsafe_code' : 'missing_unsafe_on_extern';
      const file = resolve(hello.cwd, hit.file);
      // Proc macros write where rustc does: reports must not show what they cannot read (rule 9.12).
      return hidden?.hidesFile(file) === true
        ? { lint, file: invocation.sourcePath, line: 1, column: 1 }
        : { lint, file, line: hit.line, column: hit.column };
    });
    const depInfo = depInfoOf(hello, command, invocation);
    const { queried, asked } = success ? this.askedBy(hello, depInfo, macros) : noVariables;
    return handlers.onRustcDone({
      invocation,
      success,
      // 1: the compiler reported errors (rustc, exit status).
      disturbed: !success && (done.status !== 1 || this.failures.hasFailedLink(invocation)),
      lints,
      depInfo,
      variables: queried,
      asked,
      macros,
      opened: sandbox?.sandboxes.openedTo({ ...invocation, macros }) ?? '',
      hides: hidden?.hides ?? (() => false),
      profiles: command.profiles.map((path) => resolve(hello.cwd, path)),
      nativeDirectories: command.nativeDirectories.map((path) => resolve(hello.cwd, path)),
      outputs: success ? outputsOf(invocation) : [],
    });
  }

  /**
   * Returns the variables that a compiled unit asks for, and writes cargo's values into its dep-info, so that cargo finds
   * the unit fresh as long as they hold.
   */
  private askedBy({ env }: Hello, depInfo: string, macros: readonly string[]): AskedVariables {
    const { handlers, sandbox, configVariables } = this.options;
    const set = handlers.variablesOf(env.get('OUT_DIR') ?? '');
    const passes = (name: string): boolean =>
      sandbox?.sandboxes.passesToRustc(name, configVariables, macros) ?? true;
    const { queried, asked } = tellCargo(depInfo, env, set, passes);
    // What a script that is held would set is not known: the unit is compiled again when it has run.
    return { queried, asked: handlers.hasSpoken(env.get('OUT_DIR') ?? '') ? asked : [] };
  }

  private async compileOutside(
    shim: ShimConnection,
    compilation: Compilation,
    output: Parameters<typeof compileInside>[2],
  ): Promise<EndedRustc> {
    const { hello, programs, command, invocation } = compilation;
    const token = this.linkers.register({ invocation, linker: command.linker ?? 'cc' });
    const directory = join(this.options.directory, `unit-${invocation.id}`);
    const linker = await standInForLinker(directory, linkerName(command.linker), {
      shim: this.options.shim,
      socket: this.socketPath,
      token,
    });
    const words = rewritten(compilation, linker, this.options.llvm);
    const { userWrapper, workspace } = this.options;
    const { unset, set } = both(
      withoutUs(hello.env),
      this.options.nested.outsideRustc(hello.env, compilation.macros),
    );
    const tools = await foreignTools(invocation, hello.env, {
      sysroot: workspace.sysroot,
      directory: this.options.directory,
    });
    const given = await this.commandLine(words, invocation.id);
    const whole = [...(userWrapper === undefined ? [] : [userWrapper]), ...programs, ...given];
    const file = given.length === 1 ? given.map((word) => word.replace(/^@/, '')) : [];
    const reads = [...file, ...tools.reads];
    const start = rustcStart({ hello, invocation }, { linker, reads }, undefined);
    const done = await shim.run({
      do: 'run',
      // Without proc macros, rustc runs no code of others.
      ...wordsToStart(
        compilation.macros.length === 0 ? undefined : this.options.tracer,
        start,
        whole,
      ),
      ...output,
      unset,
      set: [...set, ...tools.set],
    });
    this.linkers.forget(token);
    await rm(directory, { recursive: true, force: true });
    return { done, sandboxCommand: undefined };
  }

  private async commandLine(args: readonly string[], id: number): Promise<readonly string[]> {
    const length = args.reduce((sum, a) => sum + a.length + 1, 0);
    if (length < MAX_COMMAND_LINE) return args;
    const file = join(this.options.directory, `rustc-${id}.args`);
    await writeFile(file, args.join('\n'));
    return [`@${file}`];
  }
}

/** Ends a shim in rustc's place for a unit that is refused. */
function refuse(shim: ShimConnection, { reason, fails }: Refusal, command: RustcCommand): void {
  const isDiagnostic = fails === true && command.jsonErrors;
  shim.end({
    ...{ do: 'refuse', message: reason },
    ...(isDiagnostic ? { diagnostic: diagnosticFor(reason, command.input ?? '') } : {}),
  });
}

/** Returns an error as rustc writes it (the rustc book, "JSON Output"), at the start of a file. */
function diagnosticFor(reason: string, file: string): string {
  const message = `cackle: ${reason}`;
  const start = { byte_start: 0, byte_end: 0, line_start: 1, line_end: 1, column_start: 1 };
  const unknown = { expansion: null, label: null, suggested_replacement: null };
  return JSON.stringify({
    ...{ $message_type: 'diagnostic', message, code: null, level: 'error', children: [] },
    spans: [
      {
        ...{ file_name: file, ...start, column_end: 1, is_primary: true, text: [] },
        ...{ ...unknown, suggestion_applicability: null },
      },
    ],
    rendered: `error: ${message}\n --> ${file}\n\n`,
  });
}

/**
 * Cargo sets the crate name for every unit; a call without one is a query of cargo to rustc. `cargo fix` asks for the version where
 * it stands in rustc's place, with the variables of the unit.
 */
export const isQuery = ({ role, env, args }: Hello): boolean =>
  role === 'rustc' && (!env.has('CARGO_CRATE_NAME') || args.at(-1) === '-vV');

function depInfoOf(hello: Hello, command: RustcCommand, invocation: RustcInvocation): string {
  const { outDir, crateName, extraFilename } = invocation;
  return command.depInfo === undefined
    ? join(outDir, `${crateName}${extraFilename}.d`)
    : resolve(hello.cwd, command.depInfo);
}

/** Returns the files that a unit left. Synchronous: five waits for the thread pool take longer than the calls. */
const outputsOf = (invocation: RustcInvocation): string[] =>
  possibleOutputs(invocation).filter((path) => existsSync(path));

/** Returns the files that a unit may leave. */
export function possibleOutputs(invocation: RustcInvocation): string[] {
  const { outDir, crateName, extraFilename, platform } = invocation;
  const stem = `${crateName}${extraFilename}`;
  const names = ['.rlib', '.rmeta'].map((ending) => `lib${stem}${ending}`);
  return [...names, ...outputNames[platform.linker](stem)].map((name) => join(outDir, name));
}

/** Names of what is linked, and of static libraries, by the stem. */
const outputNames: Record<RustcInvocation['platform']['linker'], (stem: string) => string[]> = {
  gnu: (stem) => [`lib${stem}.so`, `lib${stem}.a`, stem],
  mingw: (stem) => [`${stem}.dll`, `lib${stem}.a`, `${stem}.exe`],
  msvc: (stem) => [`${stem}.dll`, `${stem}.lib`, `${stem}.exe`],
  apple: (stem) => [`lib${stem}.dylib`, `lib${stem}.a`, stem],
};

/** Throws CheckError for a library whose users rustc would load from a linked file, which is not made for such a target. */
function refuseDylib(invocation: RustcInvocation, { packages }: ServerOptions['workspace']): void {
  const { crateTypes, platform, target, package: index } = invocation;
  if (platform.format === 'elf' || !crateTypes.includes('dylib')) return;
  throw new CheckError(
    `${packages[index]?.label ?? '?'} is a dylib, which cannot be checked for ${target}: rustc reads a dylib back from the linked file, and nothing is linked for a target of another system`,
    'build it as an rlib or cdylib for this target, or check without it',
  );
}
