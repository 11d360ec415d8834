import { chmod, copyFile, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckError } from '../errors.ts';
import { crateNameOf } from '../rust-paths.ts';
import { scriptWithoutUs } from './environment.ts';
import { both, changed, type EnvironmentChange } from './environment-change.ts';
import { type ProgramStart, wordsToStart } from './program-tracer.ts';
import { exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { runPlaces, type ServerOptions } from './server-options.ts';
import type { BuildScriptRun, FailedProgram } from './types.ts';
import { commandHash, packageOf } from './units.ts';
import { whyFailed } from './why-failed.ts';

/** Suffix under which a build script's linked file is kept while the shim has its name. */
export const REAL_SUFFIX = '.cackle-real';
/** Larger than the output of any build script; a longer output is refused. */
const MAX_BUILD_SCRIPT_OUTPUT = 64 * 1024 * 1024;

/** Moves the linked build script aside and puts a copy of the shim in its place. */
export async function standIn(output: string, shim: string): Promise<void> {
  await rename(output, `${output}${REAL_SUFFIX}`);
  // A copy: cargo hard-links it, and a write through that link must not reach the shim itself.
  await copyFile(shim, output);
  await chmod(output, 0o755);
}

/**
 * Answers a shim that stands at a build script's path: the script runs when the gate allows it, in its sandbox if it
 * has one. Returns how it failed, or undefined.
 */
export async function serveBuildScript(
  shim: ShimConnection,
  hello: Hello,
  options: ServerOptions,
): Promise<FailedProgram | undefined> {
  const { handlers, workspace } = options;
  const p = packageOf(hello.env, workspace);
  const linkedOutput = await linkedOutputOf(hello.executable);
  const outDir = hello.env.get('OUT_DIR');
  if (outDir === undefined)
    throw new CheckError(`cargo runs the build script of ${p.label} without OUT_DIR`);
  const linked = `${linkedOutput}${REAL_SUFFIX}`;
  const without = scriptWithoutUs(hello.env, options);
  const program = {
    package: p,
    command: [hello.executable, ...hello.args],
    executable: hello.executable,
    linked,
    outDir,
    cwd: hello.cwd,
    env: changed(hello.env, without),
    cargo: options.nested.inside(hello.env),
  };
  const { sandbox } = options;
  const sandboxCommand = sandbox?.sandboxes.buildScript(program, runPlaces(options, sandbox));
  const hidden =
    sandboxCommand === undefined
      ? []
      : sandbox?.sandboxes.hiddenFrom(program, runPlaces(options, sandbox));
  const seen = new Map([...program.env].filter(([name]) => !hidden?.includes(name)));
  const run: BuildScriptRun = {
    executable: hello.executable,
    linkedOutput,
    package: p.index,
    packageId: p.id,
    outDir,
    linked,
    conditions: commandHash(hello, seen),
  };
  const gate = await handlers.onBuildScriptStart(run, () => shim.wait());
  if (!gate.allow) {
    const fails = gate.fails === true;
    shim.end(fails ? { do: 'refuse', message: gate.reason } : { do: 'exit', status: 0 });
    return undefined;
  }
  if (gate.said !== undefined) {
    const said = Buffer.from(gate.said);
    const known = await handlers.onBuildScriptDone(run, said, () => shim.wait());
    if (!known.allow && 'fails' in known) shim.end({ do: 'refuse', message: known.fails });
    else await sayInstead(shim, without, known.allow ? gate.said : known.passed);
    return undefined;
  }
  const start: ProgramStart = {
    kind: 'build script',
    ...{ packageId: p.id, targetName: 'build-script-build' },
    executable: sandboxCommand === undefined ? linked : hello.executable,
    ...{ unit: linkedOutput, cwd: hello.cwd, outDir, externs: [], sandboxCommand },
  };
  const done = await shim.run({
    do: 'run',
    stdout: 'collect',
    limit: MAX_BUILD_SCRIPT_OUTPUT,
    stderr: 'keep',
    ...(sandboxCommand === undefined
      ? {
          ...wordsToStart(options.tracer, start, [linked, ...hello.args], hello.executable),
          ...both(without, options.nested.outside(hello.env)),
        }
      : {
          ...wordsToStart(options.tracer, start, sandboxCommand),
          ...{ clear: true, unset: [], set: [] },
        }),
  });
  const stdout = Buffer.from(done.stdout ?? '', 'base64');
  if (done.spawnError !== undefined || exitStatus(done) !== 0) {
    const stderr = Buffer.from(done.stderr ?? '', 'base64').toString();
    const asks = sandbox !== undefined && sandboxCommand !== undefined && done.status !== undefined;
    const denied = asks
      ? await whyFailed(program, `${stdout}\n${stderr}`, options, sandbox)
      : undefined;
    shim.end({ do: 'exit', status: exitStatus(done) || 1, emit: true });
    return {
      packageId: p.id,
      output: done.spawnError ?? stderr,
      status: done.status,
      signal: done.signal,
      sandboxCommand,
      denied,
    };
  }
  if (done.tooLong === true)
    throw new CheckError(
      `the build script of ${p.label} printed more than ${MAX_BUILD_SCRIPT_OUTPUT >> 20} MiB`,
      'no build script needs to tell cargo that much: leave the package out, or report it to its author',
    );
  options.tracer?.said(start, stdout);
  const answer = await handlers.onBuildScriptDone(run, stdout, () => shim.wait());
  if (answer.allow) {
    shim.end({ do: 'exit', status: 0, emit: true });
    return undefined;
  }
  if ('fails' in answer) shim.end({ do: 'refuse', message: answer.fails });
  else await sayInstead(shim, without, answer.passed);
  return undefined;
}

/**
 * Drops the collected output: the shim runs a command that prints nothing, and appends `append`, the part that may
 * pass.
 */
async function sayInstead(
  shim: ShimConnection,
  without: EnvironmentChange,
  append: string,
): Promise<void> {
  await shim.run({
    do: 'run',
    args: ['true'],
    stdout: 'collect',
    limit: 0,
    stderr: 'pass',
    ...without,
  });
  shim.end({ do: 'exit', status: 0, emit: true, append });
}

/**
 * Returns the linked file of a build script: cargo runs `build-script-build`, a hard link to `build_script_build-HASH` beside
 * it, or in its newer layout the linked file itself.
 */
async function linkedOutputOf(executable: string): Promise<string> {
  const directory = dirname(executable);
  const own = `${executable}${REAL_SUFFIX}`;
  if (await stat(own).catch(() => undefined)) return executable;
  const { ino } = await stat(executable);
  const names = await readdir(directory);
  for (const name of names) {
    if (!name.endsWith(REAL_SUFFIX)) continue;
    const output = join(directory, name.slice(0, -REAL_SUFFIX.length));
    const linked = await stat(output).catch(() => undefined);
    const stem = crateNameOf(basename(executable));
    if (linked !== undefined && (linked.ino === ino || basename(output).startsWith(`${stem}-`)))
      return output;
  }
  // The file that was moved aside is gone: the gate finds that out, and has the script built again.
  for (const name of names) {
    const output = join(directory, name);
    if (output === executable) continue;
    const linked = await stat(output).catch(() => undefined);
    if (linked?.ino === ino) return output;
  }
  // In cargo's newer layout of the build directory, the linked file itself has this name.
  return executable;
}
