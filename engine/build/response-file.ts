import { resolve } from 'node:path';
import { readRegularFile } from '../regular-file.ts';

/** Decodes a response file; what is not UTF-8 cannot be judged. */
function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Replaces each `@FILE` of a rustc command line by the file's lines (rustc book, "@path"). */
export function expandRustcArguments(args: readonly string[], cwd: string): string[] {
  const expanded: string[] = [];
  for (const argument of args) {
    if (!argument.startsWith('@')) expanded.push(argument);
    else expanded.push(...readLines(decode(readRegularFile(resolve(cwd, argument.slice(1))))));
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
const MAX_FILES = 2000;
/** Of all files together: each may be read many times. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/**
 * Replaces each `@FILE` of a linker command line as gcc and GNU ld do (libiberty's expandargv): words
 * end at white space, quotes and backslashes escape, files may name further files. A file that cannot
 * be opened leaves its argument as it is, as there. Throws when nested without end, or what `read` throws.
 */
export function expandLinkerArguments(
  args: readonly string[],
  cwd: string,
  read: (path: string) => Buffer = readRegularFile,
  nesting = { depth: 0, left: { files: MAX_FILES, characters: MAX_CHARACTERS } },
): string[] {
  if (nesting.depth > MAX_NESTING) throw new Error('response files are nested without end');
  const expanded: string[] = [];
  const add = (words: readonly string[], behind?: string): void => {
    for (const word of words) {
      if (behind !== undefined) expanded.push(behind);
      expanded.push(word);
    }
  };
  for (const argument of args) {
    if (argument.startsWith('-Wl,') && argument.includes(',@')) {
      // ld opens what the compiler driver passes on to it.
      const words = argument.slice(4).split(',');
      add(expandLinkerArguments(words, cwd, read, nesting), '-Xlinker');
      continue;
    }
    if (expanded.at(-1) === '-Xlinker' && argument.startsWith('@')) {
      expanded.pop();
      add(expandLinkerArguments([argument], cwd, read, nesting), '-Xlinker');
      continue;
    }
    if (!argument.startsWith('@')) {
      expanded.push(argument);
      continue;
    }
    // As libiberty has it: with each level a file could name ever more of them.
    if (--nesting.left.files < 0) throw new Error(`more than ${MAX_FILES} response files`);
    let text: string;
    try {
      text = decode(read(resolve(cwd, argument.slice(1))));
      // To a linker the file ends there.
      if (text.includes('\0')) throw new Error(`${argument.slice(1)} has a byte 0 in it`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      expanded.push(argument);
      continue;
    }
    nesting.left.characters -= text.length;
    if (nesting.left.characters < 0) throw new Error('response files hold too much');
    const inner = { ...nesting, depth: nesting.depth + 1 };
    add(expandLinkerArguments(splitWords(text), cwd, read, inner));
  }
  return expanded;
}

/** A word as it stands in a GNU response file. */
export function quotedWord(word: string): string {
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** White space of C's locale: others are letters of a word. */
const SPACES = ' \t\n\v\f\r';

/** Words of a GNU response file (libiberty's buildargv). */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const c = text[index] as string;
    if (c === '\\') {
      // At the end of the text it stands for nothing.
      word = (word ?? '') + (text[++index] ?? '');
    } else if (quote !== undefined) {
      if (c === quote) quote = undefined;
      else word = (word ?? '') + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (SPACES.includes(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
