import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const shorts = async (name: string, files: Record<string, string>): Promise<string[]> =>
  (await check(workspace(name, files))).problems.map(short).sort();

test('rules 4.1, 4.3: dead code never counts, reachable code does', async () => {
  const files = {
    'Cargo.toml': manifest('live', '[dependencies]\nhelper = { path = "helper" }\n'),
    'src/main.rs': 'fn main() { helper::used(); }',
    'helper/Cargo.toml': manifest('helper'),
    'helper/src/lib.rs':
      'pub fn used() { let _ = std::fs::read("x"); }\npub fn dead() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    'cackle.toml': config(),
  };
  expect(await shorts('live', files)).toEqual(['disallowed-api helper fs']);
});

test('rule 4.5: anonymous data: what a vtable or a table of functions refers to is charged to its user', async () => {
  const files = {
    'Cargo.toml': manifest('anonymous'),
    'src/main.rs': `
      static TABLE: [fn(&'static str) -> std::io::Result<Vec<u8>>; 1] = [std::fs::read::<&'static str>];
      fn main() {
        let _ = TABLE[std::hint::black_box(0)]("x");
        let connect: &dyn Fn(&str) = &|a| { let _ = std::net::TcpStream::connect(a); };
        std::hint::black_box(connect)("127.0.0.1:9");
      }`,
    'cackle.toml': config(),
  };
  expect(await shorts('anonymous', files)).toEqual([
    'disallowed-api anonymous fs',
    'disallowed-api anonymous net',
  ]);
});

test('rule 4.2: inlined calls are references though they leave no relocation', async () => {
  const files = {
    'Cargo.toml': manifest('inlined', '[profile.cackle]\ninherits = "release"\n'),
    'src/main.rs':
      'fn main() { std::process::Command::new("x").arg("y"); println!("{}", helper()); }\n#[inline(always)] fn helper() -> usize { std::env::args().count() }',
    'cackle.toml': config(),
  };
  const report = await check(workspace('inlined', files));
  expect(report.problems.map(short).sort()).toEqual([
    'disallowed-api inlined env',
    'disallowed-api inlined process',
  ]);
});

test('rules 1.3, 4.1: scopes: a build script, a test and a library used from a build script', async () => {
  const files = {
    'Cargo.toml': manifest('scopes', '[build-dependencies]\nhelper = { path = "helper" }\n'),
    'build.rs': 'fn main() { helper::used(); let _ = std::env::var("X"); }',
    'src/lib.rs': '#[test] fn t() { let _ = std::fs::read("x"); }',
    'helper/Cargo.toml': manifest('helper'),
    'helper/src/lib.rs': 'pub fn used() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }',
    'cackle.toml': config(),
  };
  expect(await shorts('scopes', files)).toEqual([
    'disallowed-api helper.from.build net',
    'disallowed-api scopes.build env',
    'disallowed-api scopes.test fs',
  ]);
});

test('rules 1.4, 6.6: inheritance: pkg.P covers its narrower scopes; a clean check exits 0 and warns of nothing', async () => {
  const files = {
    'Cargo.toml': manifest('inherits'),
    'build.rs': 'fn main() { let _ = std::env::var("X"); }',
    'src/main.rs': 'fn main() { let _ = std::env::var("X"); }',
    'cackle.toml': config('[pkg.inherits]\nallow_apis = ["env"]\n'),
  };
  const report = await check(workspace('inherits', files));
  expect(report.problems).toEqual([]);
  expect(report.status).toBe(0);
});

test('rule 5.21: places are file, line and column; the backtrace leads from main to the user', async () => {
  const files = {
    'Cargo.toml': manifest('places'),
    'src/main.rs':
      'fn main() { outer(); }\nfn outer() { inner() }\nfn inner() {\n    let _ = std::fs::read("x");\n}\n',
    'cackle.toml': config(),
  };
  const report = await check(workspace('places', files));
  const problem = report.problems[0];
  if (problem?.kind !== 'disallowed-api') throw new Error('no usage found');
  const usage = problem.usages.find((u) => u.target.startsWith('std::fs::read'));
  expect(usage?.place.file).toMatch(/places\/src\/main\.rs$/);
  expect([usage?.place.line, usage?.place.column]).toEqual([4, 13]);
  expect(usage?.backtrace.map((f) => f.name)).toEqual(
    expect.arrayContaining(['main', 'places::main', 'places::outer', 'places::inner']),
  );
});

test('rules 4.16, 4.17: unsafe by lint and token, extern, and what is allowed', async () => {
  const files = {
    'Cargo.toml': manifest('keywords', '[dependencies]\nquiet = { path = "quiet" }\n'),
    'src/main.rs':
      '// unsafe in a comment\nfn main() { unsafe { quiet::f() } }\nextern "C" { fn abs(x: i32) -> i32; }\npub fn g() -> i32 { 0 }',
    'quiet/Cargo.toml': manifest('quiet'),
    'quiet/src/lib.rs': '/// # Safety\n/// None.\npub unsafe fn f() {}\n#[no_mangle] pub fn g() {}',
    'cackle.toml': config('[pkg.quiet]\nallow_unsafe = true\n'),
  };
  expect(await shorts('keywords', files)).toEqual([
    'disallowed-extern keywords',
    'disallowed-unsafe keywords',
  ]);
});

test('rule 2.3: before version 3 allow_unsafe implies allow_extern', async () => {
  const files = {
    'Cargo.toml': manifest('older'),
    'src/main.rs': 'extern "C" { fn abs(x: i32) -> i32; }\nfn main() { unsafe { abs(1); } }',
    'cackle.toml': config('[pkg.older]\nallow_unsafe = true\n', 2),
  };
  expect(await shorts('older', files)).toEqual(['newer-config-version']);
});

test('rules 5.11, 5.12, 5.16: unused permission, unknown package, possible export', async () => {
  const files = {
    'Cargo.toml': manifest(
      'warnings',
      '[dependencies]\nsocket = { path = "../warnings-dep/socket" }\n',
    ),
    'src/main.rs': 'fn main() { socket::net::open(); }',
    '../warnings-dep/socket/Cargo.toml': `${manifest('socket')}\n[workspace]\n`,
    '../warnings-dep/socket/src/lib.rs': 'pub mod net { pub fn open() {} }',
    'cackle.toml': config(
      '[pkg.warnings]\nallow_apis = ["fs"]\n[pkg.sockte]\nallow_apis = ["net"]\n',
    ),
  };
  const report = await check(workspace('warnings', files));
  expect(report.problems.map(short).sort()).toEqual([
    'possible-export socket net',
    'unknown-package sockte',
    'unused-allow-api warnings fs',
  ]);
  expect(report.status).toBe(0);
  expect((await check(workspace('warnings', files), ['--fail-on-warnings'])).status).toBe(1);
});

test('rule 5.21: what is found stands by package, kind and target, whatever cargo calls the files', async () => {
  const bins = ['a', 'b', 'c', 'd', 'e', 'f'];
  const main =
    'fn main() { let _ = std::fs::read("x"); }\n#[test] fn t() { let _ = std::fs::read("t"); }';
  const files = {
    'Cargo.toml': manifest('order'),
    ...Object.fromEntries(bins.map((name) => [`src/bin/${name}.rs`, main])),
    'cackle.toml': config(),
  };
  const { problems } = await check(workspace('order', files));
  const outputs = problems.map((problem) =>
    'usages' in problem ? [...new Set(problem.usages.map(({ output }) => output))] : [],
  );
  const all = (kind: string): string[] => bins.map((name) => `${name} (${kind})`);
  expect(outputs).toEqual([all('bin'), all('test')]);
});

test('rule 5.21: what one output uses stands by package and place, whatever rustc calls its objects', async () => {
  const modules = ['z', 'm', 'k', 'a'];
  const calls = modules.map((name) => `${name}::call();`).join(' ');
  const files = {
    'Cargo.toml': manifest('places', '[dependencies]\nalone = { path = "alone" }\n'),
    'src/main.rs': `${modules.map((name) => `mod ${name};`).join(' ')}\nfn main() { ${calls} alone::call(); }\n`,
    'src/z.rs': 'pub fn call() { let _ = std::fs::read("x"); }\n',
    'src/m.rs': 'pub fn call() { let _ = std::net::TcpListener::bind("x"); }\n',
    'src/k.rs': 'pub fn call() { let _ = std::process::id(); }\n',
    'src/a.rs': '\npub fn call() { let _ = std::fs::read("x"); }\n',
    'alone/Cargo.toml': manifest('alone'),
    'alone/src/lib.rs': 'pub fn call() { let _ = std::process::id(); }\n',
    'cackle.toml': config(),
  };
  const { problems } = await check(workspace('places', files));
  const found = problems.flatMap((problem) =>
    'usages' in problem
      ? [[problem.packageName, problem.api, ...problem.usages.map(({ place }) => place.line)]]
      : [],
  );
  expect(found).toEqual([
    ['alone', 'process', 1],
    ['places', 'fs', 2, 1],
    ['places', 'process', 1],
    ['places', 'net', 1, 1],
  ]);
});

test('rule 5.21: the path into a proc macro has no hash of its crate', async () => {
  const files = {
    'Cargo.toml': manifest('macros', '[lib]\nproc-macro = true\n'),
    'src/lib.rs':
      '#[proc_macro] pub fn m(t: proc_macro::TokenStream) -> proc_macro::TokenStream { let _ = std::fs::read("x"); t }\n',
    'cackle.toml': config('[pkg.macros]\nallow_proc_macro = true\n'),
  };
  const { problems } = await check(workspace('macros', files));
  const paths = problems.flatMap((problem) =>
    'usages' in problem ? problem.usages.map(({ backtrace }) => backtrace[0]?.name) : [],
  );
  expect(new Set(paths)).toEqual(new Set(['__rustc_proc_macro_decls']));
});
