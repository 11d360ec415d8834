import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { packageRoot } from '../engine/paths.ts';

/** Keys by name, as a terminal sends them. */
export const keys = {
  up: '\u001b[A',
  down: '\u001b[B',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  home: '\u001b[H',
  end: '\u001b[F',
  enter: '\r',
  escape: '\u001b',
  backspace: '\u007f',
  ctrlC: '\u0003',
  ctrlZ: '\u001a',
} as const;

/** How a program in a terminal is started. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Letters side by side that look the same. A colour is a number of the palette (0 to 255), or of RGB as `#rrggbb`. */
export interface Look {
  readonly text: string;
  readonly foreground: number | string | undefined;
  readonly background: number | string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

/** A program in a pseudo-terminal, and what a user would see of it. */
export class Terminal {
  /** Everything that the program wrote. */
  raw = '';
  private readonly pty: IPty;
  private readonly screenBuffer: InstanceType<typeof xterm.Terminal>;
  private ended: number | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(program: string, args: readonly string[], options: TerminalOptions = {}) {
    const { columns = 100, rows = 30 } = options;
    this.screenBuffer = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const { CI: _, NO_COLOR: __, ...env } = process.env;
    this.pty = spawn(program, [...args], {
      name: options.env?.TERM ?? 'xterm-256color',
      cols: columns,
      rows,
      cwd: options.cwd ?? packageRoot(),
      env: { ...env, LC_ALL: 'C.UTF-8', ...options.env } as Record<string, string>,
    });
    this.pty.onData((data) => {
      this.raw += data;
      this.screenBuffer.write(data, () => {
        for (const look of this.waiting) look();
      });
    });
    this.pty.onExit(({ exitCode, signal }) => {
      this.ended = signal === undefined || signal === 0 ? exitCode : 128 + signal;
      for (const look of this.waiting) look();
    });
  }

  get pid(): number {
    return this.pty.pid;
  }

  /** The exit status, once it ended. */
  get status(): number | undefined {
    return this.ended;
  }

  /** Types text, or keys of {@link keys}. */
  send(text: string): void {
    this.pty.write(text);
  }

  resize(columns: number, rows: number): void {
    this.screenBuffer.resize(columns, rows);
    this.pty.resize(columns, rows);
  }

  /** The lines on the screen, without spaces at their ends. */
  lines(): string[] {
    const { active } = this.screenBuffer.buffer;
    return Array.from({ length: this.screenBuffer.rows }, (_, i) =>
      (active.getLine(active.viewportY + i)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  screen(): string {
    return this.lines().join('\n');
  }

  /** The lines on the screen with their looks; together the texts of a line are as wide as the terminal. */
  looks(): Look[][] {
    const { active } = this.screenBuffer.buffer;
    return Array.from({ length: this.screenBuffer.rows }, (_, row) => {
      const looks: Look[] = [];
      const line = active.getLine(active.viewportY + row);
      for (let column = 0; column < this.screenBuffer.cols; column++) {
        const cell = line?.getCell(column);
        // The second half of a wide letter is a cell of no width.
        if (cell === undefined || cell.getWidth() === 0) continue;
        const look = lookOf(cell);
        const last = looks.at(-1);
        if (last !== undefined && isAlike(last, look))
          looks[looks.length - 1] = { ...last, text: last.text + look.text };
        else looks.push(look);
      }
      return looks;
    });
  }

  /** Is a full-screen program in charge? */
  get isAlternate(): boolean {
    return this.screenBuffer.buffer.active.type === 'alternate';
  }

  /** Waits until the screen shows something; fails with the screen when it does not come. */
  async until(
    wanted: string | RegExp | ((screen: string) => boolean),
    timeout = 30_000,
  ): Promise<string> {
    const shows = (screen: string): boolean => {
      if (typeof wanted === 'string') return screen.includes(wanted);
      return wanted instanceof RegExp ? wanted.test(screen) : wanted(screen);
    };
    await this.wait(
      () => shows(this.screen()) || this.ended !== undefined,
      timeout,
      String(wanted),
    );
    const screen = this.screen();
    if (!shows(screen))
      throw new Error(`it ended with ${this.ended} before it showed ${wanted}:\n${screen}`);
    return screen;
  }

  /** Waits for the end of the program; gives its exit status. */
  async end(timeout = 60_000): Promise<number> {
    await this.wait(() => this.ended !== undefined, timeout, 'its end');
    // What it wrote last may come after the news of its end.
    await new Promise((done) => setTimeout(done, 50));
    await new Promise<void>((done) => this.screenBuffer.write('', done));
    return this.ended ?? -1;
  }

  /** Ends the program if it still runs. */
  close(): void {
    if (this.ended === undefined) this.pty.kill('SIGKILL');
    this.screenBuffer.dispose();
  }

  private async wait(ready: () => boolean, timeout: number, what: string): Promise<void> {
    if (ready()) return;
    await new Promise<void>((done, failed) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        failed(new Error(`no ${what} within ${timeout} ms:\n${this.screen()}`));
      }, timeout);
      const look = (): void => {
        if (!ready()) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        done();
      };
      this.waiting.add(look);
    });
  }
}

type Cell = NonNullable<
  ReturnType<
    NonNullable<
      ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>
    >['getCell']
  >
>;

function lookOf(cell: Cell): Look {
  const colour = (isDefault: boolean, isRgb: boolean, value: number): Look['foreground'] => {
    if (isDefault) return undefined;
    return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
  };
  return {
    text: cell.getChars() || ' ',
    foreground: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function isAlike(a: Look, b: Look): boolean {
  return (
    a.foreground === b.foreground &&
    a.background === b.background &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.inverse === b.inverse
  );
}

/** Starts dist/cli.js in a terminal, as a user would. */
export function cackleTerminal(args: readonly string[], options: TerminalOptions = {}): Terminal {
  return new Terminal(process.execPath, [join(packageRoot(), 'dist', 'cli.js'), ...args], options);
}
