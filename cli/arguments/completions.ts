import { type OptionForm, operands, optionForms } from './option-forms.ts';
import type { Shell } from './options.ts';
import type { Command, Program } from './types.ts';

/** The names under which the program is started. */
const names = ['cackle', 'cargo-acl'];

/** Returns a completion script for a shell, made from the tables of the command line. */
export function completions(shell: Shell, program: Program): string {
  return { bash, zsh, fish }[shell](program);
}

const shown = (command: Command): readonly OptionForm[] =>
  command.passesOn !== undefined
    ? []
    : optionForms(command.args).filter(({ arg }) => arg.hidden !== true);

/** Kind of value that an option takes: a file, a directory, one of a list, or something else. */
function valueKind({
  arg,
  standsFor,
}: OptionForm): 'none' | 'file' | 'directory' | 'text' | readonly string[] {
  if (standsFor !== undefined) return 'none';
  if (arg.type === 'enum') return arg.options ?? [];
  if (arg.suggested !== undefined) return arg.suggested;
  if (arg.valueHint === 'dir') return 'directory';
  return arg.valueHint === 'file' ? 'file' : 'text';
}

const flagsOf = ({ letter, long }: OptionForm): string[] => [
  ...(letter === undefined ? [] : [`-${letter}`]),
  `--${long[0]}`,
];

/** Values that the operands of a command take. */
const choicesOf = (command: Command): readonly string[] =>
  operands(command.args).flatMap(([, arg]) => arg.choices ?? []);

const fallback = ['--help', '--version'];

function bash(program: Program): string {
  const cases = new Map<string, string>();
  for (const command of [program.main, ...program.commands]) {
    for (const option of shown(command)) {
      const value = valueKind(option);
      if (value === 'none') continue;
      const reply =
        value === 'file'
          ? 'compgen -f -- "$word"'
          : value === 'directory'
            ? 'compgen -d -- "$word"'
            : value === 'text'
              ? ':'
              : `compgen -W '${value.join(' ')}' -- "$word"`;
      cases.set(flagsOf(option).join('|'), reply);
    }
  }
  const commands = program.commands.map((command) => {
    const words = [...shown(command).flatMap(flagsOf), '--help'];
    const choices = choicesOf(command);
    return `    ${command.name}) words='${[...words, ...choices].join(' ')}' ;;`;
  });
  const top = [
    ...shown(program.main).flatMap(flagsOf),
    ...fallback,
    ...program.commands.map((command) => command.name),
  ];
  return `# bash completion for ${names.join(' and ')}
_cackle() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
    ${program.commands.map((command) => command.name).join('|')}) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$before" in
${[...cases].map(([flags, reply]) => `  ${flags}) mapfile -t COMPREPLY < <(${reply}); return ;;`).join('\n')}
  esac
  case "$command" in
${commands.join('\n')}
    *) words='${top.join(' ')}' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _cackle ${names.join(' ')}
`;
}

const quoted = (text: string): string => text.replaceAll("'", "'\\''");

function zsh(program: Program): string {
  const spec = (option: OptionForm): string[] => {
    const value = valueKind(option);
    const action =
      value === 'none'
        ? ''
        : value === 'file'
          ? ':file:_files'
          : value === 'directory'
            ? ':directory:_files -/'
            : value === 'text'
              ? ':value: '
              : `:value:(${value.join(' ')})`;
    const text = quoted(option.description.replace(/[[\]:]/g, '\\$&'));
    return flagsOf(option).map((flag) => `'${flag}[${text}]${action}'`);
  };
  const argumentsOf = (command: Command): string =>
    [
      ...shown(command).flatMap(spec),
      ...(command.passesOn !== undefined ? [`'*:argument:_files'`] : []),
      ...operands(command.args).map(([name, { choices }]) =>
        choices === undefined ? `'*:argument:_files'` : `'1:${name}:(${choices.join(' ')})'`,
      ),
    ].join(' \\\n        ');
  return `#compdef ${names.join(' ')}
_cackle() {
  local state
  _arguments -C \\
    ${shown(program.main).flatMap(spec).join(' \\\n    ')} \\
    '(-h --help)'{-h,--help}'[print help]' '(-V --version)'{-V,--version}'[print the version]' \\
    '1:command:->command' '*::argument:->rest'
  case $state in
  command)
    local -a commands=(
${program.commands.map((c) => `      '${c.name}:${quoted(c.description.replaceAll(':', '\\:'))}'`).join('\n')}
    )
    _describe command commands ;;
  rest)
    case $words[1] in
${program.commands.map((c) => `    ${c.name})\n      _arguments ${argumentsOf(c) || ':'} ;;`).join('\n')}
    esac ;;
  esac
}
compdef _cackle ${names.join(' ')}
`;
}

function fish(program: Program): string {
  const lines: string[] = [];
  const option = (name: string, condition: string, o: OptionForm): void => {
    const value = valueKind(o);
    const short = o.letter === undefined ? '' : ` -s ${o.letter}`;
    const long = ` -l ${o.long[0]}`;
    const action =
      value === 'none'
        ? ''
        : value === 'file'
          ? ' -r'
          : value === 'directory'
            ? " -x -a '(__fish_complete_directories)'"
            : value === 'text'
              ? ' -x'
              : ` -x -a '${value.join(' ')}'`;
    lines.push(
      `complete -c ${name} -n '${condition}'${short}${long}${action} -d '${quoted(o.description)}'`,
    );
  };
  for (const name of names) {
    lines.push(`complete -c ${name} -f`);
    for (const o of shown(program.main)) option(name, '__fish_use_subcommand', o);
    for (const command of program.commands) {
      lines.push(
        `complete -c ${name} -n __fish_use_subcommand -a ${command.name} -d '${quoted(command.description)}'`,
      );
      const within = `__fish_seen_subcommand_from ${command.name}`;
      for (const o of shown(command)) option(name, within, o);
      const choices = choicesOf(command);
      if (choices.length > 0)
        lines.push(`complete -c ${name} -n '${within}' -a '${choices.join(' ')}'`);
    }
  }
  return `${lines.join('\n')}\n`;
}
