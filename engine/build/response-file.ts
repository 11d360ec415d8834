import { resolve } from 'node:path';
import { readRegularFile } from '../regular-file.ts';

/** Decodes a response file: UTF-8, or UTF-16 with its mark. Throws for anything else, because it then cannot be judged. */
function decode(bytes: Buffer): string {
  // The mark of UTF-16 is no UTF-8: rustc writes such files for link.exe.
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
}

/** Replaces each `@FILE` of a rustc command line with the file's lines (rustc book, "@path"). */
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

/** Response files nested deeper than this are taken for a cycle. */
const MAX_NESTING = 32;
const MAX_FILES = 2000;
/** Limit for all files together, since each may be read many times. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/**
 * Replaces each `@FILE` of a linker command line as gcc and GNU ld do (libiberty's expandargv): white space ends
 * words, quotes and backslashes escape, and files may name further files. As there, the argument of a file that
 * cannot be opened stays as it is. Throws when files are nested without end, and passes on what `read` throws.
 */
export function expandLinkerArguments(
  args: readonly string[],
  cwd: string,
  read: (path: string) => Buffer = readRegularFile,
  nesting = { depth: 0, left: { files: MAX_FILES, characters: MAX_CHARACTERS } },
  split = splitWords,
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
      // ld expands the files in what the compiler driver passes to it.
      const words = argument.slice(4).split(',');
      add(expandLinkerArguments(words, cwd, read, nesting, split), '-Xlinker');
      continue;
    }
    if (expanded.at(-1) === '-Xlinker' && argument.startsWith('@')) {
      expanded.pop();
      add(expandLinkerArguments([argument], cwd, read, nesting, split), '-Xlinker');
      continue;
    }
    if (!argument.startsWith('@')) {
      expanded.push(argument);
      continue;
    }
    // As in libiberty: with each level of nesting, a file could name ever more files.
    if (--nesting.left.files < 0) throw new Error(`more than ${MAX_FILES} response files`);
    let text: string;
    try {
      text = decode(read(resolve(cwd, argument.slice(1))));
      // A linker would stop reading here.
      if (text.includes('\0')) throw new Error(`${argument.slice(1)} has a byte 0 in it`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      expanded.push(argument);
      continue;
    }
    nesting.left.characters -= text.length;
    if (nesting.left.characters < 0) throw new Error('response files hold too much');
    const inner = { ...nesting, depth: nesting.depth + 1 };
    add(expandLinkerArguments(split(text), cwd, read, inner, split));
  }
  return expanded;
}

/** Returns a word quoted for a GNU response file. */
export function quotedWord(word: string): string {
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** White space of the C locale. Any other space is part of a word. */
const SPACES = ' \t\n\v\f\r';

/** Splits a GNU response file into words (libiberty's buildargv). */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < text.length; index++) {
    const c = text[index] as string;
    if (c === '\\') {
      // A backslash at the end of the text stands for nothing.
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

/** Splits a response file of link.exe into words: only double quotes and backslashes before them are special. */
export function splitWindowsWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const c = text[index] as string;
    if (c === '\\') {
      const slashes = /^\\+/.exec(text.slice(index))?.[0].length ?? 1;
      const beforeQuote = text[index + slashes] === '"';
      word = (word ?? '') + '\\'.repeat(beforeQuote ? slashes >> 1 : slashes);
      index += slashes - 1;
      if (beforeQuote && slashes % 2 === 1) {
        word += '"';
        index++;
      }
    } else if (c === '"') {
      quoted = !quoted;
      word ??= '';
    } else if (!quoted && SPACES.includes(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) words.push(word);
  return words;
}
