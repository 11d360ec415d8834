import type { ArgDef, ArgsDef, CommandDef } from 'citty';

/** What the gate, the help, the manual page and the completions read of an option or operand, beside citty's own fields. */
interface Beyond {
  /** May be given more than once: the values reach the command as lines of one text, as citty keeps only the last. */
  readonly multiple?: true;
  /** Works, and is told nowhere. */
  readonly hidden?: true;
  /** An empty value means something. */
  readonly mayBeEmpty?: true;
  /** `--no-NAME`, with a letter of its own: stands for this value. A flag that is on by default has only this form. */
  readonly negated?: {
    readonly letter?: string;
    readonly value?: string;
    readonly description: string;
  };
  /** Values that an operand takes. */
  readonly choices?: readonly string[];
  /** What the help calls the default. */
  readonly defaultText?: string;
  /** Says what is wrong with a value. */
  readonly fault?: (value: string) => string | undefined;
}

/** An option or operand of a command. */
export type Arg = ArgDef & Beyond;
/** The options and operands of a command by name: citty parses by it, and all that is told of them is made from it. */
export type Args = ArgsDef & Readonly<Record<string, Arg>>;

/** A command: what citty runs, and what its help says beyond the table of its options. */
export interface Command {
  readonly name: string;
  readonly description: string;
  /** What stands behind the name in the help. */
  readonly usage: string;
  /** What the help says behind the options. */
  readonly notes: string;
  readonly args: Args;
  /** What stands behind its name goes to another program untouched: the gate does not look at it. */
  readonly passesOn?: true;
  /** Resolves its `run` to the exit status. */
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

/** A command from what citty runs and what its help says beside. */
export function command<T extends ArgsDef>(
  given: Omit<Command, 'args' | 'definition'> & { readonly definition: CommandDef<T> },
): Command {
  const { definition } = given;
  // Each command gives its table as it is, not as a promise of one.
  const args = definition.args as unknown as Args;
  return { ...given, args, definition: definition as unknown as CommandDef<Args> };
}
