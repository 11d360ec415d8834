/** Exit status by signal, as shells report a program that a signal ended. */
export const signals: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Aborts early work on a signal, and ends the process if the check does not yet listen; `done` ends this. */
export function untilLoaded(): { readonly signal: AbortSignal; done(): void } {
  const abort = new AbortController();
  const names = Object.keys(signals);
  const end = (name: string): void => {
    abort.abort();
    process.exit(signals[name]);
  };
  for (const name of names) process.on(name, end);
  return {
    signal: abort.signal,
    done() {
      for (const name of names) {
        // A signal that arrived meanwhile would be lost in a moment without a listener.
        process.on(name, () => abort.abort());
        process.off(name, end);
      }
    },
  };
}
