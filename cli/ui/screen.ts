import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';

const ESC = '\u001b[';
const enter = `${ESC}?1049h${ESC}?25l${ESC}?2004h${ESC}?1007h${ESC}2J${ESC}H`;
const leave = `${ESC}0m${ESC}?1007l${ESC}?2004l${ESC}?25h${ESC}?1049l`;
/** Synchronized update: terminals that support it show a frame at once, others ignore it. */
const begin = `${ESC}?2026h`;
const end = `${ESC}?2026l`;

/** Width of a handle: 36 ** 4 lines are more than any screen has. */
const HANDLE_WIDTH = 4;

/**
 * The stream to which Ink writes its frames, on the alternate screen, so that the terminal's earlier content is there again
 * afterwards.
 *
 * Ink lays out rows; it would process a frame letter by letter, which takes too long after a key on a large terminal. So a
 * row passes its finished line to {@link put} and returns a short name for it to Ink. Of the frame that Ink writes, only the
 * lines that changed go to the terminal: nothing flickers, and a slow connection carries little.
 */
export class Screen extends EventEmitter {
  /** False, because Ink would otherwise write escapes of its own. */
  readonly isTTY = false;
  /** The width for Ink, which sees names of lines only. */
  readonly columns = HANDLE_WIDTH;
  private readonly terminal: WriteStream;
  private lines: string[] = [];
  private shown: string[] = [];
  private active = false;

  constructor(terminal: WriteStream) {
    super();
    this.terminal = terminal;
  }

  /** Size of the terminal. */
  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.columns || 80, rows: this.terminal.rows || 24 };
  }

  get rows(): number {
    return this.size.rows;
  }

  /** Enters the alternate screen; the next frame is drawn whole. */
  enter(): void {
    if (this.active) return;
    this.active = true;
    this.shown = [];
    this.terminal.write(enter);
  }

  /** Restores the terminal. Synchronous, since the process may be about to end. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    this.terminal.write(leave);
  }

  /** Forgets the lines on the screen: the next frame is drawn whole. */
  forget(): void {
    if (!this.active) return;
    this.shown = [];
    this.terminal.write(`${ESC}2J`);
  }

  /** Starts a new frame. */
  begin(): void {
    this.lines = [];
  }

  /** Adds a line, no wider than the terminal, to the new frame; returns its name. */
  put(line: string): string {
    this.lines.push(line);
    return (this.lines.length - 1).toString(36);
  }

  /** Draws a frame from Ink, which consists of names of lines. */
  write(frame: string): boolean {
    if (!this.active) return true;
    const lines = frame
      .split('\n')
      .slice(0, this.rows)
      .map((name) => this.lines[Number.parseInt(name, 36)] ?? '');
    let out = '';
    lines.forEach((line, i) => {
      // Erased first: after a line of full width the cursor still stands on its last letter.
      if (line !== this.shown[i]) out += `${ESC}${i + 1};1H${ESC}2K${line}`;
    });
    for (let i = lines.length; i < this.shown.length; i++) out += `${ESC}${i + 1};1H${ESC}2K`;
    this.shown = lines;
    if (out !== '') this.terminal.write(`${begin}${out}${end}`);
    return true;
  }
}
