import type { ArgDef, ArgsDef, CommandDef } from 'citty';

/** Fields of an option or operand beside citty's own, for the gate, the help, the manual page and the completions. */
interface ArgExtras {
  /** May be given more than once: the values reach the command as lines of one text, as citty keeps only the last. */
  readonly multiple?: true;
  /** Works, but is in no help. */
  readonly hidden?: true;
  /** An empty value is valid. */
  readonly mayBeEmpty?: true;
  /** `--no-NAME`, with a letter of its own, means this value. A flag that is on by default has only this form. */
  readonly negated?: {
    readonly letter?: string;
    readonly value?: string;
    readonly description: string;
  };
  /** Values that an operand accepts. */
  readonly choices?: readonly string[];
  /** Beginnings of values that completions offer. */
  readonly suggested?: readonly string[];
  /** The text for the default in the help. */
  readonly defaultText?: string;
  /** Returns what is wrong with a value; undefined for a valid one. */
  readonly fault?: (value: string) => string | undefined;
}

/** An option or operand of a command. */
export type Arg = ArgDef & ArgExtras;
/** The options and operands of a command by name: citty parses by this table, and help and completions are made from it. */
export type Args = ArgsDef & Readonly<Record<string, Arg>>;

/** A command: its definition for citty, and the texts of its help beside the table of its options. */
export interface Command {
  readonly name: string;
  readonly description: string;
  /** The text after the name in the help's usage line. */
  readonly usage: string;
  /** The text after the options in the help. */
  readonly notes: string;
  readonly args: Args;
  /** Arguments after its name go to another program unchanged: the gate does not check them; with `all`, `--help` neither. */
  readonly passesOn?: true | 'all';
  /** Its `run` resolves to the exit status. */
  readonly definition: CommandDef<Args>;
}

/** The whole command line. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** Runs when no command is named; its options may stand before every command. */
  readonly main: Command;
  readonly commands: readonly Command[];
}

/** Makes a command from its definition for citty and the texts of its help. */
export function command<T extends ArgsDef>(
  parts: Omit<Command, 'args' | 'definition'> & { readonly definition: CommandDef<T> },
): Command {
  const { definition } = parts;
  // Each command has its table itself, not a promise of it as citty allows.
  const args = definition.args as unknown as Args;
  return { ...parts, args, definition: definition as unknown as CommandDef<Args> };
}
