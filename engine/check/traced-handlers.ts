import type { BuildHandlers, RustcInvocation } from '../build/types.ts';
import { clock } from '../trace/spans.ts';
import type { Trace } from '../trace/trace.ts';
import type { Workspace } from '../workspace/types.ts';

/** Returns the handlers with traces of when rustc worked and when cargo waited for an answer of the engine. */
export function tracedHandlers(
  handlers: BuildHandlers,
  trace: Trace | undefined,
  workspace: Workspace,
): BuildHandlers {
  if (trace === undefined) return handlers;
  const began = new Map<number, { requested: number; compiling: number }>();
  const runs = new Map<string, { requested: number; compiling: number }>();
  const waiting = async <T>(name: string, answer: () => Promise<T>): Promise<T> => {
    const start = clock();
    try {
      return await answer();
    } finally {
      trace.beside('wait', name, start);
    }
  };
  return {
    ...handlers,
    async onRustcStart(invocation, waits) {
      const requested = clock();
      const name = nameOf(invocation);
      const gate = await waiting(`may ${name} load its proc macros?`, () =>
        handlers.onRustcStart(invocation, waits),
      );
      began.set(invocation.id, { requested, compiling: clock() });
      return gate;
    },
    async onRustcDone(outcome) {
      const { invocation, outputs } = outcome;
      const name = nameOf(invocation);
      const times = began.get(invocation.id) ?? { requested: clock(), compiling: clock() };
      trace.beside('cargo', name, times.compiling);
      await waiting(`record of ${name}`, () => handlers.onRustcDone(outcome));
      const externs = invocation.externs
        .map(({ path }) => path)
        .filter((path) => path !== undefined);
      const { packageId, kind } = invocation;
      // Only what is compiled with the output of its build script waits for that.
      const script = kind === 'build-script' ? [] : [runOf(packageId)];
      const needs = [...externs, ...script];
      trace.unit({ name, start: times.requested, end: clock(), outputs, needs });
    },
    onLink: (link) => waiting(`inputs of ${link.output}`, () => handlers.onLink(link)),
    onLinked: (link, file) =>
      waiting(`symbols of ${link.output}`, () => handlers.onLinked(link, file)),
    async onBuildScriptStart(run, waits) {
      const requested = clock();
      const gate = await waiting(`may ${run.executable} run?`, () =>
        handlers.onBuildScriptStart(run, waits),
      );
      runs.set(run.outDir, { requested, compiling: clock() });
      return gate;
    },
    async onBuildScriptDone(run, stdout, waits) {
      const times = runs.get(run.outDir) ?? { requested: clock(), compiling: clock() };
      const name = `run of the build script of ${workspace.packages[run.package]?.label ?? '?'}`;
      trace.beside('cargo', name, times.compiling);
      const gate = await waiting(`output of ${run.executable}`, () =>
        handlers.onBuildScriptDone(run, stdout, waits),
      );
      const outputs = [runOf(run.packageId)];
      const needs = [run.linkedOutput];
      trace.unit({ name, start: times.requested, end: clock(), outputs, needs });
      return gate;
    },
  };
}

/** Identifies the output of a build script in the trace. */
const runOf = (packageId: string): string => `build script of ${packageId}`;

const nameOf = ({ targetName, kind }: RustcInvocation): string =>
  kind === 'primary' ? targetName : `${targetName} (${kind})`;
