import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { linkFiles } from '../../engine/build/link-inputs.ts';
import { parseLinkerArguments } from '../../engine/build/linker-arguments.ts';
import { exportedPatterns, scriptInputs } from '../../engine/build/linker-scripts.ts';
import { expandLinkerArguments, splitWords } from '../../engine/build/response-file.ts';
import { cackle, fixture, type Ran } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';

const directory = fixture('linker-of-configuration');
const at = (path: string): string => join(directory, 'c', path);

beforeAll(() => {
  mkdirSync(at('lib'), { recursive: true });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: directory });
  for (const name of ['run', 'evil', 'asks']) run('gcc', '-c', `${name}.c`, '-o', at(`${name}.o`));
  run('ar', 'crs', at('lib/libevil.a'), at('evil.o'));
  run('ar', 'crsT', at('libthin.a'), at('evil.o'));
  writeFileSync(
    at('lib/libscript.so'),
    `/* GNU ld script */ GROUP ( ${at('evil.o')} AS_NEEDED ( -lm ) )\n`,
  );
  writeFileSync(at('inputs'), `"${at('evil.o')}"\n`);
  writeFileSync(at('input.x'), 'SECTIONS { }');
});

const withArguments = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  cackle(['-n', '--path', directory], {
    CARGO_ENCODED_RUSTFLAGS: args.flatMap((a) => ['-C', `link-arg=${a}`]).join('\x1f'),
    ...env,
  });

describe('rules 4.2, 9.7: all that the linker takes is judged, however it is named', () => {
  const evil = {
    'an object': [at('evil.o')],
    'an archive by its file name': [`-L${at('lib')}`, '-l:libevil.a'],
    'a response file of the compiler driver': [`@${at('inputs')}`],
    'a response file of ld': [`-Wl,@${at('inputs')}`],
    'a response file of ld by -Xlinker': ['-Xlinker', `@${at('inputs')}`],
    'a group': ['-Wl,--start-group', at('lib/libevil.a'), '-Wl,--end-group'],
    'a whole archive': [
      at('run.o'),
      '-Wl,--whole-archive,-L',
      `-Wl,${at('lib')},-levil`,
      '-Wl,--no-whole-archive',
    ],
    'a library that is a linker script': [`-L${at('lib')}`, '-lscript'],
  };
  test.each(sampled(Object.entries(evil), 4))('%s', async (_, args) => {
    const ran = await withArguments(args);
    expect(ran.stderr).not.toContain('error: ');
    expect(ran.stdout).toContain('uses the API `fs`');
    expect(ran.status).toBe(1);
  });

  test('an archive in a directory of LIBRARY_PATH', async () => {
    const ran = await withArguments(['-levil'], { LIBRARY_PATH: at('lib') });
    expect(ran.stdout).toContain('uses the API `fs`');
  });

  test('nothing of it when the linker does not take it', async () => {
    const ran = await withArguments([at('run.o'), `-L${at('lib')}`]);
    expect([ran.status, ran.stderr.includes('error: ')]).toEqual([0, false]);
  });
});

describe('rule 9.7: what cannot be judged is refused, with the option and what to do', () => {
  test('an object that makes lld take a library by itself', async () => {
    const ran = await withArguments([at('asks.o'), `-L${at('lib')}`]);
    expect(ran.stderr).toContain('asks.o: it makes the linker take further libraries');
    expect(ran.status).toBe(2);
  });

  test.each([
    [['-Wl,--no-such-option'], '--no-such-option (an option that cackle does not know)'],
    [[at('libthin.a')], 'thin archive'],
    [[at('input.x')], 'input.x (neither an object nor a library)'],
    [['-lnowhere'], '-lnowhere (not found where the linker looks for libraries)'],
    [[`-B${at('lib')}`], 'a program of a package'],
  ])('%s', async (args, message) => {
    const ran = await withArguments(args);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain('remove that option from RUSTFLAGS');
    expect(ran.status).toBe(2);
  });

  test.each([
    '-T x.ld',
    '-Tx.ld',
    '-Wl,-T,x.ld',
    '-Wl,-Tx.ld',
    '-Wl,--script=x.ld',
    '-Wl,-dT,x.ld',
    '-Wl,--just-symbols=x',
    '-Wl,-R,x',
    '-Wl,--defsym=a=b',
    '-Wl,--defsym,a=b',
    '-Xlinker --defsym -Xlinker a=b',
    '-Wl,--wrap=open',
    '-Wl,-wrap,open',
    '-Wl,-r',
    '-r',
    '-Wl,-plugin,x.so',
    '-fplugin=x.so',
    '-flto',
    '-flto=thin',
    '-specs=x',
    '--specs=x',
    '-wrapper x',
    '-x c',
    '-include x',
    '-Xclang -load',
    '--config x',
    '-Wl,-b,binary',
    '-Wl,--format=binary',
    '-Wl,-c,script',
    '-Wl,--mri-script=x',
    '-Wl,--remap-inputs=a=b',
    '-Wl,--undefined-glob=x*',
    '-Wl,--chroot=x',
    '-c',
  ])('%s', (line) => {
    expect(parseLinkerArguments(line.split(' '), '/').unsupported).not.toEqual([]);
  });
});

test('the options that rustc and common configurations give are taken', () => {
  const line =
    '-Wl,--version-script=/t/list -Wl,--no-undefined-version -m64 /t/a.o -Wl,--as-needed -Wl,-Bstatic /t/a.rlib -Wl,-Bdynamic -lgcc_s -lc -L /t/raw -B/sysroot/gcc-ld -fuse-ld=lld -Wl,--eh-frame-hdr -Wl,-z,noexecstack -L /t -o /t/out -Wl,--gc-sections -shared -Wl,-z,relro,-z,now -nodefaultlibs -Wl,-O1 -Wl,--strip-debug -Wl,-s -static-pie -no-pie -pthread -Wl,--icf=all -Wl,--hash-style=gnu -Wl,--build-id -Wl,--build-id=sha1 -Wl,--threads=4 -Wl,-rpath,$ORIGIN -Wl,-soname=x.so -Wl,--push-state,--as-needed -Wl,--pop-state -Wl,-Map=x -Wl,--compress-debug-sections=zlib -fsanitize=address -nostartfiles -nostdlib -Wl,--no-rosegment -Wl,-z,max-page-size=16384 -march=native --target=x86_64-linux-gnu -Wl,--exclude-libs,ALL -Wl,--dynamic-list=/t/d -Wl,-u,a -Wl,--undefined=b -e c -Wl,-e,d -Wl,--export-dynamic-symbol=e*';
  const command = parseLinkerArguments(line.split(' '), '/');
  expect(command.unsupported).toEqual([]);
  expect(command.inputs.map((i) => ('path' in i ? i.path : `-l${i.library}`))).toEqual([
    '/t/a.o',
    '/t/a.rlib',
    '-lgcc_s',
    '-lc',
  ]);
  expect(command.rootSymbols).toEqual(['a', 'b', 'c', 'd']);
  expect(command.exportPatterns).toEqual(['e*']);
  expect(command.output).toBe('/t/out');
});

test('a direct ld takes its own spellings', () => {
  const line =
    '-flavor gnu -m elf_x86_64 --eh-frame-hdr -z noexecstack --as-needed -Bstatic /t/a.rlib -Bdynamic -L /t --gc-sections -pie -z relro -o /t/out -dynamic-linker /lib64/ld.so --no-dynamic-linker -shared -soname x';
  const command = parseLinkerArguments(line.split(' '), '/');
  expect(command.unsupported).toEqual([]);
  expect([command.shared, command.drops, command.inputs.length]).toEqual([true, 'sections', 1]);
});

test('what an option takes as its value is passed to nobody, whatever it looks like', () => {
  const words = (line: string) => parseLinkerArguments(line.split(' '), '/');
  expect(words('-l -Wl,a.o b.o').inputs).toEqual([
    { library: '-Wl,a.o', static: false, wholeArchive: false },
    { path: '/b.o', wholeArchive: false },
  ]);
  expect(words('-o -Xlinker c.o').output).toBe('/-Xlinker');
  // To ld itself they come in one row.
  for (const line of ['-Wl,-u -Wl,x', '-Wl,-u,x', '-Xlinker -u -Wl,x', '-Wl,-u -Xlinker x'])
    expect(words(`${line} d.o`)).toEqual(words('-Xlinker -u -Xlinker x d.o'));
  const many = parseLinkerArguments(Array(100_000).fill('-Wl,-z,now,e.o'), '/');
  expect(many.inputs).toHaveLength(100_000);
});

test('response files are cut at white space of C, and end where a linker has them end', () => {
  expect(splitWords('a\u00a0b\u2028c\td\x0be\x0cf\rg')).toEqual([
    'a\u00a0b\u2028c',
    'd',
    'e',
    'f',
    'g',
  ]);
  expect(splitWords('"a\u00a0b" c\\')).toEqual(['a\u00a0b', 'c']);
  const read = (text: string) => expandLinkerArguments(['@f'], '/', () => Buffer.from(text));
  expect(read('a b')).toEqual(['a', 'b']);
  expect(() => read('a\0b')).toThrow('f has a byte 0');
});

test('of linker scripts only those that name inputs are read', () => {
  const libc =
    '/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( /lib/libc.so.6 "/usr/lib/libc_nonshared.a"  AS_NEEDED ( /lib64/ld.so.2, -lm ) )';
  expect(scriptInputs(libc)).toEqual([
    '/lib/libc.so.6',
    '/usr/lib/libc_nonshared.a',
    '/lib64/ld.so.2',
    '-lm',
  ]);
  for (const other of [
    '',
    'text',
    'INPUT(a.o',
    'INPUT(a.o))',
    'ENTRY(x) INPUT(a.o)',
    'x = y; INPUT(a.o)',
    'INCLUDE other',
    'PROVIDE(a = b)',
  ])
    expect(scriptInputs(other)).toBeUndefined();
});

test('of linker scripts no name is taken for a comment, nor a comment for a name', () => {
  expect(scriptInputs('INPUT("a/*b*/c.o" /* d.o */ e.o)')).toEqual(['a/*b*/c.o', 'e.o']);
  expect(scriptInputs('INPUT("a.o","#b.o"-lc)')).toEqual(['a.o', '#b.o', '-lc']);
  for (const unclear of ['INPUT(a/*b*/c.o)', 'INPUT(a.o /* )', 'INPUT("a.o)', 'INPUT(a.o) /*/'])
    expect(scriptInputs(unclear), unclear).toBeUndefined();
});

test('names of version scripts are found in every spelling', () => {
  for (const [script, names] of [
    ['{ global: a; b*; local: *; };', ['a', 'b*']],
    ['{global:a;local:*;};', ['a']],
    ['{ local : *; global : a; };', ['a']],
    ['{ "x#"; a; /* b; */ "c d" ; # e;\n f; };', ['x#', 'a', 'c d', 'f']],
    ['{ global: "C"; extern "C++" { g::h*; "i(int)"; }; local: *; };', ['C', 'g::h*', 'i(int)']],
    ['V1 { a; }; V2 { b; local: c; } V1;', ['V1', 'a', 'V2', 'b']],
  ] as const) {
    const found = exportedPatterns(script);
    expect(found, script).toEqual(expect.arrayContaining([...names]));
    expect(found, script).not.toContain('*');
  }
  for (const unclear of ['{ a/*b; };', '{ "a; };', '{ a; /* };'])
    expect(exportedPatterns(unclear), unclear).toBeUndefined();
});

test('what a file is, is asked again when it has changed since the last link, whatever its time says', async () => {
  const library = at('lib/libtold.a');
  const thin = '!<thin>\n';
  writeFileSync(library, '!<arch>\n');
  const { mtime } = statSync(library);
  const command = parseLinkerArguments([library, '-o', at('told')], directory);
  const told = () => linkFiles(command, directory, { libraryPath: [], system: async () => [] });
  const archive = { path: library, kind: 'archive', wholeArchive: false };
  expect(await told()).toEqual({ files: [archive], shared: [], runtime: [], unsupported: [] });
  expect(await told()).toEqual({ files: [archive], shared: [], runtime: [], unsupported: [] });
  writeFileSync(library, thin);
  utimesSync(library, mtime, mtime);
  expect(await told()).toMatchObject({ files: [], unsupported: [expect.stringContaining('thin')] });
});

test('the linkers that a compiler driver can be told to use link what runs', async () => {
  const real = fixture('linker-of-profile');
  const installed = ['lld', 'gold', 'bfd'].filter(
    (name) => name === 'lld' || spawnSync(`ld.${name}`, ['--version']).status === 0,
  );
  for (const name of installed) {
    const ran = await cackle(['-n', '--path', real], { RUSTFLAGS: `-Clink-arg=-fuse-ld=${name}` });
    expect([name, ran.stderr.includes('error'), ran.status]).toEqual([name, false, 0]);
  }
});
