import type { BuildHandlers, RustcInvocation } from '../build/types.ts';
import { clock } from '../spans.ts';
import type { Trace } from './trace.ts';

/** The same handlers, with a note of when rustc worked and when cargo waited for an answer of ours. */
export function tracedHandlers(handlers: BuildHandlers, trace: Trace | undefined): BuildHandlers {
  if (trace === undefined) return handlers;
  const began = new Map<number, { asked: number; compiling: number }>();
  const waiting = async <T>(name: string, answer: () => Promise<T>): Promise<T> => {
    const start = clock();
    try {
      return await answer();
    } finally {
      trace.add('wait', name, start, undefined);
    }
  };
  return {
    ...handlers,
    async onRustcStart(invocation) {
      const asked = clock();
      const name = nameOf(invocation);
      const gate = await waiting(`may ${name} load its proc macros?`, () =>
        handlers.onRustcStart(invocation),
      );
      began.set(invocation.id, { asked, compiling: clock() });
      return gate;
    },
    async onRustcDone(outcome) {
      const { invocation, outputs } = outcome;
      const name = nameOf(invocation);
      const times = began.get(invocation.id) ?? { asked: clock(), compiling: clock() };
      trace.add('cargo', name, times.compiling, undefined);
      await waiting(`record of ${name}`, () => handlers.onRustcDone(outcome));
      const externs = invocation.externs
        .map(({ path }) => path)
        .filter((path) => path !== undefined);
      trace.unit({ name, start: times.asked, end: clock(), outputs, externs });
    },
    onLink: (link) => waiting(`inputs of ${link.output}`, () => handlers.onLink(link)),
    onLinked: (link, file) =>
      waiting(`symbols of ${link.output}`, () => handlers.onLinked(link, file)),
    onBuildScriptStart: (run) =>
      waiting(`may ${run.executable} run?`, () => handlers.onBuildScriptStart(run)),
    onBuildScriptDone: (run, stdout) =>
      waiting(`output of ${run.executable}`, () => handlers.onBuildScriptDone(run, stdout)),
  };
}

const nameOf = ({ targetName, kind }: RustcInvocation): string =>
  kind === 'primary' ? targetName : `${targetName} (${kind})`;
