import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { standIn } from './build-script.ts';
import { withoutUs } from './environment.ts';
import { changed } from './environment-change.ts';
import { foreignTools } from './foreign-tools.ts';
import { type LinkEnded, LinkSocket, linkerName } from './link-socket.ts';
import { type ProgramStart, wordsToStart } from './program-tracer.ts';
import { type Answer, type Done, exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { rewriteRustcArguments } from './rustc-arguments.ts';
import type { RustcCommand } from './rustc-command.ts';
import { type RustcArgument, written } from './rustc-command-line.ts';
import { runPlaces, type SandboxedRun, type ServerOptions } from './server-options.ts';
import type { RustcInvocation } from './types.ts';

/** One compilation that cargo requested. */
export interface Compilation {
  readonly hello: Hello;
  /** rustc, preceded by the workspace wrapper if there is one. */
  readonly programs: readonly string[];
  readonly args: readonly RustcArgument[];
  readonly command: RustcCommand;
  readonly invocation: RustcInvocation;
  /** Ids of the packages whose proc macros rustc may load. */
  readonly macros: readonly string[];
  /** True when nothing of it is judged: rustc gets what cargo asked of it, and only its linker is ours. */
  readonly isAsGiven?: boolean;
}

/** How the rustc of a compilation ended, and the command line of its sandbox, if it had one. */
export interface EndedRustc {
  readonly done: Done;
  readonly sandboxCommand: readonly string[] | undefined;
}

/** Returns the command line that rustc gets for a compilation, with our linker. */
export function rewritten(
  { args, invocation, isAsGiven }: Compilation,
  linker: string,
  llvm: number | undefined,
): string[] {
  if (isAsGiven === true) return [...args.flatMap(written), '-C', `linker=${linker}`];
  return rewriteRustcArguments(args, linker, llvm, invocation.platform);
}

type Run = Extract<Answer, { do: 'run' }>;

/**
 * Compiles in the sandbox of `[rustc.sandbox]`, including proc macros and the linker, and moves the linked outputs to
 * their places. Resolves to how rustc ended and the sandbox command line.
 */
export async function compileInside(
  shim: ShimConnection,
  compilation: Compilation,
  output: Pick<Run, 'stdout' | 'stderr' | 'lints'>,
  options: ServerOptions,
  sandbox: SandboxedRun,
  onLinkEnded: LinkEnded,
): Promise<EndedRustc> {
  const { hello, programs, command, invocation } = compilation;
  const { sandboxes, sysroot, host } = sandbox;
  const places = runPlaces(options, sandbox);
  const p = options.workspace.packages[invocation.package];
  if (p === undefined) throw new Error(`no package ${invocation.package}`);
  const token = randomBytes(16).toString('hex');
  const common = { package: p, cwd: hello.cwd };
  // rustc puts its own programs first on the linker's PATH (`rust-lld`, `gcc-ld`).
  const programsOfRustc = join(sysroot, 'lib', 'rustlib', host, 'bin');
  const linkerPath = [
    programsOfRustc,
    join(programsOfRustc, 'self-contained'),
    hello.env.get('PATH') ?? '',
  ].join(':');
  const linkerEnv = new Map([
    ...hello.env,
    ['PATH', linkerPath],
    ['LC_ALL', 'C'],
    ['VSLANG', '1033'],
  ]);
  const links = new LinkSocket({
    server: options,
    invocation,
    linker: command.linker ?? 'cc',
    env: linkerEnv,
    token,
    onEnded: onLinkEnded,
    sandboxed: (linking, directory) =>
      sandboxes.linker({ ...common, command: linking, env: linkerEnv, directory }, places),
  });
  try {
    const linker = await links.listen(linkerName(command.linker));
    // Always in a file: the sandbox takes up most of the command line.
    const file = join(links.directory, 'rustc.args');
    await writeFile(file, rewritten(compilation, linker, options.llvm).join('\n'));
    const tools = await foreignTools(invocation, hello.env, {
      sysroot,
      directory: options.directory,
    });
    const sandboxCommand = sandboxes.rustc(
      {
        ...common,
        env: changed(changed(hello.env, withoutUs(hello.env)), { unset: [], set: tools.set }),
        command: [programs.at(-1) ?? 'rustc', `@${file}`],
        wrappers: programs.slice(0, -1),
        outDir: invocation.outDir,
        kind: invocation.kind,
        macros: compilation.macros,
        incremental: command.incremental && resolve(hello.cwd, command.incremental),
        ownVariables: [
          ...options.handlers.variablesOf(hello.env.get('OUT_DIR') ?? ''),
          ...tools.set.map(([name]) => name),
        ],
        reads: [options.shim, links.directory, ...tools.reads],
        socket: links.path,
        cargo: options.nested.insideRustc(hello.env, compilation.macros),
      },
      places,
    );
    const done = await shim.run({
      do: 'run',
      ...wordsToStart(
        // Without proc macros, rustc runs no code of others.
        compilation.macros.length === 0 ? undefined : options.tracer,
        rustcStart(compilation, { linker, reads: [file, ...tools.reads] }, sandboxCommand),
        sandboxCommand,
      ),
      clear: true,
      unset: [],
      set: [],
      ...output,
    });
    if (exitStatus(done) === 0) {
      const outputs = await links.finish(command.emitsCode);
      if (invocation.kind === 'build-script')
        for (const linked of outputs) await standIn(linked, options.shim);
    }
    return { done, sandboxCommand };
  } finally {
    await links.close();
  }
}

/** Returns what a tracer is told of a compilation. */
export function rustcStart(
  { hello, invocation }: Pick<Compilation, 'hello' | 'invocation'>,
  { linker, reads }: { readonly linker: string; readonly reads: readonly string[] },
  sandboxCommand: readonly string[] | undefined,
): ProgramStart {
  const { packageId, targetName, outDir, crateName, extraFilename } = invocation;
  const externs = invocation.externs.flatMap(({ path }) => path ?? []);
  return {
    kind: 'rustc',
    ...{ packageId, targetName, executable: undefined, sandboxCommand },
    ...{ unit: join(outDir, `${crateName}${extraFilename}`), cwd: hello.cwd, externs },
    outDir: hello.env.get('OUT_DIR'),
    ...{ linker, reads },
  };
}
