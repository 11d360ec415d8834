import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foreignFiles } from '../../engine/build/foreign-inputs.ts';
import { foreignTools } from '../../engine/build/foreign-tools.ts';
import { linkerFlavours } from '../../engine/build/linker-flavours.ts';
import { systemLibraries } from '../../engine/build/system-libraries.ts';

const { mingw, msvc, apple } = linkerFlavours;
const words = (text: string): string[] => text.trim().split(/\s+/);
const paths = (inputs: readonly object[]): string[] =>
  inputs.flatMap((input) => ('path' in input ? [input.path as string] : []));
/** The names in facts that a symbol may stand for, on 32-bit Windows and on 64-bit. */
const both = (symbol: string): string[] => [symbol, `\u0001${symbol}`];
const libraries = (inputs: readonly object[]): string[] =>
  inputs.flatMap((input) => ('library' in input ? [input.library as string] : []));

describe('rule 12.1: what rustc gives the linkers of other systems is read', () => {
  test('MinGW', () => {
    const command = mingw.parse(
      words(`-Wl,/t/list.def -fno-use-linker-plugin -Wl,--dynamicbase -Wl,--disable-auto-image-base -m64
        -Wl,--high-entropy-va /t/symbols.o /t/p.rcgu.o -Wl,-Bstatic /s/libstd.rlib -Wl,-Bdynamic -lkernel32
        -l:libpthread.a -lmingw32 -Wl,--nxcompat -o /t/p.dll -Wl,--gc-sections -shared -L /l
        -Wl,--out-implib=/t/libp.dll.a -nodefaultlibs`),
      '/t',
    );
    expect(command.unsupported).toEqual([]);
    expect(paths(command.inputs)).toEqual(['/t/symbols.o', '/t/p.rcgu.o', '/s/libstd.rlib']);
    expect(libraries(command.inputs)).toEqual(['kernel32', ':libpthread.a', 'mingw32']);
    expect(command.scripts).toEqual(['/t/list.def']);
    expect([command.output, command.searched]).toEqual(['/t/p.dll', ['/l']]);
    expect([command.shared, command.drops, command.versioned]).toEqual([true, 'sections', true]);
  });

  test('link.exe', () => {
    const command = msvc.parse(
      words(`/DEF:/t/lib.def /NOLOGO /t/symbols.o /t/p.rcgu.o /s/libstd.rlib kernel32.lib ws2_32.lib
        /defaultlib:msvcrt /t/ws2_32.dll_imports.lib /NXCOMPAT /LIBPATH:/l /OUT:/t/p.dll /OPT:REF,NOICF /DLL
        /IMPLIB:/t/p.dll.lib /DEBUG /PDBALTPATH:%_PDB% /NATVIS:/x.natvis /EXPORT:f=g,DATA -include:h
        /WHOLEARCHIVE:/l/w.lib /ENTRY:start`),
      '/t',
    );
    expect(command.unsupported).toEqual([]);
    expect(paths(command.inputs)).toEqual([
      ...['/t/symbols.o', '/t/p.rcgu.o', '/s/libstd.rlib', '/t/ws2_32.dll_imports.lib'],
      '/l/w.lib',
    ]);
    expect(command.inputs.at(-1)?.wholeArchive).toBe(true);
    expect(libraries(command.inputs)).toEqual(['kernel32', 'ws2_32', 'msvcrt']);
    expect(command.rootSymbols).toEqual([...both('g'), ...both('h'), ...both('start')]);
    expect([command.shared, command.drops]).toEqual([true, 'comdats']);
    expect([command.output, command.scripts]).toEqual(['/t/p.dll', ['/t/lib.def']]);
  });

  test('`/DEBUG` keeps what nothing refers to, unless `/OPT:REF` is there', () => {
    expect(msvc.parse(['/DEBUG', 'a.obj'], '/t').drops).toBe('nothing');
    expect(msvc.parse(['a.obj'], '/t').drops).toBe('comdats');
    expect(msvc.parse(['/OPT:NOREF', 'a.obj'], '/t').drops).toBe('nothing');
  });

  test("symbols have an underscore in front on Apple's systems, and on 32-bit Windows", () => {
    const undefinedOf = (symbol: string): readonly string[] =>
      mingw.parse([`-Wl,-u,${symbol}`, '-o', 'a'], '/t').rootSymbols;
    expect(undefinedOf('_exit')).toEqual(['_exit', 'exit']);
    expect(undefinedOf('exit')).toEqual(both('exit'));
    const list = ['_f', '_g*', '*h', '?i', '[_a]j', 'k'].join('\n');
    expect(apple.exported(list)).toEqual([
      ...['f', 'g*', '*h', 'i', '\u0001?i', 'j', '\u0001[_a]j', '\u0001k'],
    ]);
  });

  test('Apple', () => {
    const command = apple.parse(
      words(`-Wl,-exported_symbols_list -Wl,/t/list /t/symbols.o /t/p.rcgu.o /s/libstd.rlib -framework CoreFoundation
        -F/f -Wl,-needed_framework,Security -lSystem -lc -lm -arch arm64 -mmacosx-version-min=11.0.0 -L /l -o
        /t/libp.dylib -Wl,-dead_strip -dynamiclib -nodefaultlibs -Wl,-install_name,@rpath/libp.dylib
        -Wl,-force_load,/l/libw.a -Wl,-exported_symbol,_f -u _g -isysroot /sdk -Xlinker -headerpad_max_install_names
        -Wl,-sectcreate,__TEXT,__info_plist,/t/Info.plist`),
      '/t',
    );
    expect(command.unsupported).toEqual([]);
    expect(paths(command.inputs)).toEqual([
      ...['/t/symbols.o', '/t/p.rcgu.o', '/s/libstd.rlib', '/l/libw.a'],
    ]);
    expect(command.inputs.at(-1)?.wholeArchive).toBe(true);
    expect(libraries(command.inputs)).toEqual([
      ...['CoreFoundation', 'Security', 'System', 'c', 'm'],
    ]);
    expect([command.scripts, command.exportPatterns]).toEqual([['/t/list'], ['f']]);
    expect([command.rootSymbols, command.output]).toEqual([['g'], '/t/libp.dylib']);
    expect([command.shared, command.drops, command.versioned]).toEqual([true, 'sections', true]);
  });
});

test.each([
  ['mingw', mingw, '-Wl,--plugin=/x.so'],
  ['mingw', mingw, '-Wl,--wrap,main'],
  ['mingw', mingw, '-Wl,--no-such-option'],
  ['link.exe', msvc, '/ALTERNATENAME:a=b'],
  ['link.exe', msvc, '/NOSUCHOPTION:1'],
  ['link.exe', msvc, '-no-such-option'],
  ['link.exe', msvc, '/LTCG'],
  ['Apple', apple, '-Wl,-alias,_a,_b'],
  ['Apple', apple, '-Wl,-lto_library,/x.dylib'],
  ['Apple', apple, '-Wl,-no_such_option'],
  ['Apple', apple, '-flto'],
  ['Apple', apple, '-Wl,-interposable'],
  ['link.exe', msvc, '/VFSOVERLAY:/x.yaml'],
])(
  'rule 12.1: %s: an option that redirects, loads code or is not known is refused',
  (_, flavour, option) => {
    const { unsupported } = flavour.parse([option, '/t/a.o', '-o', '/t/a'], '/t');
    expect(unsupported.join()).toContain(option.replace(/^-Wl,/, '').split(/[,=]/)[0] as string);
  },
);

test('rule 12.1: lists of exports', () => {
  expect(
    msvc.exported('LIBRARY\nEXPORTS\n    f\n    g DATA\n    h=inner @3 NONAME\n; no\n'),
  ).toEqual([...['f', 'g', 'inner']]);
  expect(mingw.exported('EXPORTS\n    "f"\n    "g" DATA\n')).toEqual(['f', 'g']);
  expect(msvc.exported('LIBRARY x\nIMPORTS\n y.z\n')).toBeUndefined();
  expect(msvc.exported('{ global: f; }')).toBeUndefined();
  expect(apple.exported('# no\n_f\n_g*  # no\n\n')).toEqual(['f', 'g*']);
});

test('rule 12.1: response files of link.exe are UTF-16, and a backslash is one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'response-'));
  const file = join(directory, 'linker-arguments');
  const text = '"/OUT:C:\\t\\é.exe"\r\n"a \\"b\\".obj" C:\\x\\\\y.obj ""\r\n';
  writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
  expect(msvc.expand([`@${file}`], directory)).toEqual([
    ...['/OUT:C:\\t\\é.exe', 'a "b".obj', 'C:\\x\\\\y.obj', ''],
  ]);
});

describe('rule 12.2: libraries of the system need not be here, and those of packages are read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'libraries-'));
  const at = (name: string): string => join(directory, name);
  const archive = '!<arch>\n';
  const put = (name: string, content: string | Buffer): string => {
    mkdirSync(join(at(name), '..'), { recursive: true });
    writeFileSync(at(name), content);
    return at(name);
  };
  const coff = { format: 'coff', linker: 'mingw' } as const;
  const coffOfMsvc = { format: 'coff', linker: 'msvc' } as const;
  const macho = { format: 'mach-o', linker: 'apple' } as const;

  test('MinGW', () => {
    const found = put('libown.dll.a', archive);
    put('libown.a', archive);
    const command = mingw.parse([`-L${directory}`, '-lown', '-lkernel32', '-o', 'x'], directory);
    const { files, unsupported } = foreignFiles(command, coff);
    expect([files.map(({ path }) => path), unsupported]).toEqual([[found], []]);
  });

  test('a static library that is missing', () => {
    const command = mingw.parse(['-Wl,-Bstatic', '-lgone', '-Wl,-Bdynamic'], directory);
    expect(foreignFiles(command, coff).unsupported.join()).toContain('-lgone');
  });

  test('frameworks', () => {
    const own = put('Own.framework/Own', archive);
    const command = apple.parse(
      [`-F${directory}`, ...words('-framework Own -framework Cocoa')],
      '/',
    );
    const { files, unsupported } = foreignFiles(command, macho);
    expect([files.map(({ path }) => path), unsupported]).toEqual([[own], []]);
  });

  test.each([
    ['an object, by its whole name', apple, macho, 'odd/hidden.o', '-lhidden.o'],
    ['an archive that is called a shared object', apple, macho, 'odd/libnamed.so', '-lnamed'],
    ['of Apple, in another case', apple, macho, 'odd/libCASE.a', '-lcase'],
    ['of MinGW, in another case', mingw, coff, 'odd/libCase2.A', '-lcase2'],
    ['of link.exe, in another case', msvc, coffOfMsvc, 'odd/Case3.LIB', 'case3.lib'],
    ['an object without its extension', msvc, coffOfMsvc, 'odd/plain.obj', 'plain'],
    ['the same, which all of is taken of', msvc, coffOfMsvc, 'odd/all.obj', '/WHOLEARCHIVE:all'],
    ['one that an object may name, msvc', msvc, coffOfMsvc, 'odd/OldNames.lib', ''],
    ['one that an object may name, MinGW', mingw, coff, 'odd/libuuid.a', ''],
    ['one that an object may name, Apple', apple, macho, 'odd/libobjc.a', ''],
  ])('rules 9.7, 12.2: a library of a package is read: %s', (_, flavour, platform, name, word) => {
    const found = put(name, archive);
    const search = flavour === msvc ? `/LIBPATH:${at('odd')}` : `-L${at('odd')}`;
    const command = flavour.parse([search, ...words(word), '/t/a.o'].filter(Boolean), directory);
    expect(command.unsupported).toEqual([]);
    const { files } = foreignFiles({ ...command, inputs: command.inputs.slice(0, -1) }, platform);
    expect(files.map(({ path }) => path)).toContain(found);
    // What is in no directory is the system's.
    expect(
      foreignFiles({ ...command, inputs: [], searched: ['/nowhere'] }, platform).files,
    ).toEqual([]);
  });

  test('rule 12.2: a framework that an object may name', () => {
    const found = put('frameworks/Quiet.Framework/quiet', archive);
    put('frameworks/Other.txt', '');
    const command = apple.parse([`-F${at('frameworks')}`], '/');
    expect(foreignFiles(command, macho).files.map(({ path }) => path)).toEqual([found]);
  });

  test('rule 12.2: two libraries whose names differ in case alone', () => {
    put('cases/twice.lib', archive);
    put('cases/Twice.lib', archive);
    const command = msvc.parse([`/LIBPATH:${at('cases')}`, 'twice.lib'], '/');
    expect(foreignFiles(command, coffOfMsvc).unsupported.join()).toContain(
      'Twice.lib and twice.lib',
    );
  });

  test.each(['-syslibroot', '-isysroot'])(
    'rules 9.7, 12.2: libraries in a system root: %s',
    (option) => {
      const own = put('root/usr/lib/libquiet.a', archive);
      const command = apple.parse([option, at('root'), '-lquiet'], '/');
      expect(foreignFiles(command, macho).files.map(({ path }) => path)).toEqual([own]);
      expect(command.programs.map(({ path, runs }) => [path, runs])).toEqual([[at('root'), false]]);
    },
  );

  test('rule 12.2: the libraries that the parsers let an object name', () => {
    const listOf = (file: string): string[] => {
      const text = readFileSync(
        join(import.meta.dirname, '../../wasm/object-wasm/src', file),
        'utf8',
      );
      const list = /const SYSTEM: [^=]*= \[([^\]]*)\]/.exec(text)?.[1] ?? '';
      return [...list.matchAll(/"(?:-l)?([^"]+)"/g)].map(([, name = '']) => name);
    };
    expect(systemLibraries.msvc).toEqual(listOf('coff/directives.rs'));
    expect(systemLibraries.apple).toEqual(listOf('macho/sections.rs'));
  });

  test('rule 12.4: a file of another format', () => {
    const elf = put(
      'elf.o',
      Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0\x3e\0', 'latin1'),
    );
    const command = apple.parse([elf], directory);
    expect(() => foreignFiles(command, macho)).toThrow(/elf\.o .*ELF.*Mach-O/);
  });
});

test('rule 12.3: rustc is told of an SDK where the user has none, and of a dlltool that writes what imports stand for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tools-'));
  const places = { sysroot: '/sysroot', directory };
  const darwin = {
    target: 'aarch64-apple-darwin',
    platform: { format: 'mach-o', linker: 'apple' },
  } as const;
  const windows = {
    target: 'x86_64-pc-windows-gnu',
    platform: { format: 'coff', linker: 'mingw' },
  } as const;
  expect((await foreignTools(darwin, new Map(), places)).set).toEqual([['SDKROOT', '/sysroot']]);
  const own = new Map([['SDKROOT', '/own']]);
  expect((await foreignTools(darwin, own, places)).set).toEqual([['SDKROOT', '/own']]);
  // Before MinGW's own: what an import library says does not depend on the machine.
  const added = await foreignTools(windows, new Map([['PATH', '/nowhere']]), places);
  expect(added.set).toEqual([['PATH', `${directory}/dlltool:/nowhere`]]);
  const tool = join(directory, 'dlltool/x86_64-w64-mingw32-dlltool');
  const [list, made] = ['x.def', 'x.lib'].map((name) => join(directory, name)) as [string, string];
  const make = (text: string): string => {
    writeFileSync(list, text);
    const args = ['-d', list, '-D', 'ws2_32.dll', '-l', made, '-m', 'i386:x86-64', '-f', '--64'];
    execFileSync(tool, args, { stdio: 'pipe' });
    return readFileSync(made, 'latin1');
  };
  // As LLVM's dlltool writes them: the kind of the import, and its number, stand before the names.
  const member = (size: number, number: string, kind: string, name: string): string =>
    `import/         0           0     0     644     ${String(size + 20).padEnd(10)}\`\n` +
    `\0\0\xff\xff\0\0\x64\x86\0\0\0\0${String.fromCharCode(size)}\0\0\0${number}${kind}\0${name}\0ws2_32.dll\0`;
  expect(make('EXPORTS\nharmless @260 NONAME\nlisten\nsend')).toBe(
    `!<arch>\n${member(20, '\x04\x01', '\0', 'harmless')}${member(18, '\0\0', '\x04', 'listen')}${member(16, '\0\0', '\x04', 'send')}`,
  );
  expect(make('EXPORTS\nodd_')).toMatch(/\0ws2_32\.dll\0$/);
  expect(make('EXPORTS\nodd__')).toMatch(/\0ws2_32\.dll\0\n$/);
  for (const line of ['a = b', 'a @x NONAME', 'a @4', '"a"'])
    expect(() => make(`EXPORTS\n${line}`)).toThrow(/is not understood/);
});
