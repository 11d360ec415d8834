import { basename, resolve } from 'node:path';
import { denialsIn, searchedDirectories } from '../sandbox/denied.ts';
import { hiddenBy } from '../sandbox/hidden.ts';
import { withoutUs } from './environment.ts';
import { both, changed } from './environment-change.ts';
import { type ProgramStart, wordsToStart } from './program-tracer.ts';
import { exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { runPlaces, type ServerOptions } from './server-options.ts';
import type { FailedProgram } from './types.ts';

/** Cargo's status where a program cannot be started, and where a test fails. */
const NOT_STARTED = 101;

/**
 * Answers a shim that cargo started as its runner: the program runs when the engine allows it, with the user's own
 * runner in front; a test runs in its sandbox if it has one. Returns how a sandboxed test failed, or undefined.
 */
export async function serveProgram(
  shim: ShimConnection,
  hello: Hello,
  options: ServerOptions,
): Promise<FailedProgram | undefined> {
  const [program, ...args] = hello.args;
  if (program === undefined) {
    shim.end({ do: 'refuse', message: 'cargo started its runner without a program' });
    return undefined;
  }
  const executable = resolve(hello.cwd, program);
  const answer = await options.handlers.onProgramStart(executable);
  if (answer.do === 'skip') {
    shim.end({ do: 'exit', status: 0 });
    return undefined;
  }
  if (answer.do === 'refuse') {
    shim.end({ do: 'refuse', message: answer.reason, status: NOT_STARTED });
    return undefined;
  }
  const command = [...(options.userRunner ?? []), executable, ...args];
  const { sandbox } = options;
  const p = options.workspace.packages[answer.package];
  const sandboxCommand =
    answer.isTest && p !== undefined
      ? sandbox?.sandboxes.test(
          {
            package: p,
            command,
            executable,
            cwd: hello.cwd,
            env: changed(hello.env, withoutUs(hello.env)),
            ownVariables: options.handlers.variablesOf(hello.env.get('OUT_DIR') ?? ''),
            cargo: options.nested.inside(hello.env),
          },
          runPlaces(options, sandbox),
        )
      : undefined;
  const tracer = answer.isTest ? options.tracer : undefined;
  const start: ProgramStart = {
    kind: 'test',
    ...{ packageId: p?.id ?? '', targetName: basename(executable) },
    ...{ unit: executable, executable, cwd: hello.cwd, externs: [], sandboxCommand },
    outDir: undefined,
  };
  if (sandboxCommand === undefined || p === undefined) {
    const change = both(withoutUs(hello.env), options.nested.outside(hello.env));
    shim.end({ do: 'exec', ...wordsToStart(tracer, start, command), ...change });
    return undefined;
  }
  const done = await shim.run({
    do: 'run',
    ...wordsToStart(tracer, start, sandboxCommand),
    clear: true,
    unset: [],
    set: [],
    stdout: 'pass',
    stderr: 'keep',
  });
  const status = exitStatus(done);
  shim.end({ do: 'exit', status: done.spawnError === undefined ? status : 1 });
  if (status === 0 && done.spawnError === undefined) return undefined;
  const output = Buffer.from(done.stderr ?? '', 'base64').toString();
  return {
    packageId: p.id,
    denied: denialsIn(output, {
      cwd: hello.cwd,
      hiddenVariables: [...hello.env.keys()].filter((name) => !sandboxCommand.includes(name)),
      mentions: () => false,
      hasNetwork: sandbox?.sandboxes.hasNetwork(p, 'test') ?? false,
      ...hiddenBy(sandboxCommand),
      searched: searchedDirectories(hello.env),
    }),
    output: done.spawnError ?? output,
    status: done.status,
    signal: done.signal,
    sandboxCommand,
  };
}
