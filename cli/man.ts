import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { commandLine, type Handlers } from './commands.ts';

/** The manual page of the program in roff, made from the command line itself. */
export function manPage(version: string): string {
  const program = commandLine({} as Handlers, version, () => undefined);
  const commands = program.commands.filter((command) => command.name() !== 'help');
  return [
    `.TH CACKLE 1 "" "cackle ${version}" "User Commands"`,
    '.SH NAME',
    'cackle, cargo\\-acl \\- check which crates of a Rust workspace use restricted APIs',
    '.SH SYNOPSIS',
    `.B cackle\n${roff(program.usage())}\n.br\n.B cargo acl\n${roff(program.usage())}`,
    '.SH DESCRIPTION',
    paragraphs(program.description()),
    '.SH OPTIONS',
    ...options(program),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS cackle ${roff(`${command.name()} ${command.usage()}`)}`,
      paragraphs(`${capitalised(command.description())}.`),
      ...options(command),
      ...rest(command, '.PP'),
    ]),
    ...rest(program, '.SH'),
    '.SH FILES',
    '.TP\n.I cackle.toml\nThe configuration, beside the root Cargo.toml.',
    '.SH SEE ALSO\n.BR cargo (1),\n.BR bwrap (1)',
    '',
  ].join('\n');
}

function options(command: CommandUnknownOpts): string[] {
  const help = command.createHelp();
  return help.visibleOptions(command).map((option) => {
    const text = help.optionDescription(option);
    return `.TP\n.B ${roff(option.flags)}\n${roff(text === '' ? option.flags : text)}`;
  });
}

/** What the help says behind the options; each part whose first line ends in a colon is a list of commands. */
function rest(command: CommandUnknownOpts, heading: '.SH' | '.PP'): string[] {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const after = help.slice(command.helpInformation().length).trim();
  return after.split('\n\n').map((part) => {
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

/** Text in which roff sees no request and no escape. */
function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/^[.']/gm, '\\&$&');
}
