import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CrateKind } from '../workspace/types.ts';
import { withoutUs } from './environment.ts';
import { both, changed } from './environment-change.ts';
import type { BuildFailures } from './failures.ts';
import { failedInSandbox } from './missed-by-rustc.ts';
import { showPrinted } from './printed.ts';
import { exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { expandRustcArguments } from './response-file.ts';
import { runPlaces, type ServerOptions } from './server-options.ts';
import { packageOf } from './units.ts';

/** Most bytes that the macros of a documented crate may print. */
const MAX_PRINTED = 256 * 1024;

/** A crate is documented as it is compiled for others. */
const kind: CrateKind = 'primary';

/**
 * Answers a shim in rustdoc's place. To document a crate, rustdoc loads its proc macros as rustc does: where the engine gates it, it
 * is asked about them, and runs in rustc's sandbox. Doctests, which rustdoc compiles and runs itself, cannot be judged and are skipped.
 */
export async function serveRustdoc(
  shim: ShimConnection,
  hello: Hello,
  options: ServerOptions,
  failures: BuildFailures,
): Promise<void> {
  const { handlers, rustdoc, sandbox, workspace } = options;
  if (hello.args.includes('--test')) {
    const at = hello.args.indexOf('--crate-name') + 1;
    const name = hello.env.get('CARGO_PKG_NAME') ?? hello.args[at];
    handlers.onCargoOutput(
      `note: the doctests of ${name ?? 'a crate'} are not run: cackle cannot judge them; \`cargo test --doc\` runs them unjudged`,
    );
    shim.end({ do: 'exit', status: 0 });
    return;
  }
  const plain = { args: [rustdoc, ...hello.args], ...withoutUs(hello.env) };
  // Cargo asks rustdoc for its version too.
  if (handlers.onRustdocStart === undefined || !hello.env.has('CARGO_MANIFEST_DIR')) {
    shim.end({ do: 'exec', ...plain });
    return;
  }
  const libraries = librariesOf(expandRustcArguments(hello.args, hello.cwd), hello.cwd);
  const gate = await handlers.onRustdocStart(libraries, () => shim.wait());
  if (!gate.allow) {
    shim.end({ do: 'refuse', message: gate.reason });
    return;
  }
  const externs = libraries.map((path) => ({ name: '', path }));
  const macros = handlers.macrosOf({ externs });
  const inside = insideSandbox(hello, options, macros);
  const outside = { ...plain, ...both(plain, options.nested.outsideRustc(hello.env, macros)) };
  const done = await shim.run({
    do: 'run',
    ...(inside === undefined ? outside : { args: inside, clear: true, unset: [], set: [] }),
    ...{ stdout: 'collect', limit: MAX_PRINTED },
    ...(inside === undefined ? { stderr: 'pass' } : { stderr: 'lints', lints: [] }),
  });
  showPrinted(done, handlers);
  if (inside !== undefined && sandbox !== undefined && exitStatus(done) !== 0) {
    const { id } = packageOf(hello.env, workspace);
    const unit = { packageId: id, kind, target: undefined, command: inside, macros };
    failures.sandboxedUnits.push(failedInSandbox(unit, hello, done, sandbox));
  }
  shim.end({ do: 'exit', status: exitStatus(done) });
}

/** Returns the command line for rustdoc in rustc's sandbox; undefined when that is disabled. */
function insideSandbox(
  hello: Hello,
  options: ServerOptions,
  macros: readonly string[],
): readonly string[] | undefined {
  const { sandbox, workspace, rustdoc, handlers } = options;
  if (sandbox?.sandboxes.forRustc !== true) return undefined;
  const program = rustdoc === 'rustdoc' ? join(sandbox.sysroot, 'bin', 'rustdoc') : rustdoc;
  const at = hello.args.findIndex((argument) => ['-o', '--out-dir', '--output'].includes(argument));
  const named = at < 0 ? workspace.targetDirectory : (hello.args[at + 1] ?? '.');
  const outDir = resolve(hello.cwd, named);
  // A sandbox shows what is there.
  mkdirSync(outDir, { recursive: true });
  return sandbox.sandboxes.rustc(
    {
      ...{ package: packageOf(hello.env, workspace), cwd: hello.cwd },
      env: changed(hello.env, withoutUs(hello.env)),
      command: [program, ...hello.args],
      wrappers: [],
      outDir,
      ...{ kind, macros },
      incremental: undefined,
      ownVariables: handlers.variablesOf(hello.env.get('OUT_DIR') ?? ''),
      reads: [],
      cargo: options.nested.insideRustc(hello.env, macros),
    },
    runPlaces(options, sandbox),
  );
}

/** Returns the libraries that a command line of rustdoc names: `--extern [OPTIONS:]NAME=PATH`. */
function librariesOf(args: readonly string[], cwd: string): string[] {
  const values = args.flatMap((argument, i) => {
    if (argument === '--extern') return args[i + 1] ?? [];
    return argument.startsWith('--extern=') ? argument.slice('--extern='.length) : [];
  });
  return values
    .filter((value) => value.includes('='))
    .map((value) => resolve(cwd, value.slice(value.indexOf('=') + 1)));
}
