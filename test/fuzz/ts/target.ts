/** A fuzzer of a reader in TypeScript: what test/fuzz/ts/targets holds, one a file. */
export interface Target {
  /** Where the fuzzer begins, besides what an earlier one kept. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Words that mean something to the reader; a fuzzer would not find them. */
  readonly words?: readonly string[];
  /** The reader alone, for whatever bytes: what it throws is looked at elsewhere. */
  read(data: Buffer): unknown;
  /** Throws where the reader does what it must not. */
  fuzz(data: Buffer): void;
}

/** Of so many inputs one is also tried at {@link LONG}. */
const LONG_EACH = 2000;
/** Bytes, and the time that a reader may take for them: what grows with the square of the input takes far longer. */
const LONG = 96 * 1024;
const SLOWEST_MS = 1500;

/** A target as Jazzer.js calls it. */
export function withTime(target: Target): (data: Buffer) => void {
  let runs = 0;
  return (data) => {
    target.fuzz(data);
    if (++runs % LONG_EACH === 0 && data.length > 0) checkTime(target, data, runs);
  };
}

/** Reads a long text made of an input; throws when that takes out of all proportion, twice. */
export function checkTime(target: Target, data: Buffer, choice: number): void {
  // A part is repeated, between the rest: what matters may be how something begins or ends.
  const start = choice % data.length;
  const end = start + 1 + (Math.floor(choice / data.length) % (data.length - start));
  const part = data.subarray(start, end);
  const times = Math.ceil(LONG / part.length);
  const long = Buffer.concat([
    data.subarray(0, start),
    ...Array.from({ length: times }, () => part),
    data.subarray(end),
  ]);
  // Time of this process: another program may have had the processor.
  if (timeOf(target, long) < SLOWEST_MS) return;
  const again = timeOf(target, long);
  if (again >= SLOWEST_MS)
    throw new Error(`slow: ${again} ms for ${JSON.stringify(part.toString('latin1'))} × ${times}`);
}

function timeOf(target: Target, data: Buffer): number {
  const started = process.cpuUsage();
  try {
    target.read(data);
  } catch {
    // An error is as good an end as any.
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** What `make` gives; undefined where it throws an error of this class, and only of this one. */
export function unless<T>(
  declared: abstract new (...args: never[]) => Error,
  make: () => T,
): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof declared) return undefined;
    throw error;
  }
}

/** Throws unless both are the same as JSON. */
export function same(one: unknown, other: unknown, what: string): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a} is not ${b}`);
}

/** Throws with these words unless it holds. */
export function holds(condition: boolean, what: string, ...about: unknown[]): void {
  if (!condition) throw new Error(`${what}: ${about.map((a) => JSON.stringify(a)).join(', ')}`);
}
