import type { Socket } from 'node:net';
import * as z from '../schemas.ts';
import { Lines } from './lines.ts';

/**
 * Messages between the shim and the engine: newline-delimited JSON, one connection for each shim process. The other
 * end is engine/shim/src/{role,plan}.rs.
 */

const helloSchema = z.object({
  role: z.enum(['rustc', 'linker', 'build-script', 'runner', 'rustdoc', 'cargo']),
  token: z.string(),
  executable: z.string(),
  cwd: z.string(),
  args: z.array(z.string()),
  env: z.array(z.tuple([z.string(), z.string()])),
});

/** The shim's first message: `args` without argv[0], `env` without the CACKLE_ variables. */
export interface Hello {
  readonly role: 'rustc' | 'linker' | 'build-script' | 'runner' | 'rustdoc' | 'cargo';
  readonly token: string;
  /** Path under which the shim was called. */
  readonly executable: string;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** A line or column of a source as rustc counts them, 0 where there is none. Proc macros write where rustc does, and what they like. */
export const sourceNumber = z.int().check(z.minimum(0), z.maximum(2 ** 32 - 1));

const doneSchema = z.object({
  done: z.object({
    status: z.optional(z.number()),
    signal: z.optional(z.number()),
    spawnError: z.optional(z.string()),
    tooLong: z.optional(z.boolean()),
    stdout: z.optional(z.string()),
    stderr: z.optional(z.string()),
    errors: z.optional(z.string()),
    lints: z.optional(
      z.array(
        z.object({ lint: z.string(), file: z.string(), line: sourceNumber, column: sourceNumber }),
      ),
    ),
  }),
});
/** How a program that the shim ran ended: its status or signal, or why it could not start. */
export type Done = z.infer<typeof doneSchema>['done'];

/** A program that the shim is to start, with its changes of the environment. */
interface ProgramToStart {
  readonly args: readonly string[];
  readonly unset: readonly string[];
  readonly set: readonly (readonly [string, string])[];
  readonly arg0?: string;
  /** Start from an empty environment. */
  readonly clear?: boolean;
}

/** The engine's instruction to the shim; see engine/shim/src/plan.rs. */
export type Answer =
  | ({ readonly do: 'exec' } & ProgramToStart)
  | ({
      readonly do: 'run';
      readonly stdout?: 'pass' | 'collect';
      readonly limit?: number;
      readonly stderr?: 'pass' | 'lints' | 'keep';
      readonly lints?: readonly string[];
    } & ProgramToStart)
  | {
      readonly do: 'exit';
      readonly status: number;
      readonly emit?: boolean;
      readonly append?: string;
    }
  | {
      readonly do: 'refuse';
      readonly message: string;
      readonly diagnostic?: string;
      readonly status?: number;
    };

/** Thrown when the shim broke the protocol or closed the connection too early. */
export class ShimGoneError extends Error {
  override readonly name = 'ShimGoneError';
}

/** Reads a shim's first message. Throws ShimGoneError. */
export function readHello(line: Buffer): Hello {
  const parsed = helloSchema.safeParse(readJson(line));
  if (!parsed.success)
    throw new ShimGoneError(`bad first message: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, env: new Map(parsed.data.env) };
}

/** Reads the message with which a shim reports the end of its program. Throws ShimGoneError. */
export function readDone(line: Buffer): Done {
  const parsed = doneSchema.safeParse(readJson(line));
  if (!parsed.success) throw new ShimGoneError(`bad report: ${z.prettifyError(parsed.error)}`);
  return parsed.data.done;
}

function readJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch (error) {
    throw new ShimGoneError('a shim sent a line that is no JSON', { cause: error });
  }
}

/** A lint report of a large crate is long, but a line longer than this is not one of our messages. */
const MAX_LINE = 256 * 1024 * 1024;

/** One shim process at the other end of a socket. */
export class ShimConnection {
  readonly #socket: Socket;
  readonly #group: () => number | undefined;
  readonly #lines: Buffer[] = [];
  readonly #cutter = new Lines();
  #closed = false;
  #answered = false;
  #wake: (() => void) | undefined;

  /** `group` returns the process group that the shim ends if this engine dies while the shim's program runs. */
  constructor(socket: Socket, group: () => number | undefined = () => undefined) {
    this.#socket = socket;
    this.#group = group;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => this.#close());
    socket.on('close', () => this.#close());
  }

  #take(chunk: Buffer): void {
    this.#lines.push(...this.#cutter.add(chunk));
    if (this.#cutter.pending > MAX_LINE) this.#socket.destroy();
    this.#wake?.();
  }

  #close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async #line(): Promise<Buffer> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#closed) throw new ShimGoneError('a shim ended before it was done');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Resolves to the first message. Throws ShimGoneError. */
  async hello(): Promise<Hello> {
    return readHello(await this.#line());
  }

  /** Whether the final answer was sent. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Sends the final answer: the shim asks no more. */
  end(answer: Answer): void {
    this.#answered = true;
    if (!this.#closed) this.#socket.end(`${JSON.stringify(answer)}\n`);
  }

  /** Tells the shim that a person is being asked: it gives back cargo's job token until the answer comes. */
  wait(): void {
    if (!this.#closed) this.#socket.write(`${JSON.stringify({ do: 'wait' })}\n`);
  }

  /** Sends a `run` and resolves to how the program ended. Throws ShimGoneError. */
  async run(answer: Extract<Answer, { do: 'run' }>): Promise<Done> {
    this.#socket.write(`${JSON.stringify({ ...answer, group: this.#group() })}\n`);
    return readDone(await this.#line());
  }

  /** Ends the connection without an answer; the shim then fails. */
  destroy(): void {
    this.#socket.destroy();
  }
}

/** How a program ended: by its exit status or by a signal. */
export interface Ending {
  readonly status?: number | null | undefined;
  readonly signal?: number | string | null | undefined;
}

/**
 * Returns the signal that ended a program, also when its sandbox reports it as 128 + n; undefined for an ordinary
 * end.
 */
export function endingSignal({ status, signal }: Ending): number | string | undefined {
  return signal ?? (typeof status === 'number' && status > 128 ? status - 128 : undefined);
}

/** What compiler drivers print when a signal ended one of their programs (gcc `collect2`, clang). */
export const saysKilled = /\bterminated with signal \d|\bdue to signal\b|\bkilled by signal\b/;

/** Returns the exit status that the shim takes over from a program: 128 + n for signal n, as in shells. */
export function exitStatus(done: Done): number {
  return done.status ?? (done.signal === undefined ? 1 : 128 + done.signal);
}
