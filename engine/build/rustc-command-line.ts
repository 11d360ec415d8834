/** One argument of rustc in canonical form: an option with its value, a flag, or an input. */
export type RustcArgument =
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'input'; readonly value: string };

/** Short options with a value, by the long name that stands for them here. */
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

/** A rustc command line that is not as `rustc --help -v` describes. */
export class RustcArgumentsError extends Error {
  override readonly name = 'RustcArgumentsError';
}

/** Cuts arguments as rustc's getopts does. `@file` has to be expanded before. */
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
      // Names of one letter are short ones to rustc, which takes them behind one dash only.
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

/** An argument as words of a command line, in one spelling that every rustc takes. A value that begins with `@` is never an argument of its own. */
export function written(argument: RustcArgument): string[] {
  if (argument.kind === 'input') return [argument.value];
  const { name, value } = argument;
  const isShort = name.length === 1;
  if (value === undefined) return [`${isShort ? '-' : '--'}${name}`];
  if (value.startsWith('@')) return [isShort ? `-${name}${value}` : `--${name}=${value}`];
  return [`${isShort ? '-' : '--'}${name}`, value];
}

/** rustc takes `-` and `_` in these names as the same. */
export function codegenName(value: string | undefined): string {
  return (value ?? '').replace(/=.*/s, '').replaceAll('_', '-');
}

/** What follows `=` in each `-C NAME=VALUE`, empty where nothing does; the last counts. */
export function codegenValues(args: readonly RustcArgument[], name: string): string[] {
  return valuesOf(args, 'codegen')
    .filter((value) => codegenName(value) === name)
    .map((value) => value.replace(/^[^=]*=?/s, ''));
}

/** The values of an option, in order. */
export function valuesOf(args: readonly RustcArgument[], name: string): string[] {
  return args.flatMap((a) => (a.kind === 'option' && a.name === name ? [a.value ?? ''] : []));
}

/** Does a command line have an option or a flag? */
export function hasOption(args: readonly RustcArgument[], name: string): boolean {
  return args.some((argument) => argument.kind === 'option' && argument.name === name);
}

/** The kind of a `-L` value and its path (rustc book, "-L"). */
export function readSearchPath(value: string): { readonly kind: string; readonly path: string } {
  const [, kind, path] = /^(?:(dependency|crate|native|framework|all)=)?(.*)$/s.exec(value) ?? [];
  return { kind: kind ?? 'all', path: path ?? '' };
}
