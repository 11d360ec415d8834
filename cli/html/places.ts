import type { PathStep } from '../../engine/inventory/types.ts';
import type { BacktraceFrame, SourcePlace } from '../../engine/problems/places.ts';
import { readRegularFile } from '../../engine/regular-file.ts';
import { printable } from '../output/printable.ts';
import { placeText } from '../output/problem-text.ts';
import type { PageFile, PageFrame, PagePlace } from './types.ts';

/** Lines that are shown above and below a place. */
const AROUND = 3;
/** No source has more lines: rustc counts them in 32 bits. */
const MOST_LINES = 2 ** 32 - 1;
/** Characters of one line, and of all lines. */
const MAX_LINE = 200;
const MAX_TEXT = 12 * 1024 * 1024;

/** The source files and steps of paths that a page refers to, each once. */
export class PagePlaces {
  readonly frames: PageFrame[] = [];
  /** Set when lines were left out. */
  isFull = false;
  private readonly root: string;
  private readonly files = new Map<string, { index: number; lines: Map<number, string> }>();
  private readonly texts = new Map<string, readonly string[]>();
  private readonly frameIndexes = new Map<string, number>();
  private size = 0;

  constructor(workspaceRoot: string) {
    this.root = workspaceRoot;
  }

  /** Returns a place for the page, and takes the lines `around` it along. */
  add({ file, line, column }: SourcePlace, around = AROUND): PagePlace {
    const known = this.files.get(file) ?? { index: this.files.size, lines: new Map() };
    this.files.set(file, known);
    if (line > 0 && line <= MOST_LINES)
      for (let at = Math.max(1, line - around); at <= line + around; at++)
        this.addLine(file, known.lines, at);
    return [known.index, line, column];
  }

  /** Returns the indexes of the steps of a path. */
  path(steps: readonly (PathStep | BacktraceFrame)[]): number[] {
    return steps.map(({ name, place, inlined }) => {
      const key = [name, place?.file, place?.line, place?.column, inlined].join('\0');
      const known = this.frameIndexes.get(key) ?? this.frames.length;
      if (known === this.frames.length) {
        this.frameIndexes.set(key, known);
        this.frames.push({
          name: printable(name),
          place: place && this.add(place, 0),
          isInlined: inlined,
        });
      }
      return known;
    });
  }

  /** Returns the paths of the files, by the indexes that places have. */
  names(): string[] {
    return [...this.files.keys()];
  }

  /** Returns the files, by the indexes that places have. */
  all(): PageFile[] {
    return [...this.files].map(([file, { lines }]) => ({
      name: placeText({ file, line: 0, column: 0 }, this.root),
      lines: Object.fromEntries(lines),
    }));
  }

  private addLine(file: string, lines: Map<number, string>, at: number): void {
    if (lines.has(at)) return;
    const text = this.linesOf(file)[at - 1];
    if (text === undefined) return;
    if (this.size > MAX_TEXT) {
      this.isFull = true;
      return;
    }
    const cut = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
    const shown = printable(cut.replace(/\r$/, '').replaceAll('\t', '    '));
    this.size += shown.length;
    lines.set(at, shown);
  }

  /** The lines of a file; none where it is gone, or is of the toolchain and not installed. */
  private linesOf(file: string): readonly string[] {
    let lines = this.texts.get(file);
    if (lines === undefined) {
      try {
        lines = readRegularFile(file).toString().split('\n');
      } catch {
        lines = [];
      }
      this.texts.set(file, lines);
    }
    return lines;
  }
}
