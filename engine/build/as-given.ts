import { resolve } from 'node:path';
import { withoutUs } from './environment.ts';
import { both, changed } from './environment-change.ts';
import { failedInSandbox } from './missed-by-rustc.ts';
import { showPrinted } from './printed.ts';
import { exitStatus, type ShimConnection } from './protocol.ts';
import { written } from './rustc-command-line.ts';
import type { Compilation, EndedRustc } from './sandboxed-rustc.ts';
import { runPlaces, type ServerOptions } from './server-options.ts';
import type { FailedSandboxedUnit } from './types.ts';

/** Most bytes that macros may print while one unit is compiled. */
const MAX_PRINTED = 256 * 1024;

/**
 * Compiles a unit of which nothing is judged with the arguments that cargo gave it, in rustc's sandbox if it has one. What its macros
 * print goes to the user and not to cargo, whose messages it could imitate: a program that reads these would load the library that
 * a message names. Ends the shim.
 */
export async function compileAsGiven(
  shim: ShimConnection,
  { hello, programs, args, command, invocation, macros }: Compilation,
  { loadsMacros, isTold }: { readonly loadsMacros: boolean; readonly isTold?: boolean },
  options: ServerOptions & {
    /** Returns the arguments, or a file with them where they are too long for a command line. */
    commandLine(args: readonly string[]): Promise<readonly string[]>;
    /** Called when a sandboxed rustc has succeeded, before cargo learns of it, and when it has failed. */
    succeeded(): void;
    failed(unit: FailedSandboxedUnit): void;
    /** Called instead, however rustc ended, where the engine is to hear of it. */
    tell(ended: EndedRustc): Promise<unknown>;
  },
): Promise<void> {
  const words = await options.commandLine(args.flatMap(written));
  const { sandbox, userWrapper, workspace, handlers } = options;
  const plain = {
    args: [...(userWrapper === undefined ? [] : [userWrapper]), ...programs, ...words],
    ...both(withoutUs(hello.env), options.nested.outsideRustc(hello.env, macros)),
  };
  const isSandboxed = sandbox?.sandboxes.forRustc === true;
  if (!isSandboxed && !loadsMacros && isTold !== true) {
    shim.end({ do: 'exec', ...plain });
    return;
  }
  const p = workspace.packages[invocation.package];
  if (p === undefined) throw new Error(`no package ${invocation.package}`);
  const inside = (run: NonNullable<typeof sandbox>) => ({
    args: run.sandboxes.rustc(
      {
        ...{ package: p, cwd: hello.cwd },
        env: changed(hello.env, withoutUs(hello.env)),
        command: [programs.at(-1) ?? 'rustc', ...words],
        wrappers: programs.slice(0, -1),
        outDir: invocation.outDir,
        ...{ kind: invocation.kind, macros },
        incremental: command.incremental && resolve(hello.cwd, command.incremental),
        ownVariables: handlers.variablesOf(hello.env.get('OUT_DIR') ?? ''),
        reads: words[0]?.startsWith('@') ? [words[0].slice(1)] : [],
        cargo: options.nested.insideRustc(hello.env, macros),
      },
      runPlaces(options, run),
    ),
    ...{ clear: true, unset: [], set: [] },
  });
  const boxed = isSandboxed ? inside(sandbox) : undefined;
  const done = await shim.run({
    do: 'run',
    ...(boxed ?? plain),
    ...{ stdout: 'collect', limit: MAX_PRINTED },
    ...(isSandboxed && command.jsonErrors ? { stderr: 'lints', lints: [] } : { stderr: 'pass' }),
  });
  showPrinted(done, handlers);
  const status = exitStatus(done);
  if (isTold === true) await options.tell({ done, sandboxCommand: boxed?.args });
  else if (boxed !== undefined && sandbox !== undefined) {
    if (status === 0) options.succeeded();
    else
      options.failed(
        failedInSandbox({ ...invocation, command: boxed.args, macros }, hello, done, sandbox),
      );
  }
  shim.end({ do: 'exit', status });
}
