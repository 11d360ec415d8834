import { realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { reasonOf } from '../system-errors.ts';

/** A dep-info file that rustc cannot have written so, or that cannot be read; the message names the file. */
export class DepInfoError extends Error {
  override readonly name = 'DepInfoError';
}

/** A file that rustc read. */
export interface SourceFile {
  /** Its absolute path as in debug info, `..` resolved by text. */
  readonly path: string;
  /** The path that the system opens for the name that rustc used: behind a symbolic link, `..` leads elsewhere. */
  readonly file: string;
}

/**
 * Returns the files that a rustc dep-info file (`.d`) lists, each once, in its order.
 * Relative paths start at `cwd`, the directory in which rustc ran.
 * Throws DepInfoError for a file that is missing, or is not exactly what rustc writes for some list of files.
 */
export function readDepInfo(path: string, cwd: string): SourceFile[] {
  let bytes: Buffer;
  try {
    bytes = readRegularFile(path);
  } catch (error) {
    throw new DepInfoError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new DepInfoError(`${path} lists a file whose name is not UTF-8`, { cause: error });
  }
  const sources = parseDepInfo(text);
  if (sources === undefined)
    throw new DepInfoError(
      `${path} is not as rustc writes it: a file whose name has a line break in it makes it so`,
    );
  // rustc puts this where a name is not UTF-8; there may be another file that really has it.
  const lossy = sources.find((source) => source.includes('\ufffd'));
  if (lossy !== undefined)
    throw new DepInfoError(`${path} lists a file whose name is not UTF-8: ${lossy}`);
  return [...new Set(sources)].map((source) => sourceFile(source, cwd));
}

function sourceFile(source: string, cwd: string): SourceFile {
  const path = resolve(cwd, source);
  const asOpened = isAbsolute(source) ? source : `${cwd}/${source}`;
  if (!asOpened.split('/').includes('..')) return { path, file: path };
  try {
    // The other variant of this function resolves `..` by text.
    const file = realpathSync.native(asOpened);
    return { path, file: realPathOf(path) === file ? path : file };
  } catch {
    // The code that reads the file reports the error.
    return { path, file: asOpened };
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/**
 * Returns the files in rustc's dep-info, as written; undefined when rustc would not write this text for any list of files
 * whose names have no line break. rustc writes a rule for each output, `OUTPUT: FILE FILE…` and an empty line; then `FILE:`
 * for each file and an empty line; then perhaps comments (environment variables, checksums). It escapes a space in a file's
 * name by a backslash and nothing else, not even line breaks (`escape_dep_filename` in rustc_interface): a line is known to
 * be a whole name only because all parts agree.
 */
export function parseDepInfo(text: string): string[] | undefined {
  // No regular expression: on a run of line breaks it would take quadratic time.
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  const blocks = text.slice(0, end).split('\n\n');
  // No name begins so: its space has a backslash before it.
  if (
    blocks
      .at(-1)
      ?.split('\n')
      .every((line) => line.startsWith('# '))
  )
    blocks.pop();
  const lines = blocks.pop()?.split('\n') ?? [];
  if (blocks.length === 0 || !lines.every((line) => line.length > 1 && line.endsWith(':')))
    return undefined;
  const escaped = lines.map((line) => line.slice(0, -1));
  const list = `: ${escaped.join(' ')}`;
  const areRules = blocks.every(
    (block) => block.endsWith(list) && block.length > list.length && !block.includes('\n'),
  );
  if (!areRules || escaped.some((name) => /(^|[^\\]) /.test(name))) return undefined;
  return escaped.map((name) => name.replaceAll('\\ ', ' '));
}
