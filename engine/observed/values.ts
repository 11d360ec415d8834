/**
 * Values as strace writes them (strace(1), "Output"): strings in C's quotes, `3</path>` for an open file, structures in braces.
 * What does not follow that grammar is an {@link UnreadableTrace}.
 */

/** Text of a trace that cannot be read; who knows the file and line adds them. */
export class UnreadableTrace extends Error {
  override readonly name = 'UnreadableTrace';
}

/** Memory of a program that strace could not read, though the kernel may have. */
export class UnreadMemory extends UnreadableTrace {
  constructor(what: string) {
    super(`${what} in memory that strace cannot read`);
  }
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Splits the arguments that begin at `start`, behind a `(`, at their commas. Returns them with the offset behind the `)`, or what
 * else is the `ending`, of them. Throws {@link UnreadableTrace}.
 */
export function splitArguments(
  text: string,
  start: number,
  ending: ')' | '}' = ')',
): { args: string[]; end: number } {
  const args: string[] = [];
  const open: string[] = [];
  let from = start;
  for (let at = start; at < text.length; ) {
    const char = text[at] as string;
    const close = closing[char];
    if (char === '"') at = endOfString(text, at);
    else if (text.startsWith('/*', at)) at = endOf(text, '*/', at + 2);
    else if (char === '<' && isFileName(text, at)) at = endOf(text, '>', at);
    else if (close !== undefined) {
      open.push(close);
      at++;
    } else if (open.length > 0 && char === open.at(-1)) {
      open.pop();
      at++;
    } else if (char === ending && open.length === 0) {
      const last = text.slice(from, at).trim();
      return { args: last === '' && args.length === 0 ? [] : [...args, last], end: at + 1 };
    } else if (char === ')' || char === ']' || char === '}') {
      throw new UnreadableTrace(`an unexpected ${char}`);
    } else if (char === ',' && open.length === 0) {
      args.push(text.slice(from, at).trim());
      from = ++at;
    } else at++;
  }
  throw new UnreadableTrace('the call does not end');
}

/** Is the `<` at this offset the beginning of a file's name, and not a shift? Names have their own `<` and `>` escaped. */
function isFileName(text: string, at: number): boolean {
  return /[0-9D]/.test(text[at - 1] ?? '') && text[at + 1] !== '<' && text[at - 1] !== '<';
}

function endOf(text: string, ending: string, from: number): number {
  const at = text.indexOf(ending, from);
  if (at < 0) throw new UnreadableTrace(`a missing ${ending}`);
  return at + ending.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new UnreadableTrace('a string that does not end');
}

const escapes: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 },
};

/** Returns the bytes of text with C's escapes, from `at` to its end. Throws {@link UnreadableTrace}. */
function unescaped(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '\\') {
      bytes.push(text.charCodeAt(at++));
      continue;
    }
    const rest = text.slice(at + 1, at + 4);
    const [number] = /^(?:x[0-9a-f]{2}|[0-7]{1,3})/.exec(rest) ?? [];
    const known = escapes[rest[0] ?? ''];
    if (number === undefined && known === undefined)
      throw new UnreadableTrace(`an unknown escape \\${rest[0] ?? ''}`);
    bytes.push(
      number === undefined
        ? (known as number)
        : number.startsWith('x')
          ? Number.parseInt(number.slice(1), 16)
          : Number.parseInt(number, 8),
    );
    at += 1 + (number?.length ?? 1);
  }
  return Buffer.from(bytes);
}

/** Returns the bytes of a string argument; undefined for `NULL`. Throws {@link UnreadableTrace}. */
export function stringBytes(argument: string): Buffer | undefined {
  if (argument === 'NULL') return undefined;
  if (/^0x[0-9a-f]+$/.test(argument)) throw new UnreadMemory('a text');
  if (!argument.startsWith('"')) throw new UnreadableTrace(`not a string: ${argument}`);
  const end = endOfString(argument, 0);
  const rest = argument.slice(end);
  if (rest !== '' && rest !== '...') throw new UnreadableTrace(`text after a string: ${rest}`);
  return unescaped(argument.slice(1, end - 1));
}

/** Returns a path argument; undefined as {@link stringBytes}. A path that strace cut short is unreadable. */
export function pathOf(argument: string): string | undefined {
  if (argument.endsWith('"...')) throw new UnreadableTrace('a path that was cut short');
  return stringBytes(argument)?.toString();
}

/** An open file, or directory, in an argument or result. */
export interface OpenFile {
  /** Undefined for `AT_FDCWD`. */
  readonly number: number | undefined;
  /** A path, or what the kernel calls it (`socket:[12]`, `pipe:[3]`); undefined when strace could not tell. */
  readonly name: string | undefined;
}

/** Reads an open file: `3</etc/passwd>`, `AT_FDCWD</work>`, `4<socket:[12]>`, `-1`. Throws {@link UnreadableTrace}. */
export function openFileOf(argument: string): OpenFile {
  const found = /^(AT_FDCWD|-?\d+)(?:<([^<>]*)>)?(?:\(deleted\))?$/.exec(argument);
  if (found === null) throw new UnreadableTrace(`not an open file: ${argument}`);
  const [, number, name] = found;
  return {
    number: number === 'AT_FDCWD' ? undefined : Number(number),
    name: name === undefined ? undefined : unescaped(name).toString(),
  };
}
