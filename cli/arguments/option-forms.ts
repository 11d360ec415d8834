import type { Arg, Args } from './types.ts';

/** One way to write an option, as the help shows it, completions offer it and the gate accepts it. */
export interface OptionForm {
  /** Key in the table of the command. */
  readonly key: string;
  readonly arg: Arg;
  readonly letter: string | undefined;
  /** Names without dashes; the help shows the first, the others work too. */
  readonly long: readonly [string, ...string[]];
  /** The value that the form implies; undefined when it takes a value. */
  readonly standsFor: string | boolean | undefined;
  readonly description: string;
}

/** Returns the options of a command without operands, in the order of its table. */
export function optionForms(args: Args): OptionForm[] {
  return Object.entries(args).flatMap(([key, arg]): OptionForm[] => {
    if (arg.type === 'positional' || arg.type === undefined) return [];
    const aliases = 'alias' in arg ? [arg.alias ?? []].flat() : [];
    const { negated } = arg;
    const form: OptionForm = {
      key,
      arg,
      letter: aliases.find((alias) => alias.length === 1),
      long: [key, ...aliases.filter((alias) => alias.length > 1)],
      standsFor: arg.type === 'boolean' ? true : undefined,
      description: arg.description ?? '',
    };
    const against: OptionForm[] =
      negated === undefined
        ? []
        : [
            {
              key,
              arg,
              letter: negated.letter,
              long: [`no-${key}`],
              standsFor: negated.value ?? false,
              description: negated.description,
            },
          ];
    const isAlwaysOn = arg.type === 'boolean' && arg.default === true;
    return isAlwaysOn ? against : [...against, form];
  });
}

/** Returns an option as the help writes it: `-c, --cackle-path <file>`. */
export function flagsText({ letter, long, standsFor, arg }: OptionForm): string {
  const value = standsFor === undefined ? ` <${arg.valueHint ?? 'value'}>` : '';
  return `${letter === undefined ? '' : `-${letter}, `}--${long[0]}${value}`;
}

/** Returns the description of an option in the help, with its values and default. */
export function optionText({ arg, description, standsFor }: OptionForm): string {
  if (standsFor !== undefined) return description;
  const choices = arg.type === 'enum' ? (arg.options ?? []) : [];
  const byDefault =
    arg.defaultText ?? (typeof arg.default === 'string' ? JSON.stringify(arg.default) : undefined);
  const more = [
    ...(choices.length > 0 ? [`choices: ${choices.map((c) => JSON.stringify(c)).join(', ')}`] : []),
    ...(byDefault === undefined ? [] : [`default: ${byDefault}`]),
  ];
  return more.length === 0 ? description : `${description} (${more.join(', ')})`;
}

/** Returns the operands of a command. */
export function operands(args: Args): readonly (readonly [name: string, arg: Arg])[] {
  return Object.entries(args).filter(([, { type }]) => type === 'positional');
}
