import { flagsText, operands, optionForms, optionText } from './option-forms.ts';
import type { Command, Program } from './types.ts';

/** Columns of the widest line of a help. */
const WIDTH = 100;

/** A line of the help: an option or a command, and its description. */
export interface HelpLine {
  readonly term: string;
  readonly text: string;
}

/** Returns the lines of the help for the options of a command. */
export function optionLines(program: Program, command: Command): HelpLine[] {
  const isMain = command === program.main;
  const own = command.passesOn !== undefined ? [] : optionForms(command.args);
  return [
    ...own
      .filter(({ arg }) => arg.hidden !== true)
      .map((form) => ({ term: flagsText(form), text: optionText(form) })),
    ...(isMain ? [{ term: '-V, --version', text: 'print the version' }] : []),
    {
      term: '-h, --help',
      text: isMain ? 'print this help, or that of a command' : 'print this help',
    },
  ];
}

/** Returns the usage of a command: its name, options and operands. */
export function usageText(program: Program, command: Command): string {
  const name = command === program.main ? program.name : `${program.name} ${command.name}`;
  return `${name} ${command.usage}`;
}

/** Returns the whole help of a command, made from its table. */
export function helpText(program: Program, command: Command): string {
  const named = operands(command.args).map(([name, arg]) => ({
    term: name,
    text: arg.choices === undefined ? (arg.description ?? '') : `one of ${arg.choices.join(', ')}`,
  }));
  const commands =
    command === program.main
      ? program.commands.map(({ name, usage, description }) => ({
          term: `${name} ${usage}`,
          text: description,
        }))
      : [];
  const parts = [
    `Usage: ${usageText(program, command)}`,
    command.description,
    section('Arguments', named),
    section('Options', optionLines(program, command)),
    section('Commands', commands),
    command.notes,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, lines: readonly HelpLine[]): string {
  if (lines.length === 0) return '';
  const indent = Math.max(...lines.map(({ term }) => term.length)) + 4;
  const rows = lines.map(
    ({ term, text }) => `  ${term.padEnd(indent - 2)}${wrapped(text, indent)}`,
  );
  return `${title}:\n${rows.map((row) => row.trimEnd()).join('\n')}`;
}

function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
