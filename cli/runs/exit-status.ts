/** What a shell makes of a program that a signal ended. */
export const signals: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Ends what was started early when a signal comes, and the process too before the check listens to it. */
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
        // One that came while nothing could be heard is lost if there is a moment without anybody who listens.
        process.on(name, () => abort.abort());
        process.off(name, end);
      }
    },
  };
}
