import { describe, expect, test } from 'vitest';
import { rewriteRustcArguments } from '../../engine/build/rustc-arguments.ts';
import { describeRustcCommand } from '../../engine/build/rustc-command.ts';
import { parseRustcArguments, RustcArgumentsError } from '../../engine/build/rustc-command-line.ts';
import { refusedArgument, searchNativeOnly } from '../../engine/build/unit-arguments.ts';

const own = ['--crate-name', 'a', '--edition=2021', 'a.rs', '--crate-type', 'lib'];
const refused = (...more: string[]): string | undefined =>
  refusedArgument([...own, ...more], parseRustcArguments([...own, ...more]));

describe('rule 9.5: rustc gets only what compiles the unit', () => {
  test.each([
    ['--cfg', '@args'],
    ['--check-cfg', '@args'],
    ['-l', '@args'],
    ['-L', '@args'],
    ['@args'],
    ['--print=cfg'],
    ['--print', 'sysroot'],
    ['--print', 'cfg=/tmp/x'],
    ['--explain', 'E0001'],
    ['--version'],
    ['-V'],
    ['-h'],
    ['-C', 'help'],
    ['-o', 'other'],
    ['--env-set', 'A=B'],
    ['--no-such-option', 'x'],
    ['--check-cfg', 'cfg(a)\n--print=cfg'],
    ['--cfg', 'a\r'],
    ['--cfg', 'a\0'],
    ['--', '--print=cfg'],
    ['--', '-Cllvm-args=x'],
  ])('not %s %s', (...more) => expect(refused(...more)).toBeDefined());

  test.each([
    ['--cfg', 'feature="@x"'],
    ['--cfg=x'],
    ['--check-cfg', 'cfg(docsrs,test)'],
    ['-C', 'link-arg=@args'],
    ['-Copt-level=3', '-g', '-O', '-v'],
    ['--print=native-static-libs', '--print', 'link-args'],
    ['-Zunstable-options', '--cap-lints', 'allow', '--warn=unused', '-Aunused'],
    ['--extern', 'priv:b=/t/libb.rmeta', '-L', 'dependency=/t', '--emit=dep-info,metadata,link'],
  ])('but %s %s', (...more) => expect(refused(...more)).toBeUndefined());

  // What is read as one option and written as two, or as another, would be one that nobody judged.
  test.each(['--C=linker=x', '--g', '--l=x', '--test=--print=cfg', '--verbose=x.rs', '--='])(
    'rustc knows no %s, and neither do we',
    (argument) =>
      expect(() => parseRustcArguments([...own, argument])).toThrow(RustcArgumentsError),
  );

  test('a value that begins with @ stays a part of its option', () => {
    const args = parseRustcArguments([...own, '-L@dir', '--cfg=@x', '-lnative']);
    const written = rewriteRustcArguments(args, 'cc', 22);
    expect(written.filter((argument) => argument.startsWith('@'))).toEqual([]);
    expect(written).toContain('-L@dir');
  });

  test('rule 9.5: crates are looked for only where units of cargo leave them', async () => {
    const paths = ['dependency=/t/deps', '/x', 'all=/y', 'crate=/z', 'native=/n', 'dependency=/w'];
    const args = parseRustcArguments([...own, ...paths.flatMap((path) => ['-L', path])]);
    const kept = await searchNativeOnly(args, '/', async (directory) => directory === '/t/deps');
    expect(kept.flatMap((a) => (a.kind === 'option' && a.name === 'L' ? [a.value] : []))).toEqual([
      'dependency=/t/deps',
      'native=/x',
      'native=/y',
      'native=/n',
    ]);
    expect(describeRustcCommand(kept).nativeDirectories).toEqual(['/x', '/y', '/n']);
  });
});
