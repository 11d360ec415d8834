import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withRegularFile } from '../regular-file.ts';

/** A dep-info file that cannot be read as rustc writes it; the message names the file. */
export class DepInfoError extends Error {
  override readonly name = 'DepInfoError';
}

/**
 * The sources that a rustc dep-info file (`.d`) lists, absolute, each once, in the order of the file.
 * Relative paths start at `cwd`, the directory in which rustc ran.
 * Throws DepInfoError for a file that is missing, not UTF-8 or has no rule.
 */
export function readDepInfo(path: string, cwd: string): string[] {
  let bytes: Buffer;
  try {
    bytes = withRegularFile(path, (file) => readFileSync(file));
  } catch (error) {
    throw new DepInfoError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DepInfoError(`${path} lists a file whose name is not UTF-8`, { cause: error });
  }
  const sources = parseDepInfo(text);
  if (sources === undefined) throw new DepInfoError(`${path} has no dependency rule`);
  return [...new Set(sources.map((source) => resolve(cwd, source)))];
}

/**
 * The dependencies of all rules of a makefile fragment, as written. rustc puts a backslash before a
 * space of a name and before nothing else (`escape_dep_filename` in rustc_interface); lines that begin
 * with `#` carry environment variables and checksums. Undefined when there is no rule at all.
 */
export function parseDepInfo(text: string): string[] | undefined {
  const sources: string[] = [];
  let rules = 0;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    // `OUTPUT: ` with dependencies, or `SOURCE:` alone, which keeps make quiet about deleted files.
    const separator = ruleSeparator(line);
    if (separator === undefined) continue;
    rules++;
    sources.push(...splitNames(line.slice(separator + 1)));
  }
  return rules === 0 ? undefined : sources;
}

/** The colon that ends the rule's target: the first one before a space or the end of the line. */
function ruleSeparator(line: string): number | undefined {
  const at = line.search(/:(?= |$)/);
  return at < 0 ? undefined : at;
}

function splitNames(list: string): string[] {
  const names: string[] = [];
  let name = '';
  for (let index = 0; index < list.length; index++) {
    const c = list[index] as string;
    if (c === '\\' && list[index + 1] === ' ') {
      name += ' ';
      index++;
    } else if (c === ' ') {
      if (name !== '') names.push(name);
      name = '';
    } else {
      name += c;
    }
  }
  if (name !== '') names.push(name);
  return names;
}
