// rustc's command line: what goes to rustc is read as what was judged, no argument is lost or comes from nowhere.
import { rewriteRustcArguments } from '../../../../engine/build/rustc-arguments.ts';
import { describeRustcCommand } from '../../../../engine/build/rustc-command.ts';
import {
  parseRustcArguments,
  type RustcArgument,
  RustcArgumentsError,
  readSearchPath,
} from '../../../../engine/build/rustc-command-line.ts';
import { refusedArgument } from '../../../../engine/build/unit-arguments.ts';
import { holds, same, unless } from '../target.ts';

export const words =
  '--crate-name --crate-type --edition= --emit= dep-info= --out-dir --target --test --cfg --check-cfg --extern priv: -L dependency= native= crate= all= framework= -l static= -C codegen= --codegen linker= strip= debuginfo= opt-level= opt_level= codegen-units= incremental= extra-filename= save-temps split-debuginfo= symbol-mangling-version= -g -O -Z -A -W -D -F --allow --force-warn --cap-lints --error-format=json --remap-path-prefix -- - @ --print=link-args --sysroot -o'.split(
    ' ',
  );

export const seeds = [
  '--crate-name\na\n--edition=2021\nsrc/lib.rs\n--crate-type\nlib\n--emit=dep-info,metadata,link\n-C\nembed-bitcode=no\n-Cdebuginfo=2\n--check-cfg\ncfg(docsrs,test)\n-C\nmetadata=1\n-C\nextra-filename=-1\n--out-dir\n/t\n-L\ndependency=/t/deps\n--extern\nb=/t/libb.rlib\n--cap-lints\nallow\n-lstatic=c\n-Lnative=/n',
  '-gOvC\nopt-level=3\n--test\n-Wunsafe_code\n--print=link-args\n--error-format=json\n--json=artifacts\n--target\nx\n-Zx=y\n--emit\ndep-info=/t/a.d',
  '--\n-x\n@file\n-Cstrip=debuginfo\n-C\nstrip=symbols\n-C\nlinker=ld\n-o\n-\n--cfg\n@x',
];

export function read(data: Buffer): unknown {
  const args = data.toString().split('\n');
  const parsed = parseRustcArguments(args);
  return [
    refusedArgument(args, parsed),
    rewriteRustcArguments(parsed, 'cc', 22),
    describeRustcCommand(parsed),
  ];
}

const LINKER = '/t/cackle-cc';

/** What we take from a command line, because we set it ourselves or would not see with it what we read. */
function isOurs(argument: RustcArgument): boolean {
  if (argument.kind === 'input') return false;
  const { name, value = '' } = argument;
  if (name === 'g' || name === 'remap-path-prefix') return true;
  const codegen = name === 'codegen' ? value.split('=')[0]?.replaceAll('_', '-') : undefined;
  if (codegen === 'strip') return !value.endsWith('=debuginfo');
  return [
    'debuginfo',
    'split-debuginfo',
    'symbol-mangling-version',
    'save-temps',
    'linker',
  ].includes(codegen ?? '');
}

function isLevel(argument: RustcArgument): boolean {
  if (argument.kind === 'input') return false;
  const { name, value = '' } = argument;
  return name === 'O' || (name === 'codegen' && /^opt[-_]level(?:=|$)/.test(value));
}

/** All that is ever added. */
const additions =
  /^(?:codegen (?:codegen-units=\d+|strip=debuginfo|debuginfo=1|split-debuginfo=off|symbol-mangling-version=v0|linker=\/t\/cackle-cc|opt-level=1|llvm-args=-[a-z-]+=\w+)|force-warn (?:unsafe_code|missing_unsafe_on_extern))$/;

export function fuzz(data: Buffer): void {
  const args = data.toString().split('\n');
  const parsed = unless(RustcArgumentsError, () => parseRustcArguments(args));
  if (parsed === undefined) return;
  // Every letter of the command line is in what was read of it, but for dashes, and `=` before a value.
  const letters = (texts: readonly string[]): string => texts.join('').replace(/[-=]/g, '');
  const long: Record<string, string> = {
    allow: 'A',
    warn: 'W',
    deny: 'D',
    forbid: 'F',
    codegen: 'C',
  };
  const texts = (spell: (name: string) => string): string[] =>
    parsed.flatMap((a) => (a.kind === 'input' ? [a.value] : [spell(a.name), a.value ?? '']));
  const found = letters(texts((name) => name));
  holds(
    letters(args) === found ||
      letters(args).length === letters(texts((name) => long[name] ?? name)).length ||
      args.some((a) => /^--(?:allow|warn|deny|forbid|codegen)/.test(a)),
    'letters',
    args,
    parsed,
  );
  if (refusedArgument(args, parsed) !== undefined) {
    unless(RustcArgumentsError, () => describeRustcCommand(parsed));
    return;
  }
  const isOptimised = parsed.some((a) => isLevel(a) && !/^opt[-_]level=0$/.test(a.value ?? ''));
  for (const llvm of [22, undefined]) {
    const written = rewriteRustcArguments(parsed, LINKER, llvm);
    // Through a file they are the same: one a line, and none names a file of further ones.
    for (const argument of written)
      holds(!argument.startsWith('@') && !/[\n\r]/.test(argument), 'not one argument', argument);
    const again = parseRustcArguments(written);
    // An old LLVM gets another level.
    const isReplaced = (a: RustcArgument): boolean =>
      llvm === undefined && isOptimised && isLevel(a);
    const kept = parsed.filter((argument) => !isOurs(argument) && !isReplaced(argument));
    same(again.slice(0, kept.length), kept, 'what rustc gets');
    const added = again
      .slice(kept.length)
      .map((a) => (a.kind === 'input' ? a.value : `${a.name} ${a.value}`));
    holds(
      added.every((a) => additions.test(a)),
      'added',
      added,
    );
  }
  const command = unless(RustcArgumentsError, () => describeRustcCommand(parsed));
  if (command === undefined) return;
  const inputs = parsed.filter(({ kind }) => kind === 'input');
  same([command.input], [inputs[0]?.value], 'the input');
  holds(inputs.length < 2 && command.input !== '-', 'inputs', inputs);
  const externs = parsed.filter((a) => a.kind === 'option' && a.name === 'extern');
  same(command.externs.length, externs.length, 'externs');
  for (const [index, { name, path }] of command.externs.entries()) {
    const value = externs[index]?.value ?? '';
    holds(
      path === undefined ? value.endsWith(name) : value.endsWith(`${name}=${path}`),
      'extern',
      value,
    );
  }
  const searched = parsed.flatMap((a) =>
    a.kind === 'option' && a.name === 'L' ? [a.value ?? ''] : [],
  );
  for (const value of searched) {
    const { kind, path } = readSearchPath(value);
    holds(value === path ? kind === 'all' : value === `${kind}=${path}`, 'a directory', value);
    if (/^(?:all|native|framework)$/.test(kind))
      holds(command.nativeDirectories.includes(path), 'native', path);
  }
}
