import { optionLines, usageText } from './arguments/help.ts';
import type { Command, Program } from './arguments/types.ts';
import { programOf } from './commands/program.ts';

/** Returns the manual page of the program in roff, made from the tables of the command line. */
export function manPage(version: string): string {
  const program = programOf(version);
  const { main } = program;
  const commands = program.commands.filter((command) => command.name !== 'help');
  return [
    `.TH CACKLE 1 "" "cackle ${version}" "User Commands"`,
    '.SH NAME',
    'cackle, cargo\\-acl \\- check which crates of a Rust workspace use restricted APIs',
    '.SH SYNOPSIS',
    `.B cackle\n${roff(main.usage)}\n.br\n.B cargo acl\n${roff(main.usage)}`,
    '.SH DESCRIPTION',
    paragraphs(main.description),
    '.SH OPTIONS',
    ...options(program, main),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roff(usageText(program, command))}`,
      paragraphs(`${capitalised(command.description)}.`),
      ...options(program, command),
      ...rest(command, '.PP'),
    ]),
    ...rest(main, '.SH'),
    '.SH FILES',
    '.TP\n.I cackle.toml\nThe configuration, beside the root Cargo.toml.',
    '.SH SEE ALSO\n.BR cargo (1),\n.BR bwrap (1)',
    '',
  ].join('\n');
}

function options(program: Program, command: Command): string[] {
  return optionLines(program, command).map(
    ({ term, text }) => `.TP\n.B ${roff(term)}\n${roff(text === '' ? term : text)}`,
  );
}

/** The notes of the help as roff; each part whose first line ends in a colon is a list of commands. */
function rest({ notes }: Command, heading: '.SH' | '.PP'): string[] {
  return notes.split('\n\n').map((part) => {
    const [first = '', ...lines] = part.split('\n');
    const [, title, same] = /^(Exit status|Examples?): ?(.*)$/.exec(first) ?? [];
    if (title === undefined) return `.PP\n${roff(part)}`;
    const head = heading === '.SH' ? `.SH ${title.toUpperCase()}` : `.PP\n${title}:`;
    if (lines.length === 0) return `${head}\n${roff(same ?? '')}`;
    return [head, '.PP', '.nf', ...lines.map(roff), '.fi'].join('\n');
  });
}

const paragraphs = (text: string): string => text.split('\n').map(roff).join('\n.PP\n');

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Escapes a text so that roff finds no request and no escape in it. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/^[.']/gm, '\\&$&');
}
