import { join } from 'node:path';
import { readRegularFile } from '../../engine/regular-file.ts';
import type { Excerpt, Segment, ShownPlace } from './api.ts';
import { highlightedLines } from './highlight.ts';

/** Lines before and after a place; a screen seldom has more. */
const CONTEXT = 100;
/** Characters around the place that are shown of a long line. */
const MAX_COLUMNS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;
const KEPT_FILES = 8;

/** Reads sources to be shown; caches the last few. */
export class Sources {
  private readonly files = new Map<string, Segment[][]>();
  private readonly sysroot: () => string | undefined;
  private readonly printable: (text: string) => string;

  constructor(sysroot: () => string | undefined, printable: (text: string) => string) {
    this.sysroot = sysroot;
    this.printable = printable;
  }

  /** Resolves to the lines around a place, or to the reason why they cannot be shown. */
  async around(place: ShownPlace): Promise<Excerpt | string> {
    let lines: Segment[][];
    try {
      lines = this.lines(this.pathOf(place.file));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') return this.printable(`It cannot be shown: ${message}.`);
      return isStd(place.file)
        ? 'The sources of the standard library are not installed: `rustup component add rust-src`.'
        : 'The file is not there any more.';
    }
    const first = Math.max(1, place.line - CONTEXT);
    const last = Math.min(lines.length, Math.max(1, place.line) + CONTEXT);
    const marked = lines[place.line - 1];
    const raw = marked?.map(({ text }) => text).join('') ?? '';
    const index = place.column < 1 ? undefined : indexOf(raw, place);
    const from = Math.max(0, (index ?? 0) - MAX_COLUMNS / 2);
    const at =
      index === undefined || marked === undefined
        ? undefined
        : this.shown(raw.slice(from, index)).length;
    return {
      line: place.line,
      at,
      lines: lines.slice(first - 1, last).map((segments, i) => ({
        number: first + i,
        segments: cut(segments, from, from + MAX_COLUMNS).map(({ style, text }) => ({
          style,
          text: this.shown(text),
        })),
      })),
    };
  }

  private shown(text: string): string {
    return this.printable(text.replaceAll('\t', '    '));
  }

  /** Returns the path on this machine of a file in debug info: the standard library was built elsewhere. */
  pathOf(file: string): string {
    const sysroot = this.sysroot();
    const library = /^\/rustc\/[0-9a-f]+\/(library\/.*)$/.exec(file)?.[1];
    if (library === undefined || sysroot === undefined) return file;
    return join(sysroot, 'lib', 'rustlib', 'src', 'rust', library);
  }

  private lines(path: string): Segment[][] {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    // The path comes from debug info: it may name a pipe or a device, which would never end.
    const text = readRegularFile(path, MAX_BYTES).toString().replaceAll('\r\n', '\n');
    const lines = highlightedLines(text, path.endsWith('.rs'));
    const [oldest] = this.files.keys();
    if (this.files.size >= KEPT_FILES && oldest !== undefined) this.files.delete(oldest);
    this.files.set(path, lines);
    return lines;
  }
}

/** Is a path in debug info one of the standard library? */
export function isStd(file: string): boolean {
  return /^\/rustc\/[0-9a-f]+\/library\//.test(file);
}

/** The code unit at which a place's column begins. */
function indexOf(line: string, { column, counts }: ShownPlace): number | undefined {
  if (counts === 'characters') {
    const before = [...line].slice(0, column - 1).join('');
    return before.length <= line.length ? before.length : undefined;
  }
  const bytes = Buffer.from(line);
  if (column - 1 > bytes.length) return undefined;
  return bytes.subarray(0, column - 1).toString().length;
}

function cut(segments: readonly Segment[], from: number, to: number): Segment[] {
  const kept: Segment[] = [];
  let at = 0;
  for (const { style, text } of segments) {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (piece !== '') kept.push({ style, text: piece });
    at += text.length;
  }
  return kept;
}
