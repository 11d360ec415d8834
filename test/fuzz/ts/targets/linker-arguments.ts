// The linker's command line and scripts: no input is lost or comes from nowhere, whatever stands before it.
import { resolve } from 'node:path';
import { parseLinkerArguments } from '../../../../engine/build/linker-arguments.ts';
import { driverWithValue, ldFlags, ldWithValue } from '../../../../engine/build/linker-options.ts';
import { exportedPatterns, scriptInputs } from '../../../../engine/build/linker-scripts.ts';
import { holds, same } from '../target.ts';

export const words = [
  ...ldFlags,
  ...ldWithValue,
  ...driverWithValue,
  ...'-Wl, -Xlinker --version-script= --dynamic-list= --export-dynamic-symbol= --push-state --pop-state --whole-archive -Bstatic -shared -static-pie -rdynamic -fuse-ld= --ld-path= -B -L -l -l: -u -e -T -R -o -x -flavor -m -I -Map= --sysroot= --defsym= --wrap= --plugin= --auxiliary= /a.o INPUT( GROUP( AS_NEEDED( OUTPUT_FORMAT( global: local: extern "C++" /* */'.split(
    ' ',
  ),
];

export const seeds = [
  '-m64\n/t/a.o\n/t/b.rcgu.o\n-Wl,--as-needed\n-Wl,-Bstatic\n/t/libstd.rlib\n-Wl,-Bdynamic\n-lgcc_s\n-lc\n-Wl,--eh-frame-hdr\n-Wl,-z,noexecstack\n-L\n/t/lib\n-o\n/t/out\n-Wl,--gc-sections\n-pie\n-Wl,-z,relro,-z,now\n-nodefaultlibs',
  '-shared\n-Wl,--version-script=/t/list\n-Xlinker\n-soname\n-Xlinker\nlibx.so\n-u\nmain\n-Wl,--push-state,--whole-archive,-lx,--pop-state\n-T\nscript\n-fuse-ld=lld\n-B/t\n-Wl,--defsym=a=b\n--sysroot=/s\n-L=/lib\n-static',
  '-flavor\ngnu\n-e\nstart\n--dynamic-list\nf\n-rdynamic\n-x\nc\n-mllvm\n-l:a.a\n-Wl,-Map,m\n-Wl,-rpath,/a,-init=f\n-plugin-opt=x\n-Wl,a.o',
  '\x01/* x */ INPUT ( a.o -lb ) GROUP(AS_NEEDED("c d.so"), /e.a)\nOUTPUT_FORMAT(elf64-x86-64)',
  '\x01{ global: a; "b c"; extern "C++" { d*; }; local: *; };\n# x\n V2 { e; } V1;',
];

export function read(data: Buffer): unknown {
  const text = data.toString('latin1');
  return [scriptInputs(text), exportedPatterns(text), parseLinkerArguments(text.split('\n'), '/d')];
}

const NAMED = '/unique/file.o';

export function fuzz(data: Buffer): void {
  const text = data.toString();
  if (data[0] === 1) {
    script(text.slice(1));
    return;
  }
  const args = text.split('\n');
  const command = parseLinkerArguments(args, '/d');
  const paths = (of: typeof command): string[] =>
    of.inputs.map((input) => ('path' in input ? input.path : `-l${input.library}`));
  // What comes from nowhere: each file and library is a part of an argument.
  const words = new Set(args.flatMap((a) => [a, ...a.split(',')]).map((a) => resolve('/d', a)));
  for (const input of command.inputs)
    holds(
      'path' in input ? words.has(input.path) : args.some((a) => a.includes(input.library)),
      'an input from nowhere',
      input,
    );
  // A file at the end is an input, unless an option before it still wants its value: then the next one is.
  const ended = parseLinkerArguments([...args, 'value', NAMED], '/d');
  same(paths(ended).at(-1), NAMED, 'the file at the end');
  // At the start it is the first, and changes nothing else.
  const begun = parseLinkerArguments([NAMED, ...args], '/d');
  same(paths(begun), [NAMED, ...paths(command)], 'the file at the start');
  same({ ...begun, inputs: [] }, { ...command, inputs: [] }, 'what else it says');
  // An argument that is no option and follows none is an input, each time.
  const certain = args.filter(
    (a, i) =>
      a !== '' &&
      !a.startsWith('-') &&
      (i === 0 || !args[i - 1]?.startsWith('-')) &&
      args[i - 1] !== '',
  );
  const firsts = certain.filter((a, i) => i === 0 || a !== certain[i - 1]);
  for (const a of firsts)
    if (
      /^\/[a-z./]+$/.test(a) &&
      !a.includes('//') &&
      !a.includes('/.') &&
      !a.endsWith('/') &&
      isPlain(args, a)
    )
      holds(paths(command).includes(a), 'a file that is lost', a);
  // `-Wl,A,B` is `-Xlinker A -Xlinker B`, where it is not the value of an option.
  const isPassed = (a: string | undefined): boolean => a?.startsWith('-Wl,') === true;
  const alone = args.every(
    (a, i) => !isPassed(a) || isPassed(args[i - 1]) || !args[i - 1]?.startsWith('-'),
  );
  const split = args.flatMap((a) =>
    isPassed(a)
      ? a
          .slice(4)
          .split(',')
          .flatMap((word) => ['-Xlinker', word])
      : [a],
  );
  if (alone) same(parseLinkerArguments(split, '/d'), command, '-Xlinker');
  // What is refused stays so with more behind it.
  for (const refused of command.unsupported.slice(0, -1))
    holds(ended.unsupported.includes(refused), 'no longer refused', refused);
}

/** Does the argument stand only behind arguments that are no options, the two before it included? */
function isPlain(args: readonly string[], argument: string): boolean {
  return args.every(
    (a, i) =>
      a !== argument ||
      [args[i - 1], args[i - 2]].every((b) => b === undefined || (b !== '' && !b.startsWith('-'))),
  );
}

function script(text: string): void {
  const inputs = scriptInputs(text);
  const exported = exportedPatterns(text);
  for (const found of [...(inputs ?? []), ...(exported ?? [])])
    holds(text.includes(found), 'a name from nowhere', found);
  // A name behind it is one more, whatever stands before it.
  if (inputs !== undefined)
    same(scriptInputs(`${text}\nINPUT(${NAMED})`), [...inputs, NAMED], 'the last input');
  if (exported !== undefined) {
    const more = exportedPatterns(`${text}\nX{global:name;local:*;};`);
    same(more?.at(-1), 'name', 'the last name');
    same(more?.slice(0, exported.length), exported, 'the names before it');
    // Names, and all that could be one, are global or follow a `local:`.
    const local = /\blocal\s*:/.test(
      text.replace(/"[^"]*"/g, '""').replace(/\/\*[\s\S]*?\*\/|#[^\n]*/g, ' '),
    );
    const names = text
      .replace(/"[^"]*"|\/\*[\s\S]*?\*\/|#[^\n]*/g, ' ')
      .match(/(?<![\w.$*?:])[a-z_]\w*(?![\w.$*?:])/g);
    for (const name of local ? [] : (names ?? []))
      holds(
        exported.some((pattern) => pattern.includes(name)) || /^(?:global|extern)$/.test(name),
        'a name that is lost',
        name,
        text,
      );
  }
}
