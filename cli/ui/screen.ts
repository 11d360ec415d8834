import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';

const ESC = '\u001b[';
const enter = `${ESC}?1049h${ESC}?25l${ESC}?2004h${ESC}?1007h${ESC}2J${ESC}H`;
const leave = `${ESC}0m${ESC}?1007l${ESC}?2004l${ESC}?25h${ESC}?1049l`;
/** Synchronized update: terminals that know it show a frame at once, others ignore it. */
const begin = `${ESC}?2026h`;
const end = `${ESC}?2026l`;

/** A handle has to be as wide as this: 36 ** 4 lines are more than any screen has. */
const HANDLE_WIDTH = 4;

/**
 * What Ink writes its frames to, on the alternate screen, so that what was in the terminal before is there again
 * afterwards.
 *
 * Ink lays out rows; it would take a frame apart letter by letter, which costs more than a key may take on a large
 * terminal. So a row gives its finished line to {@link put} and hands a short name for it to Ink. Of the frame that comes
 * back only the lines that differ from what is shown go to the terminal: nothing flickers, and a slow line carries little.
 */
export class Screen extends EventEmitter {
  /** For Ink, which would else write escapes of its own. */
  readonly isTTY = false;
  /** For Ink, which sees names of lines only. */
  readonly columns = HANDLE_WIDTH;
  private readonly terminal: WriteStream;
  private lines: string[] = [];
  private shown: string[] = [];
  private active = false;

  constructor(terminal: WriteStream) {
    super();
    this.terminal = terminal;
  }

  /** Of the terminal. */
  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.columns || 80, rows: this.terminal.rows || 24 };
  }

  get rows(): number {
    return this.size.rows;
  }

  /** Takes the terminal; what is drawn next is drawn whole. */
  enter(): void {
    if (this.active) return;
    this.active = true;
    this.shown = [];
    this.terminal.write(enter);
  }

  /** Gives the terminal back as it was. Synchronous, for the ends that cannot wait. */
  leave(): void {
    if (!this.active) return;
    this.active = false;
    this.terminal.write(leave);
  }

  /** Forgets what is on the screen: the next frame is drawn whole. */
  forget(): void {
    if (!this.active) return;
    this.shown = [];
    this.terminal.write(`${ESC}2J`);
  }

  /** A new frame is about to be made. */
  begin(): void {
    this.lines = [];
  }

  /** Takes a line of the frame that is being made, no wider than the terminal; gives its name. */
  put(line: string): string {
    this.lines.push(line);
    return (this.lines.length - 1).toString(36);
  }

  /** A frame from Ink, in names of lines. */
  write(frame: string): boolean {
    if (!this.active) return true;
    const lines = frame
      .split('\n')
      .slice(0, this.rows)
      .map((name) => this.lines[Number.parseInt(name, 36)] ?? '');
    let out = '';
    lines.forEach((line, i) => {
      // Erased first: behind a line of full width, the cursor still stands on its last letter.
      if (line !== this.shown[i]) out += `${ESC}${i + 1};1H${ESC}2K${line}`;
    });
    for (let i = lines.length; i < this.shown.length; i++) out += `${ESC}${i + 1};1H${ESC}2K`;
    this.shown = lines;
    if (out !== '') this.terminal.write(`${begin}${out}${end}`);
    return true;
  }
}
