import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, config, manifest, short, tree, usageLines, workspace } from '../support/cackle.ts';

const allowed = (...names: string[]): string =>
  names.map((n) => `[pkg.${n}]\nallow_unsafe = true\nallow_extern = true\n`).join('');

/** The problems in short, and all usages as lines. */
async function judged(name: string, files: Record<string, string>) {
  const report = await check(workspace(name, files));
  return { shorts: report.problems.map(short).sort(), lines: usageLines(report), report };
}

const itemsCrate = {
  items:
    'pub fn all(names: &[String]) -> usize {\n    names.iter().map(std::fs::read).filter(|r| r.is_ok()).count()\n}',
};
const itemsMain =
  'fn main() { println!("{}", items::all(&std::hint::black_box(vec![String::new()]))); }';

const tableCrate = {
  table: `type Read = fn(&'static str) -> std::io::Result<String>;
static TABLE: [Read; 2] = [std::fs::read_to_string::<&'static str>, other];
fn other(_: &'static str) -> std::io::Result<String> { Ok(String::new()) }
#[inline(never)]
pub fn run(which: usize) -> bool { TABLE[which % 2]("x").is_ok() }`,
};

describe('rules 4.5, 4.6, 4.7: disguises of a call', () => {
  test('a function item passed to an iterator of std', async () => {
    const { shorts, lines } = await judged(
      'item',
      tree('item', { main: itemsMain, crates: itemsCrate }),
    );
    expect(shorts).toEqual(['disallowed-api items fs']);
    expect(lines).toContain(
      'disallowed-api items fs crates/items/src/lib.rs:2:18 items::all -> std::fs::read',
    );
  });

  const tableMain = 'fn main() { println!("{}", table::run(std::env::args_os().count())); }';

  test('a function pointer in a static of a dependency', async () => {
    const files = tree('pointer', {
      main: tableMain,
      crates: tableCrate,
      config: '[pkg.pointer]\nallow_apis = ["env"]\n',
    });
    const { shorts, report } = await judged('pointer', files);
    expect(shorts).toEqual(['disallowed-api table fs']);
    const [problem] = report.problems;
    if (problem?.kind !== 'disallowed-api') throw new Error('no usage');
    expect(problem.usages.map((u) => [u.from, u.target, u.place.line])).toEqual([
      ['table::TABLE', 'std::fs::read_to_string', 0],
    ]);
  });

  test('a vtable behind Box<dyn Trait>, a closure on another thread', async () => {
    const files = tree('dynamic', {
      main: 'fn main() { let _ = hidden::make().run("y"); threads::go(); }',
      crates: {
        hidden:
          'pub trait Run { fn run(&self, p: &str) -> bool; }\nstruct R;\nimpl Run for R {\n    fn run(&self, p: &str) -> bool { std::fs::remove_file(p).is_ok() }\n}\npub fn make() -> Box<dyn Run> { Box::new(R) }',
        threads:
          'pub fn go() {\n    let _ = std::thread::spawn(|| { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }).join();\n}',
      },
    });
    const { shorts, lines } = await judged('dynamic', files);
    expect(shorts).toEqual(['disallowed-api hidden fs', 'disallowed-api threads net']);
    expect(lines).toContain(
      'disallowed-api hidden fs crates/hidden/src/lib.rs:4:38 <hidden::R as hidden::Run>::run -> std::fs::remove_file',
    );
    expect(lines.some((l) => l.includes('lib.rs:2:45 threads::go::{closure#0} -> std::net'))).toBe(
      true,
    );
  });

  test('drop implementations, thread locals, lazy statics', async () => {
    const files = tree('late', {
      main: 'fn main() {\n    let _guard = drops::Guard;\n    println!("{} {}", locals::get(), lazy::get());\n}',
      crates: {
        drops:
          'pub struct Guard;\nimpl Drop for Guard {\n    fn drop(&mut self) { let _ = std::fs::remove_file("x"); }\n}',
        locals:
          'thread_local! { static T: bool = std::env::var("X").is_ok(); }\npub fn get() -> bool { T.with(|t| *t) }',
        lazy: 'use std::sync::LazyLock;\nstatic L: LazyLock<bool> = LazyLock::new(|| std::net::TcpStream::connect("127.0.0.1:9").is_ok());\npub fn get() -> bool { *L }',
      },
    });
    expect((await judged('late', files)).shorts).toEqual([
      'disallowed-api drops fs',
      'disallowed-api lazy net',
      'disallowed-api locals env',
    ]);
  });

  test('a path of std re-exported by a dependency is used by who names it', async () => {
    const files = tree('reexport', {
      main: 'fn main() {\n    println!("{}", re::files::read("x").is_ok());\n}',
      crates: { re: 'pub use std::fs as files;' },
    });
    expect((await judged('reexport', files)).lines).toEqual([
      'disallowed-api reexport fs src/main.rs:2:20 reexport::main -> std::fs::read',
    ]);
  });
});

describe('rules 4.3, 4.9: code that nothing in Rust calls', () => {
  test('a no_mangle function called over extern "C"; its neighbour is dead', async () => {
    const files = tree('mangled', {
      main: 'use c as _;\nextern "C" { fn c_entry(); }\nfn main() { unsafe { c_entry() } }',
      crates: {
        c: '#[no_mangle]\npub extern "C" fn c_entry() {\n    let _ = std::fs::read("x");\n}\n#[no_mangle]\npub extern "C" fn c_dead() {\n    let _ = std::net::TcpStream::connect("x");\n}',
      },
      config: allowed('mangled', 'c'),
    });
    expect((await judged('mangled', files)).lines).toEqual([
      'disallowed-api c fs crates/c/src/lib.rs:3:13 c_entry -> std::fs::read',
    ]);
  });

  test('start-up code, also with a priority', async () => {
    const start = (api: string, section: string) =>
      `extern "C" fn start() {\n    let _ = ${api};\n}\n#[used]\n#[link_section = "${section}"]\nstatic START: extern "C" fn() = start;`;
    const files = tree('start', {
      main: 'use early as _;\nuse late as _;\nfn main() {}',
      crates: {
        early: start('std::env::var("X")', '.init_array.00099'),
        late: start('std::fs::read("x")', '.fini_array'),
      },
      config: allowed('early', 'late'),
    });
    const { lines, report } = await judged('start', files);
    expect(lines).toEqual([
      'disallowed-api early env crates/early/src/lib.rs:2:13 early::start -> std::env::var',
      'disallowed-api early env crates/early/src/lib.rs:2:31 early::start -> std::env::VarError',
      'disallowed-api late fs crates/late/src/lib.rs:2:13 late::start -> std::fs::read',
    ]);
    const traces = report.problems.flatMap((p) => ('usages' in p ? p.usages : []));
    expect(traces.map((usage) => usage.backtrace.map((frame) => frame.name))).toContainEqual([
      'early::START',
      'early::start',
    ]);
  });

  test('assembly that names a function through data that refers to itself', async () => {
    const main = `use std::arch::global_asm;
fn read() { let _ = std::fs::read("x"); }
global_asm!(
    ".section .data.rel.ro.one,\\"aw\\"", ".balign 8", ".Lone: .quad .Ltwo",
    ".section .data.rel.ro.two,\\"aw\\"", ".balign 8", ".Ltwo: .quad .Lone", ".quad {env}",
    ".section .text.enter,\\"ax\\"", ".globl enter", ".type enter,@function",
    "enter: lea rax, [rip + .Lone]", "ret", ".size enter, .-enter", ".text",
    env = sym std::env::temp_dir,
);
extern "C" { fn enter() -> *const u8; }
fn main() { unsafe { enter(); } read(); }`;
    const files = tree('assembly', { main, config: allowed('assembly') });
    const { shorts, report } = await judged('assembly', files);
    expect(shorts).toEqual(['disallowed-api assembly env', 'disallowed-api assembly fs']);
    const env = report.problems.find((p) => 'api' in p && p.api === 'env');
    expect(env && 'usages' in env ? env.usages.map((u) => [u.from, u.target]) : []).toEqual([
      ['enter', 'std::env::temp_dir'],
    ]);
  });

  test('C sources belong to the package whose directory holds them and whose build script compiled them', async () => {
    const files = {
      ...tree('c-sources', {
        main: 'fn main() { native::go(); }',
        crates: {
          native: 'extern "C" { fn native_go(); }\npub fn go() { unsafe { native_go() } }',
        },
        config: `${allowed('native')}build.allow_apis = ["env", "process"]
build.allow_build_instructions = ["cargo:rustc-link-*"]
[api.shell]
include = ["system"]
`,
      }),
      'crates/native/build.rs': `use std::process::Command;
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let run = |program: &str, args: &[&str]| assert!(Command::new(program).args(args).status().unwrap().success());
    let object = format!("{out}/go.o");
    run("cc", &["-g", "-O0", "-ffunction-sections", "-c", "c/go.c", "-o", &object]);
    run("ar", &["crs", &format!("{out}/libgo.a"), &object]);
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=go");
}`,
      'crates/native/c/go.c':
        '#include <stdlib.h>\nvoid native_go(void) {\n  system("true");\n}\nvoid unused(void) { system("false"); }\n',
    };
    expect((await judged('c-sources', files)).lines).toEqual([
      'disallowed-api native shell crates/native/c/go.c:3:3 native_go -> system',
    ]);
  });
});

describe('rules 4.7, 4.8, 4.13: code of two packages in one place', () => {
  test('the body of a generic belongs to its crate, its arguments to who chose them', async () => {
    const files = tree('generics', {
      main: 'fn main() {\n    generic::load("x");\n    generic::make::<std::path::PathBuf>();\n}',
      crates: {
        generic:
          'pub fn load<P: AsRef<str>>(p: P) {\n    let _ = std::net::TcpStream::connect(p.as_ref());\n}\npub fn make<T: Default + std::fmt::Debug>() {\n    println!("{:?}", T::default());\n}',
      },
    });
    const { shorts, lines } = await judged('generics', files);
    expect(shorts).toEqual(['disallowed-api generic net', 'disallowed-api generics fs']);
    expect(lines).toContain(
      'disallowed-api generics fs src/main.rs:3:5 generics::main -> std::path::PathBuf',
    );
    expect(lines.every((l) => !l.includes(' generic net') || l.includes('lib.rs:2:'))).toBe(true);
  });

  test('not a usage: what the referring function is named after (Either<Path, Path>)', async () => {
    const files = tree('either-user', {
      main: 'use std::path::PathBuf;\nfn main() {\n    println!("{}", either::Either::<PathBuf, PathBuf>::Left(PathBuf::new()).text());\n}',
      crates: {
        either:
          'pub enum Either<L, R> { Left(L), Right(R) }\nimpl<L: std::fmt::Debug, R: std::fmt::Debug> Either<L, R> {\n    pub fn text(&self) -> String {\n        match self { Self::Left(l) => format!("{l:?}"), Self::Right(r) => format!("{r:?}") }\n    }\n}',
      },
    });
    expect((await judged('either-user', files)).shorts).toEqual(['disallowed-api either-user fs']);
  });

  test('a macro is used where it is invoked, unless it keeps its own places', async () => {
    const files = tree('macros', {
      main: 'fn main() {\n    wraps::read!("x");\n    wraps::connect!("y");\n}',
      crates: {
        wraps:
          '#[macro_export]\nmacro_rules! read { ($p:expr) => { let _ = std::fs::read($p); } }\n#[collapse_debuginfo(no)]\n#[macro_export]\nmacro_rules! connect { ($p:expr) => { let _ = std::net::TcpStream::connect($p); } }',
      },
    });
    const { shorts, lines } = await judged('macros', files);
    expect(shorts).toEqual(['disallowed-api macros fs', 'disallowed-api wraps net']);
    expect(lines).toContain(
      'disallowed-api macros fs src/main.rs:2:5 macros::main -> std::fs::read',
    );
    expect(
      lines.some((l) => /wraps net crates\/wraps\/src\/lib.rs:5:\d+ macros::main -> /.test(l)),
    ).toBe(true);
  });

  test('one file in two packages: both are judged', async () => {
    const files = {
      ...tree('shared', {
        main: 'fn main() { one::shared::go(); two::shared::go(); }',
        crates: {
          one: '#[path = "../../../common.rs"]\npub mod shared;',
          two: '#[path = "../../../common.rs"]\npub mod shared;',
        },
      }),
      'common.rs':
        'pub fn go() {\n    let _ = std::fs::read("x");\n}\n/* */ fn _u() { unsafe {} }\n',
    };
    const { shorts } = await judged('shared', files);
    expect(shorts).toEqual([
      'disallowed-api one fs',
      'disallowed-api two fs',
      'disallowed-unsafe one',
      'disallowed-unsafe two',
    ]);
  });

  test('a file that a build script wrote belongs to its package', async () => {
    const files = {
      ...tree('generated', {
        main: 'fn main() { made::go(); }',
        crates: { made: 'include!(concat!(env!("OUT_DIR"), "/made.rs"));' },
        config: '[pkg.made]\nbuild.allow_apis = ["fs", "env"]\n',
      }),
      'crates/made/build.rs':
        'fn main() { std::fs::write(format!("{}/made.rs", std::env::var("OUT_DIR").unwrap()), "pub fn go() {\\n    let _ = std::net::TcpStream::connect(\\"x\\");\\n}\\nfn _u() { unsafe {} }\\n").unwrap(); }',
    };
    const { shorts, lines } = await judged('generated', files);
    expect(shorts).toEqual(['disallowed-api made net', 'disallowed-unsafe made']);
    expect(lines[0]).toMatch(
      /^disallowed-api made net target\/.*\/out\/made\.rs:2:13 made::go -> std::net/,
    );
  });
});

/** A check that includes the program's LTO link of std takes its time: one workspace for all of it. */
test('rules 3.1, 4.2, 4.7: release with fat LTO, where inlined calls and statics of all packages are in one object', async () => {
  const files = tree('lto', {
    main: `fn main() {
    println!("{}", items::all(&std::hint::black_box(vec![String::new()])));
    println!("{}", table::run(std::hint::black_box(0)));
    println!("{}", middle::twice("x"));
    println!("{}", named::door::bare_open(1));
}`,
    crates: {
      ...itemsCrate,
      ...tableCrate,
      middle:
        '#[inline(always)]\npub fn twice(p: &str) -> usize {\n    std::env::vars_os().count() + leaf::size(p)\n}',
      leaf: '#[inline(always)]\npub fn size(p: &str) -> usize {\n    std::fs::read(p).map_or(0, |b| b.len())\n}',
      // Without mangling only the debug info gives its path.
      named:
        'pub mod door {\n    #[no_mangle]\n    #[inline(always)]\n    pub extern "C" fn bare_open(x: i32) -> i32 { std::hint::black_box(x) + 1 }\n}',
    },
    needs: { middle: ['leaf'] },
    manifest:
      '[profile.cackle]\ninherits = "release"\nlto = "fat"\ncodegen-units = 1\npanic = "abort"\n',
    config: `${allowed('named')}[api.door]\ninclude = ["named::door"]\n`,
  });
  files['cackle.toml'] = String(files['cackle.toml']).replace(
    'version = 3\n',
    'version = 3\nbuild_flags = ["--bins"]\n',
  );
  const { shorts, lines } = await judged('lto', files);
  expect(shorts).toEqual([
    'disallowed-api items fs',
    'disallowed-api leaf fs',
    'disallowed-api lto door',
    'disallowed-api middle env',
    'disallowed-api table fs',
  ]);
  expect(lines).toContain(
    'disallowed-api leaf fs crates/leaf/src/lib.rs:3:5 leaf::size -> std::fs::read',
  );
});

describe('rules 3.4, 4.12: not a usage', () => {
  test("a target of the user's own crates", async () => {
    const files = {
      ...tree('own', {
        main: 'fn main() { provider::door::open(); }',
        crates: {
          provider:
            'pub mod door { pub fn open() { inner() } fn inner() {} }\npub fn f() { door::open() }',
        },
        config: '[api.door]\ninclude = ["provider::door"]\n',
      }),
      'crates/provider/examples/show.rs': 'fn main() { provider::door::open(); }',
    };
    expect((await judged('own', files)).lines).toEqual([
      'disallowed-api own door src/main.rs:1:13 own::main -> provider::door::open',
    ]);
  });

  test('but a target that is only named like a dependency is no crate of its own', async () => {
    const files = {
      ...tree('sly-user', {
        main: 'fn main() { sly::go(); }',
        crates: {
          sly: 'pub fn go() { provider::door::open() }',
          provider: 'pub mod door { pub fn open() {} }',
        },
        needs: { sly: ['provider'] },
        config: '[api.door]\ninclude = ["provider::door"]\n',
      }),
      'crates/sly/examples/provider.rs': 'fn main() {}',
    };
    expect((await judged('sly-user', files)).lines).toEqual([
      'disallowed-api sly door crates/sly/src/lib.rs:1:15 sly::go -> provider::door::open',
    ]);
  });
});

describe('rule 4.3: live', () => {
  test('dead functions, generics, methods, statics and vtables of a live crate never count', async () => {
    const files = tree('dead', {
      main: 'fn main() { half::used(); let _: Option<half::Never> = None; }',
      crates: {
        half: `pub fn used() {}
pub fn unused() { let _ = std::fs::read("x"); }
pub fn generic<T: AsRef<str>>(t: T) { let _ = std::net::TcpStream::connect(t.as_ref()); }
pub struct Never;
impl Never { pub fn method(&self) { let _ = std::env::var("X"); } }
impl Drop for Never { fn drop(&mut self) {} }
pub static TABLE: [fn(&'static str) -> std::io::Result<Vec<u8>>; 1] = [std::fs::read::<&'static str>];
pub fn boxed() -> Box<dyn Fn()> { Box::new(|| { let _ = std::process::Command::new("x"); }) }`,
      },
    });
    expect((await judged('dead', files)).shorts).toEqual([]);
  });

  test('a strong definition beats a weak one, in whichever archive it came first', async () => {
    const assemble = (directory: string, name: string, text: string): void => {
      const object = join(directory, `${name}.o`);
      execFileSync('cc', ['-c', '-x', 'assembler', '-', '-o', object], { input: text });
      execFileSync('ar', ['crs', join(directory, `lib${name}.a`), object]);
    };
    const text = (binding: string, calls: string, entry: string, more: string): string =>
      `.section .text.hook,"ax"\n.${binding} hook\n.type hook,@function\nhook: call ${calls}\nret\n.section .text.${entry},"ax"\n.globl ${entry}\n.type ${entry},@function\n${entry}: ${more}\nret\n.section .note.GNU-stack,"",@progbits\n`;
    const directory = workspace('weak', {
      'Cargo.toml': manifest('weak'),
      'src/main.rs': `#[no_mangle] extern "C" fn weak_hook() { let _ = std::env::var("X"); }
#[no_mangle] extern "C" fn strong_hook() { let _ = std::fs::read("x"); }
extern "C" { fn first(); fn second(); }
fn main() { unsafe { first(); second(); } }`,
      'cackle.toml': config(allowed('weak')),
    });
    assemble(directory, 'first', text('weak', 'weak_hook', 'first', 'call hook'));
    assemble(directory, 'second', text('globl', 'strong_hook', 'second', 'nop'));
    mkdirSync(join(directory, '.cargo'));
    writeFileSync(
      join(directory, '.cargo/config.toml'),
      `[build]\nrustflags = ["-Lnative=${directory}", "-lstatic=first", "-lstatic=second"]\n`,
    );
    expect((await check(directory)).problems.map(short)).toEqual(['disallowed-api weak fs']);
  });
});
