/**
 * Returns a path without what /proc shows of a process itself: `/proc/self/root/x` is `/x`, `/proc/self/cwd` the `directory` of the process
 * where it is known; `/dev/fd` is `/proc/self/fd`. What others see there stays as it is.
 */
export function throughProc(path: string, directory: string | undefined): string {
  let current = path.replace(/^\/+dev\/+fd(?=\/)/, '/proc/self/fd');
  for (let times = 0; times < 40; times++) {
    const [through, whose = '', what] =
      /^\/+proc\/+(self|thread-self|\d+)(?:\/+task\/+\d+)?\/+(root|cwd)(?=\/|$)/.exec(current) ??
      [];
    if (through === undefined) return current;
    const isOwn = !/^\d/.test(whose);
    const base = what === 'root' ? '' : isOwn ? directory : undefined;
    if (base === undefined) return current;
    current = `${base}${current.slice(through.length)}` || '/';
  }
  return current;
}
