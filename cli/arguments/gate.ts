import { type ParseArgsConfig, parseArgs } from 'node:util';
import { flagsText, type OptionForm, operands, optionForms } from './option-forms.ts';
import type { Args, Command, Program } from './types.ts';
import { findCommand, nearestWord, UsageError } from './usage-error.ts';

/** The meaning of a command line: a command with arguments that citty cannot misread, help, or the version. */
export type Invocation =
  | { readonly what: 'run'; readonly command: Command; readonly rawArgs: string[] }
  | { readonly what: 'help'; readonly command: Command }
  | { readonly what: 'version' };

/** Values by key of the table; the values of an option that may be repeated are lines of one text. */
type Values = ReadonlyMap<string, string | boolean>;

/**
 * Checks the command line before citty, which accepts unknown options silently, takes an option without its value for an
 * empty one, and keeps only the last of a repeated one. Throws UsageError.
 */
export function readCommandLine(program: Program, argv: readonly string[]): Invocation {
  const { main } = program;
  const at = commandIndex(main, argv);
  const top = parse(main, argv.slice(0, at), true);
  if (top === 'help') return { what: 'help', command: main };
  if (top === 'version') return { what: 'version' };
  const name = argv[at];
  if (name === undefined) return { what: 'run', command: main, rawArgs: rawArgs(main.args, top) };
  const command = findCommand(program.commands, name);
  const behind = argv.slice(at + 1);
  if (command.passesOn !== undefined) {
    const asksHelp = command.passesOn === true && ['--help', '-h'].includes(behind[0] ?? '');
    if (asksHelp) return { what: 'help', command };
    refuseOthers(command, top, main);
    return { what: 'run', command, rawArgs: [...rawArgs(command.args, top), '--', ...behind] };
  }
  const own = parseOwn(command, behind);
  if (own === 'help' || own === 'version') return { what: 'help', command };
  // An option before a command holds for the command if it has the same option.
  const all = new Map([...top, ...own].filter(([key]) => key in command.args));
  return { what: 'run', command, rawArgs: rawArgs(command.args, all) };
}

/** Throws UsageError for an option in front of a command that passes all others on, and does not have this one. */
function refuseOthers(command: Command, given: Values, main: Command): void {
  const other = optionForms(main.args).find(({ key }) => given.has(key) && !(key in command.args));
  if (other !== undefined)
    throw new UsageError(`option '${flagsText(other)}' is not one of '${command.name}'`, command);
}

/** Reads what stands behind the name of a command. Throws UsageError about that command. */
function parseOwn(command: Command, args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(command, args, false);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.message, command) : error;
  }
}

/** The index of the name of a command; the length if there is none. */
function commandIndex(main: Command, argv: readonly string[]): number {
  const { tokens } = parseArgs({ ...tableFor(main, true), args: [...argv], strict: false });
  return tokens.find((token) => token.kind === 'positional')?.index ?? argv.length;
}

function parse(
  command: Command,
  args: readonly string[],
  isMain: boolean,
): Values | 'help' | 'version' {
  const forms = formsByName(command.args);
  const { tokens } = strictly(command, args, isMain, forms);
  const values = new Map<string, string | boolean>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || token.name === 'version') return token.name;
    const form = forms.get(token.name);
    if (form === undefined) throw new UsageError(`unknown option '${token.rawName}'`);
    const value = form.standsFor ?? checked(form, token.value ?? '');
    const before = values.get(form.key);
    if (before !== undefined && before !== value && form.arg.multiple !== true)
      throw new UsageError(
        `option '${flagsText(form)}' is given twice, with '${before}' and '${value}'`,
      );
    const repeats = form.arg.multiple === true && before !== undefined;
    values.set(form.key, repeats ? `${before}\n${value}` : value);
  }
  for (const [key, value] of operandValues(command, positionals)) values.set(key, value);
  return values;
}

/** Node's own strict parser, with our messages for its errors. */
function strictly(
  command: Command,
  args: readonly string[],
  isMain: boolean,
  forms: ReadonlyMap<string, OptionForm>,
) {
  try {
    return parseArgs({ ...tableFor(command, isMain), args: [...args], strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = /^Unknown option '(.*?)'(?:\. |$)/s.exec(message)?.[1];
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown !== undefined) {
      const known = [...forms.keys(), 'help', ...(isMain ? ['version'] : [])].map(
        (name) => `--${name}`,
      );
      throw new UsageError(`unknown option '${unknown}'${nearestWord(unknown, known)}`);
    }
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      const missing = /--(\S+) <value>' argument missing/.exec(message)?.[1];
      const hint = forms.get(missing ?? '')?.arg.valueHint ?? 'value';
      const line = message.replace(/^O/, 'o').replace(/\.?\n[\s\S]*$/, '');
      throw new UsageError(line.replace('<value>', `<${hint}>`));
    }
    throw error;
  }
}

/** The table of a command in the form of Node's parser. */
function tableFor(command: Command, isMain: boolean) {
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    ...(isMain ? { version: { type: 'boolean', short: 'V' } } : {}),
  };
  for (const form of optionForms(command.args)) {
    const type = form.standsFor === undefined ? 'string' : 'boolean';
    const short = form.letter === undefined ? {} : { short: form.letter };
    for (const [i, name] of form.long.entries())
      options[name] = { type, multiple: true, ...(i === 0 ? short : {}) };
  }
  return { options, allowPositionals: true, tokens: true } as const;
}

function formsByName(args: Args): ReadonlyMap<string, OptionForm> {
  return new Map(optionForms(args).flatMap((form) => form.long.map((name) => [name, form])));
}

/** Returns a valid value. Throws UsageError for one that the option does not accept. */
function checked(form: OptionForm, value: string): string {
  const { arg } = form;
  const invalid = (why: string): UsageError =>
    new UsageError(`option '${flagsText(form)}' argument '${value}' is invalid. ${why}`);
  if (arg.type === 'enum' && arg.options?.includes(value) === false)
    throw invalid(
      `Allowed choices are ${arg.options.join(', ')}.${nearestWord(value, arg.options)}`,
    );
  if (value === '' && arg.mayBeEmpty !== true) throw invalid('It is empty.');
  if (value.includes('\n') && arg.multiple === true) throw invalid('It has a line break.');
  const fault = arg.fault?.(value);
  if (fault !== undefined) throw invalid(fault);
  return value;
}

function operandValues(command: Command, given: readonly string[]): [string, string][] {
  const expected = operands(command.args);
  if (given.length > expected.length)
    throw new UsageError(
      `too many arguments for '${command.name}'. Expected ${expected.length} argument${expected.length === 1 ? '' : 's'} but got ${given.length}.`,
    );
  return expected.flatMap(([key, arg], i): [string, string][] => {
    const value = given[i];
    if (value === undefined) {
      if (arg.required === false) return [];
      throw new UsageError(`missing required argument '${key}'`);
    }
    if (arg.choices !== undefined && !arg.choices.includes(value))
      throw new UsageError(
        `command-argument value '${value}' is invalid for argument '${key}'. Allowed choices are ${arg.choices.join(', ')}.`,
      );
    return [[key, value]];
  });
}

/** The arguments in a form that citty cannot misread. */
function rawArgs(args: Args, values: Values): string[] {
  const places = new Map(operands(args).map(([key], i) => [key, i]));
  const given = [...values].filter(([key]) => places.has(key));
  given.sort(([a], [b]) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  return [
    ...given.map(([, value]) => String(value)),
    ...[...values]
      .filter(([key]) => !places.has(key))
      .map(([key, value]) =>
        value === true ? `--${key}` : value === false ? `--no-${key}` : `--${key}=${value}`,
      ),
  ];
}
