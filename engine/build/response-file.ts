import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Decodes a response file; what is not UTF-8 cannot be judged. */
function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Replaces each `@FILE` of a rustc command line by the file's lines (rustc book, "@path"). */
export async function expandRustcArguments(
  args: readonly string[],
  cwd: string,
): Promise<string[]> {
  const expanded: string[] = [];
  for (const argument of args) {
    if (!argument.startsWith('@')) expanded.push(argument);
    else expanded.push(...readLines(decode(await readFile(resolve(cwd, argument.slice(1))))));
  }
  return expanded;
}

function readLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Nested response files deeper than this are a cycle. */
const MAX_NESTING = 32;

/**
 * Replaces each `@FILE` of a linker command line as gcc and GNU ld do (libiberty's expandargv): words
 * end at white space, quotes and backslashes escape, files may name further files. A file that cannot
 * be opened leaves its argument as it is, as there. Throws when nested without end, or what `read` throws.
 */
export async function expandLinkerArguments(
  args: readonly string[],
  cwd: string,
  read: (path: string) => Promise<Buffer> = readFile,
  depth = 0,
): Promise<string[]> {
  if (depth > MAX_NESTING) throw new Error('response files are nested without end');
  const expanded: string[] = [];
  for (const argument of args) {
    if (argument.startsWith('-Wl,') && argument.includes(',@')) {
      // ld opens what the compiler driver passes on to it.
      const words = argument.slice(4).split(',');
      for (const word of await expandLinkerArguments(words, cwd, read, depth))
        expanded.push('-Xlinker', word);
      continue;
    }
    if (expanded.at(-1) === '-Xlinker' && argument.startsWith('@')) {
      expanded.pop();
      for (const word of await expandLinkerArguments([argument], cwd, read, depth))
        expanded.push('-Xlinker', word);
      continue;
    }
    if (!argument.startsWith('@')) {
      expanded.push(argument);
      continue;
    }
    let text: string;
    try {
      text = decode(await read(resolve(cwd, argument.slice(1))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      expanded.push(argument);
      continue;
    }
    expanded.push(...(await expandLinkerArguments(splitWords(text), cwd, read, depth + 1)));
  }
  return expanded;
}

/** A word as it stands in a GNU response file. */
export function quotedWord(word: string): string {
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Words of a GNU response file. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const c = text[index] as string;
    if (c === '\\' && index + 1 < text.length) {
      word = (word ?? '') + text[++index];
    } else if (quote !== undefined) {
      if (c === quote) quote = undefined;
      else word = (word ?? '') + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
