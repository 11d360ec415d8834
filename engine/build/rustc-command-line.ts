/** One argument of rustc in canonical form: an option with its value, a flag, or an input. */
export type RustcArgument =
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'input'; readonly value: string };

/** Short options with a value, and the long name that is used for each here. */
const shortWithValue = new Map([
  ['L', 'L'],
  ['l', 'l'],
  ['o', 'o'],
  ['A', 'allow'],
  ['W', 'warn'],
  ['D', 'deny'],
  ['F', 'forbid'],
  ['C', 'codegen'],
  ['Z', 'Z'],
]);
const shortFlags = new Set(['g', 'O', 'v', 'V', 'h']);
const longFlags = new Set(['test', 'help', 'version', 'verbose']);

/** Thrown for a rustc command line that does not match `rustc --help -v`. */
export class RustcArgumentsError extends Error {
  override readonly name = 'RustcArgumentsError';
}

/** Splits arguments as rustc's getopts does. Any `@file` has to be expanded before. Throws RustcArgumentsError. */
export function parseRustcArguments(args: readonly string[]): RustcArgument[] {
  const parsed: RustcArgument[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    const next = (name: string): string => {
      const value = args[++index];
      if (value === undefined) throw new RustcArgumentsError(`${name} lacks its value`);
      return value;
    };
    if (argument === '--') {
      for (const value of args.slice(index + 1)) parsed.push({ kind: 'input', value });
      break;
    }
    if (argument === '-' || !argument.startsWith('-')) {
      parsed.push({ kind: 'input', value: argument });
    } else if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
      // For rustc, a name of one letter is a short option, which it accepts after a single dash only.
      if (name.length < 2) throw new RustcArgumentsError(`unknown option ${argument}`);
      if (equals >= 0 && longFlags.has(name))
        throw new RustcArgumentsError(`${argument}: --${name} takes no value`);
      const value =
        equals >= 0 ? argument.slice(equals + 1) : longFlags.has(name) ? undefined : next(argument);
      parsed.push({ kind: 'option', name, value });
    } else {
      for (let at = 1; at < argument.length; at++) {
        const letter = argument[at] as string;
        const name = shortWithValue.get(letter);
        if (name !== undefined) {
          const rest = argument.slice(at + 1);
          parsed.push({ kind: 'option', name, value: rest === '' ? next(`-${letter}`) : rest });
          break;
        }
        if (!shortFlags.has(letter)) throw new RustcArgumentsError(`unknown option ${argument}`);
        parsed.push({ kind: 'option', name: letter, value: undefined });
      }
    }
  }
  return parsed;
}

/**
 * Returns an argument as words of a command line, in one spelling that every rustc accepts. A value that begins with
 * `@` is never a word of its own.
 */
export function written(argument: RustcArgument): string[] {
  if (argument.kind === 'input') return [argument.value];
  const { name, value } = argument;
  const isShort = name.length === 1;
  if (value === undefined) return [`${isShort ? '-' : '--'}${name}`];
  if (value.startsWith('@')) return [isShort ? `-${name}${value}` : `--${name}=${value}`];
  return [`${isShort ? '-' : '--'}${name}`, value];
}

/** Returns the name in a `-C` value. rustc treats `-` and `_` in these names alike. */
export function codegenName(value: string | undefined): string {
  return (value ?? '').replace(/=.*/s, '').replaceAll('_', '-');
}

/** Returns the text after `=` in each `-C NAME=VALUE`, empty when there is none; the last counts. */
export function codegenValues(args: readonly RustcArgument[], name: string): string[] {
  return valuesOf(args, 'codegen')
    .filter((value) => codegenName(value) === name)
    .map((value) => value.replace(/^[^=]*=?/s, ''));
}

/** Returns the values of an option, in order. */
export function valuesOf(args: readonly RustcArgument[], name: string): string[] {
  return args.flatMap((a) => (a.kind === 'option' && a.name === name ? [a.value ?? ''] : []));
}

/** Returns whether a command line has an option or a flag. */
export function hasOption(args: readonly RustcArgument[], name: string): boolean {
  return args.some((argument) => argument.kind === 'option' && argument.name === name);
}

/** Returns the kind and the path of a `-L` value (rustc book, "-L"). */
export function readSearchPath(value: string): { readonly kind: string; readonly path: string } {
  const [, kind, path] = /^(?:(dependency|crate|native|framework|all)=)?(.*)$/s.exec(value) ?? [];
  return { kind: kind ?? 'all', path: path ?? '' };
}
