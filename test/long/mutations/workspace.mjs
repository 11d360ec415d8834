/** A small workspace as a set of choices: its files follow from them, so that one choice is one change. */
import { configOf } from './config.mjs';
import { otherToolchains } from './toolchains.mjs';

/** By choice: what there is to choose from; the first is where a walk begins. */
export const choices = {
  // Sources.
  libraryUse: ['env::args()', 'fs::read("a")', 'net::TcpStream::connect("a")', 'mem::drop("")'],
  libraryStyle: ['plain', 'unsafe', 'extern', 'dead', 'closure', 'static'],
  genericArgument: ['1u8', 'std::path::PathBuf::new()', '"text"'],
  programCalls: ['both', 'library', 'neither'],
  module: ['absent', 'extra.rs', 'extra/mod.rs', 'other.rs'],
  testUse: ['mem::drop("")', 'fs::read("t")'],
  toolUse: ['mem::drop("")', 'fs::read("o")', 'process::id()'],
  macroExpands: ['1', 'std::env::args().count()', 'std::process::id()'],
  macroReads: ['mem::drop("")', 'fs::read("m")'],
  syntax: ['right', 'wrong in src/main.rs', 'wrong in lib/src/lib.rs', 'wrong in made/src/lib.rs'],
  deleted: ['', 'lib/src/included.rs', 'lib/src/text.txt', 'watched.rs', 'lib/src/lib.rs'],
  // What a macro includes.
  included: ['mem::drop("")', 'fs::read("i")', 'process::id()'],
  text: ['one', 'two', 'three'],
  bytes: ['AB', 'AC'],
  // Features, flags, profiles, path dependencies.
  defaultFeature: ['none', 'extra'],
  configFeature: ['none', 'extra'],
  libraryFeature: ['fast', 'none', 'slow'],
  plus: ['absent', 'present'],
  // Who has a file that several may have, and programs of one name.
  sharer: ['none', 'tool', 'lib', 'both'],
  demo: ['none', 'app', 'tool', 'both'],
  buildFlags: [
    '["--all-targets", "--workspace"]',
    '["--bins"]',
    '["--lib", "--bins", "--workspace"]',
    '[]',
    '["--all-targets", "--no-default-features"]',
  ],
  profile: ['', 'opt-level = 1', 'opt-level = 2', 'panic = "abort"', 'debug = 0', 'lto = "fat"'],
  edition: ['2021', '2018'],
  rustFlags: [
    '',
    '--cfg special',
    '-C target-cpu=native',
    '-C codegen-units=1',
    '-C link-dead-code',
  ],
  configRustFlags: ['', '"--cfg", "special"', '"-C", "opt-level=1"'],
  // The environment.
  envVariable: [undefined, 'one', 'two'],
  requiredVariable: ['one', 'two'],
  scriptVariable: [undefined, 'fs', 'net'],
  // The toolchain; there is nothing to change where only one is installed.
  toolchain: [undefined, ...otherToolchains()],
  // Build scripts: of app with `rerun-if-*`, of lib without.
  scriptPrints: ['', 'cargo:rustc-link-search=/one', 'cargo::rustc-cfg=special', 'cargo:other=1'],
  scriptUse: ['mem::drop("")', 'fs::read("s")', 'env::var("X")'],
  scriptMakes: ['mem::drop("")', 'fs::read("made")', 'net::UdpSocket::bind("made")'],
  watched: ['mem::drop("")', 'fs::read("w")'],
  // cackle.toml: permissions, each taken away and given back.
  allowApp: ['all', 'build', 'none'],
  allowLibrary: ['all', 'build', 'none'],
  allowDependency: ['all', 'none'],
  allowTool: ['all', 'test', 'none'],
  allowMade: ['all', 'none'],
  procMacro: ['true', 'false'],
  unsafeAllowed: ['true', 'false'],
  instructions: ['["cargo:*"]', '[]', '["cargo:rustc-link-*"]'],
  // The rest of it.
  imports: ['["fs", "net", "process", "env"]', '["fs"]', '["net", "env"]'],
  api: ['', 'lib::generic', 'std::mem', 'lib::act'],
  excluded: ['', 'std::fs::read'],
  configVersion: ['3', '2', '1'],
  explicitScripts: ['false', 'true'],
  // Cargo.lock.
  lock: ['1.0.0', '1.1.0'],
  packageVersion: ['1.0.0', '1.0.1'],
};

/** @typedef {{ [K in keyof typeof choices]: (typeof choices)[K][number] }} State */

/** @returns {State} */
export function firstState() {
  const first = Object.entries(choices).map(([name, values]) => [name, values[0]]);
  return /** @type {State} */ (Object.fromEntries(first));
}

/** The environment of a check. @param {State} state @returns {Record<string, string | undefined>} */
export function environmentOf({
  envVariable,
  requiredVariable,
  scriptVariable,
  rustFlags,
  toolchain,
}) {
  return {
    MUTATED: envVariable,
    MUTATED_ALWAYS: requiredVariable,
    MUTATED_SCRIPT: scriptVariable,
    RUSTFLAGS: rustFlags === '' ? undefined : rustFlags,
    ...(toolchain === undefined ? {} : { RUSTUP_TOOLCHAIN: toolchain }),
  };
}

/** Who is built anew, or otherwise, when a package is: itself, and what depends on it. */
export const dependents = {
  app: ['app'],
  lib: ['lib', 'app'],
  made: ['made', 'app'],
};

/** @param {string} name @param {string} version @param {string} edition @param {string} [more] */
const manifest = (name, version, edition, more = '') =>
  `[package]\nname = "${name}"\nversion = "${version}"\nedition = "${edition}"\n${more}`;

/** The files of a state, without Cargo.lock: cargo writes it, with the version of `dep` that is asked for.
 * @param {State} s @returns {Record<string, string>} */
export function filesOf(s) {
  /** @type {Record<string, string>} */
  const files = {
    // Each build script has a name of its own: outputs are told apart by their labels.
    'Cargo.toml': `${manifest('app', '1.0.0', '2021', 'build = "app_build.rs"\n')}
[features]
default = [${s.defaultFeature === 'none' ? '' : `"${s.defaultFeature}"`}]
extra = []

[dependencies]
lib = { path = "lib"${libraryFeature(s)} }
made = { path = "made" }
${s.plus === 'present' ? 'plus = { path = "plus" }\n' : ''}dep = "1"

[workspace]
members = ["lib", "made", "tool"]
exclude = ["plus"]

[profile.cackle]
inherits = "dev"
incremental = false
${s.profile}
`,
    'src/main.rs': mainSource(s),
    'app_build.rs': `fn main() {
    println!("cargo:rerun-if-changed=watched.rs");
    println!("cargo:rerun-if-changed=app_build.rs");
    println!("cargo:rerun-if-env-changed=MUTATED_SCRIPT");
    if let Ok(value) = std::env::var("MUTATED_SCRIPT") { println!("cargo:rustc-cfg=script_{value}"); }
    let _ = std::${s.scriptUse};
    println!("{}", "${s.scriptPrints}");
    watched();
}
include!("watched.rs");
`,
    'watched.rs': `fn watched() { let _ = std::${s.watched}; }\n`,
    'lib/Cargo.toml': `${manifest('lib', s.packageVersion, s.edition, 'build = "lib_build.rs"\n')}
[features]
default = ["fast"]
fast = []
slow = []
`,
    'lib/lib_build.rs': `fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(out + "/made.rs", r#"pub fn made() { let _ = std::${s.scriptMakes}; }"#).unwrap();
}
`,
    'lib/src/lib.rs': librarySource(s),
    'lib/src/included.rs': `pub fn included() { let _ = std::${s.included}; }\n`,
    'lib/src/text.txt': s.text,
    'lib/src/bytes.bin': s.bytes,
    'made/Cargo.toml': `${manifest('made', '1.0.0', '2021')}[lib]\nproc-macro = true\n`,
    'made/src/lib.rs': `use proc_macro::TokenStream;
#[proc_macro]
pub fn made(_: TokenStream) -> TokenStream {
    let _ = std::${s.macroReads};
    "${s.macroExpands}".parse().unwrap()
}
${wrong(s, 'made/src/lib.rs')}`,
    'tool/Cargo.toml': `${manifest('tool', '1.0.0', '2021')}[dependencies]\ndep = "1"\n`,
    'tool/src/main.rs': `${shares(s, 'tool') ? shared : ''}fn main() { dep::dep(); let _ = std::${s.toolUse};${shares(s, 'tool') ? ' shared::shared();' : ''} }
#[test]
fn tested() { let _ = std::${s.testUse}; }
`,
    'cackle.toml': configOf(s),
    '.cargo/config.toml': `[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendored"
[build]
rustflags = ["-A", "warnings"${s.configRustFlags === '' ? '' : `, ${s.configRustFlags}`}]
`,
  };
  if (s.module !== 'absent') {
    const path = s.module === 'other.rs' ? 'src/other.rs' : `src/${s.module}`;
    files[path] = 'pub fn extra() { let _ = std::process::Command::new("x"); }\n';
  }
  if (s.sharer !== 'none')
    files['shared.rs'] = 'pub fn shared() { let _ = std::net::UdpSocket::bind("s"); }\n';
  if (s.demo === 'app' || s.demo === 'both')
    files['examples/demo.rs'] =
      'fn main() { println!("{}", include_str!("../tool/src/main.rs")); }\n';
  if (s.demo === 'tool' || s.demo === 'both')
    files['tool/examples/demo.rs'] = 'fn main() { let _ = std::fs::read("demo"); }\n';
  if (s.plus === 'present') {
    files['plus/Cargo.toml'] = manifest('plus', '1.0.0', '2021');
    files['plus/src/lib.rs'] = 'pub fn plus() { unsafe { let _ = std::fs::read("p"); } }\n';
  }
  for (const version of choices.lock) {
    const directory = `vendored/dep-${version}`;
    files[`${directory}/Cargo.toml`] = manifest('dep', version, '2021');
    files[`${directory}/src/lib.rs`] =
      `pub fn dep() { let _ = std::${version === '1.0.0' ? 'mem::drop("")' : 'net::TcpStream::connect("d")'}; }\n`;
    files[`${directory}/.cargo-checksum.json`] = '{"files":{},"package":null}';
  }
  delete files[s.deleted];
  return files;
}

const shared = '#[path = "../../shared.rs"]\npub mod shared;\n';

/** @param {State} s @param {'tool' | 'lib'} name */
const shares = (s, name) => s.sharer === name || s.sharer === 'both';

/** @param {State} s */
function libraryFeature(s) {
  if (s.libraryFeature === 'none') return ', default-features = false';
  return s.libraryFeature === 'slow' ? ', features = ["slow"]' : '';
}

/** @param {State} s @param {string} file */
const wrong = (s, file) => (s.syntax === `wrong in ${file}` ? 'fn wrong( {\n' : '');

/** @param {State} s */
function mainSource(s) {
  const calls = {
    both: 'lib::act(); dep::dep(); lib::included(); lib::made();',
    library: 'lib::act();',
    neither: '',
  }[s.programCalls];
  const module = s.module === 'other.rs' ? 'other' : 'extra';
  const present = s.module !== 'absent';
  return `${present ? `mod ${module};\n` : ''}fn main() {
    ${calls}
    ${present ? `${module}::extra();` : ''}
    ${s.plus === 'present' ? 'plus::plus();' : ''}
    ${shares(s, 'lib') ? 'lib::shared::shared();' : ''}
    println!("{:?} {:?}", lib::generic(${s.genericArgument}), made::made!());
    println!("{} {}", option_env!("MUTATED").unwrap_or("unset"), env!("MUTATED_ALWAYS"));
    if option_env!("MUTATED").is_some() { let _ = std::env::current_dir(); }
    println!("{} {:?}", lib::TEXT, lib::BYTES);
    #[cfg(feature = "extra")]
    let _ = std::fs::write("a", "b");
    #[cfg(special)]
    let _ = std::process::Command::new("special");
    #[cfg(script_fs)]
    let _ = std::fs::copy("a", "b");
    #[cfg(script_net)]
    let _ = std::net::UdpSocket::bind("a");
}

#[test]
fn tested() { let _ = std::${s.testUse}; }
${wrong(s, 'src/main.rs')}`;
}

/** @param {State} s */
function librarySource(s) {
  const use = `let _ = std::${s.libraryUse};`;
  const body = {
    plain: `pub fn act() { ${use} }`,
    unsafe: `pub fn act() { unsafe { let _ = 1; } ${use} }`,
    extern: `extern "C" { pub fn abs(x: i32) -> i32; }\npub fn act() { ${use} }`,
    dead: `pub fn act() {}\npub fn dead() { ${use} }`,
    closure: `pub fn act() { (|| { ${use} })() }`,
    static: `pub static CALL: fn() = call;\nfn call() { ${use} }\npub fn act() { CALL() }`,
  }[s.libraryStyle];
  return `${shares(s, 'lib') ? shared : ''}${body}
pub fn generic<T: std::fmt::Debug>(value: T) -> Option<T> {
    #[cfg(feature = "fast")]
    let _ = std::process::id();
    #[cfg(feature = "slow")]
    let _ = std::fs::metadata("slow");
    Some(value)
}
include!("included.rs");
include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub const TEXT: &str = include_str!("text.txt");
pub const BYTES: &[u8] = include_bytes!("bytes.bin");
${wrong(s, 'lib/src/lib.rs')}`;
}
