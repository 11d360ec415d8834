import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { manifest } from '../support/cackle.ts';
import { readCases } from './cases.ts';
import { runAlone, runTogether } from './run.ts';
import { chosen } from './sample.ts';

// The runner of the corpus fails where a case is wrong: else a corpus that is green would say nothing.

const place = { directory: join(packageRoot(), 'target', 'evasions-runner') };
const corpus = join(place.directory, 'corpus');

function write(name: string, files: Readonly<Record<string, string>>): void {
  const [, packageName = ''] = name.split('/');
  const all = {
    'case.toml': 'about = "a case"\nis = "caught"\n',
    'Cargo.toml': manifest(packageName),
    'src/main.rs': 'fn main() {}\n',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(corpus, name, path)), { recursive: true });
    writeFileSync(join(corpus, name, path), content);
  }
}

const opens = (annotation: string): string =>
  `fn main() {\n    let _ = std::net::TcpStream::connect("127.0.0.1:9");${annotation}\n}\n`;
const clean = 'about = "a case"\nis = "clean"\n';

beforeEach(() => {
  rmSync(place.directory, { recursive: true, force: true });
  mkdirSync(corpus, { recursive: true });
});

test('together: each wrong case is told with what differs, the right ones are not', async () => {
  write('k/right', { 'src/main.rs': opens(' //~ net') });
  write('k/above', { 'src/main.rs': opens('\n    //~^ net@above.pkg') });
  write('k/wrong-api', { 'src/main.rs': opens(' //~ fs') });
  write('k/wrong-package', { 'src/main.rs': opens(' //~ net@other') });
  write('k/wrong-scope', { 'src/main.rs': opens(' //~ net@wrong-scope.build') });
  write('k/wrong-line', { 'src/main.rs': opens('\n    //~ net') });
  write('k/not-annotated', { 'case.toml': clean, 'src/main.rs': opens('') });
  write('k/annotated-for-nothing', { 'src/main.rs': 'fn main() {} //~ net\n' });
  write('k/problem-for-nothing', {
    'case.toml': 'about = "a case"\nis = "caught"\nproblems = ["proc-macro-not-allowed x"]\n',
  });
  write('k/problem-unnamed', {
    'build.rs': 'fn main() {\n    println!("cargo:rustc-env=A=b");\n}\n',
    'case.toml': clean,
  });
  write('k/runs', {
    'case.toml': `${clean}ran = ["proof"]\nconfig = """\n[pkg.runs]\nbuild.allow_apis = ["fs"]\n"""\n`,
    'build.rs': 'fn main() {\n    let _ = std::fs::write("proof", "");\n}\n',
  });
  const outcomes = await runTogether(readCases(corpus), 'k', place);
  const differing = Object.fromEntries(
    [...outcomes].map(([name, text]) => [
      name,
      text
        ?.split('\n')
        .filter((line) => /^ {2}[-+] |unjudged/.test(line))
        .map((line) => line.trim()),
    ]),
  );
  const extra = (name: string): string => `+ src/main.rs:2  net@${name}`;
  expect(differing).toEqual({
    'k/right': undefined,
    'k/above': undefined,
    'k/wrong-api': ['- src/main.rs:2  fs@wrong-api', extra('wrong-api')],
    'k/wrong-package': ['- src/main.rs:2  net@other', extra('wrong-package')],
    'k/wrong-scope': ['- src/main.rs:2  net@wrong-scope.build', extra('wrong-scope')],
    'k/wrong-line': ['- src/main.rs:3  net@wrong-line', extra('wrong-line')],
    'k/not-annotated': [extra('not-annotated')],
    'k/annotated-for-nothing': ['- src/main.rs:1  net@annotated-for-nothing'],
    'k/problem-for-nothing': ['- proc-macro-not-allowed x'],
    'k/problem-unnamed': ['+ disallowed-build-instruction problem-unnamed cargo:rustc-env=A=b'],
    'k/runs': ['code ran unjudged: proof was written'],
  });
});

test('alone: status, words, problems and what must not have run', async () => {
  const alone = (rest: string): string => `about = "a case"\nis = "caught"\nalone = true\n${rest}`;
  write('k/stops', {
    'case.toml': alone('status = 2\nsays = ["no-such-key"]\n'),
    'cackle.toml': 'no-such-key = 1\n',
  });
  write('k/goes-on', { 'case.toml': alone('status = 2\nsays = ["words that nobody says"]\n') });
  write('k/ran', {
    'case.toml': alone(
      'status = 0\ncommand = ["run"]\nran = ["proof"]\nconfig = """\n[pkg.ran]\nallow_apis = ["fs"]\n"""\n',
    ),
    'src/main.rs': 'fn main() {\n    let _ = std::fs::write("proof", "");\n}\n',
  });
  const [goesOn, ran, stops] = await Promise.all(readCases(corpus).map((c) => runAlone(c, place)));
  expect(stops).toBeUndefined();
  expect(goesOn).toContain('exit status 0, not 2');
  expect(goesOn).toContain('does not say `words that nobody says`');
  expect(ran).toContain('code ran unjudged: proof was written');
});

test('a change: the check before it has to be clean, and what is expected is expected after it', async () => {
  const toml = 'about = "a case"\nis = "caught"\nalone = true\n';
  write('k/turns', { 'case.toml': toml, 'then/src/main.rs': opens(' //~ net') });
  write('k/dirty-at-once', {
    'case.toml': toml,
    'src/main.rs': opens(''),
    'then/src/main.rs': opens(' //~ net'),
  });
  const [dirty, turns] = await Promise.all(readCases(corpus).map((c) => runAlone(c, place)));
  expect(dirty).toContain('before the change the check is not clean (status 1)');
  expect(turns).toBeUndefined();
});

describe('a case that breaks a rule of the format ends the run', () => {
  test.each([
    ['an unknown key', 'about = "x"\nis = "clean"\nanswer = 42\n', 'answer'],
    ['a wrong outcome', 'about = "x"\nis = "fine"\n', 'is'],
    ['a limit without its words', 'about = "x"\nis = "limit"\n', '`limit` is given'],
    ['caught by nothing', 'about = "x"\nis = "caught"\n', 'has to expect'],
    ['clean with a problem', 'about = "x"\nis = "clean"\nproblems = ["y"]\n', 'a clean case'],
    ['a command together', 'about = "x"\nis = "clean"\ncommand = ["test"]\n', 'alone = true'],
    [
      'a configuration that others share',
      'about = "x"\nis = "clean"\nconfig = "[api.net]"\n',
      'which other cases share',
    ],
    ['no TOML', 'about =\n', 'case.toml'],
  ])('%s', (_, text, reason) => {
    write('k/rule', { 'case.toml': text });
    expect(() => readCases(corpus)).toThrow(reason);
  });

  test('two packages of one name, a package that is not named as its case, an annotation that is none', () => {
    write('k/one', { 'case.toml': clean, 'crates/h/Cargo.toml': manifest('h') });
    write('k/two', { 'case.toml': clean, 'crates/h/Cargo.toml': manifest('h') });
    expect(() => readCases(corpus)).toThrow('`h` is the name of a package or example of k/one too');
    rmSync(join(corpus, 'k', 'two'), { recursive: true });
    write('k/three', { 'case.toml': clean, 'Cargo.toml': manifest('four') });
    expect(() => readCases(corpus)).toThrow('has to be named `three`');
    write('k/three', { 'Cargo.toml': manifest('three'), 'src/main.rs': 'fn main() {} //~ net!\n' });
    expect(() => readCases(corpus)).toThrow('src/main.rs:1: `net!` is no annotation');
  });
});

test('the sample is fixed and spread over the kinds', () => {
  for (const name of ['a/one', 'a/two', 'b/three', 'b/four'])
    write(name, { 'case.toml': `${clean}alone = ${name.startsWith('b')}\n` });
  write('b/caught', {
    'case.toml': 'about = "a case"\nis = "caught"\nalone = true\n',
    'src/main.rs': opens(' //~ net'),
  });
  const cases = readCases(corpus);
  const names = (wanted?: string): string[] => chosen(cases, wanted).map(({ name }) => name);
  expect(names()).toEqual(['a/one', 'a/two', 'b/caught']);
  expect(names('all')).toHaveLength(5);
  expect(names('b/th, a/o')).toEqual(['a/one', 'b/three']);
});

test('what is otherwise on other systems', () => {
  write('k/other', {
    'case.toml': `about = "a case"
is = "caught"
alone = true
problems = ["x"]
not_on = { msvc = "for a reason" }
[on.macos]
why = "because"
status = 2
problems = []
`,
    'src/main.rs': 'fn main() {} //~ net fs[windows] env[!macos] process[linux,macos]\n',
  });
  write('k/runs-it', {
    'case.toml': 'about = "a case"\nis = "clean"\nalone = true\ncommand = ["run"]\n',
  });
  write('k/for-all', { 'src/main.rs': 'fn main() {} //~ net\n' });
  const on = (target?: string): unknown =>
    readCases(corpus, target).map(({ name, left, differs, problems, status, annotations }) => ({
      [name.slice(2)]: left ?? [differs, status, ...problems, ...annotations.map((a) => a.use)],
    }));
  const runs = '`cackle run` is for what this machine can run (rule 12.7)';
  const both = [{ 'runs-it': runs }];
  expect(on()).toEqual([
    { 'for-all': [undefined, undefined, 'net'] },
    { other: [undefined, undefined, 'x', 'net', 'env', 'process'] },
    { 'runs-it': [undefined, undefined] },
  ]);
  expect(on('x86_64-pc-windows-gnu')).toEqual([
    { 'for-all': [undefined, undefined, 'net'] },
    { other: [undefined, undefined, 'x', 'net', 'fs', 'env'] },
    ...both,
  ]);
  expect(on('x86_64-pc-windows-msvc')).toEqual([
    { 'for-all': [undefined, undefined, 'net'] },
    { other: 'for a reason' },
    ...both,
  ]);
  expect(on('aarch64-apple-darwin')).toEqual([
    { 'for-all': [undefined, undefined, 'net'] },
    { other: ['because', 2, 'net', 'process'] },
    ...both,
  ]);
  expect(() => on('mips-unknown-none')).toThrow('the corpus says nothing of mips-unknown-none');
  write('k/wrong-word', { 'src/main.rs': 'fn main() {} //~ net[amiga]\n' });
  expect(() => on()).toThrow('`amiga` is no system');
});
