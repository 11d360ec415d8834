/** A small workspace as a set of choices: its files follow from them, so that one choice is one change. */

/** By choice: what there is to choose from; the first is where a walk begins. */
export const choices = {
  // Sources.
  libraryUse: ['env::args()', 'fs::read("a")', 'net::TcpStream::connect("a")', 'mem::drop(1)'],
  libraryStyle: ['plain', 'unsafe', 'extern', 'dead', 'closure', 'static'],
  genericArgument: ['1u8', 'std::path::PathBuf::new()', '"text"'],
  programCalls: ['both', 'library', 'neither'],
  module: ['absent', 'present'],
  testUse: ['mem::drop(1)', 'fs::read("t")'],
  macroExpands: ['1', 'std::env::args().count()', 'std::process::id()'],
  macroReads: ['mem::drop(1)', 'fs::read("m")'],
  // What a macro includes.
  included: ['mem::drop(1)', 'fs::read("i")', 'process::id()'],
  text: ['one', 'two', 'three'],
  bytes: ['AB', 'AC'],
  // Features, flags, profiles.
  defaultFeature: ['none', 'extra'],
  configFeature: ['none', 'extra'],
  buildFlags: ['["--all-targets"]', '["--bins"]', '["--lib", "--bins"]', '[]'],
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
  scriptVariable: [undefined, 'fs', 'net'],
  // Build scripts.
  scriptPrints: ['', 'cargo:rustc-link-search=/one', 'cargo::rustc-cfg=special', 'cargo:other=1'],
  scriptUse: ['mem::drop(1)', 'fs::read("s")', 'env::var("X")'],
  watched: ['mem::drop(1)', 'fs::read("w")'],
  // cackle.toml.
  allowed: ['', 'lib', 'lib.from.build', 'app', 'app.build'],
  allowedApi: ['env', 'fs', 'process'],
  imports: ['["fs", "net", "process", "env"]', '["fs"]', '["net", "env"]'],
  api: ['', 'lib::generic', 'std::mem', 'lib::act'],
  excluded: ['', 'std::fs::read'],
  configVersion: ['3', '2', '1'],
  explicitScripts: ['false', 'true'],
  // Closed gates hold most of the workspace back.
  gates: ['open', 'open', 'closed'],
  procMacro: ['true', 'true', 'false'],
  instruction: ['', 'cargo:rustc-link-*', 'cargo:other=*'],
  unsafeAllowed: ['false', 'true'],
  // Cargo.lock.
  lock: ['1.0.0', '1.1.0'],
  packageVersion: ['1.0.0', '1.0.1'],
  renamed: ['no', 'yes'],
};

/** @typedef {{ [K in keyof typeof choices]: (typeof choices)[K][number] }} State */

/** @returns {State} */
export function firstState() {
  const first = Object.entries(choices).map(([name, values]) => [name, values[0]]);
  return /** @type {State} */ (Object.fromEntries(first));
}

/** The environment of a check. @param {State} state @returns {Record<string, string | undefined>} */
export function environmentOf({ envVariable, scriptVariable, rustFlags }) {
  return {
    MUTATED: envVariable,
    MUTATED_SCRIPT: scriptVariable,
    RUSTFLAGS: rustFlags === '' ? undefined : rustFlags,
  };
}

/** @param {string} name @param {string} version @param {string} edition */
const manifest = (name, version, edition) =>
  `[package]\nname = "${name}"\nversion = "${version}"\nedition = "${edition}"\n`;

/** The files of a state, without Cargo.lock: cargo writes it, with the version of `dep` that is asked for.
 * @param {State} s @returns {Record<string, string>} */
export function filesOf(s) {
  /** @type {Record<string, string>} */
  const files = {
    'Cargo.toml': `${manifest('app', '1.0.0', '2021')}
[features]
default = [${s.defaultFeature === 'none' ? '' : `"${s.defaultFeature}"`}]
extra = []

[dependencies]
lib = { path = "lib" }
made = { path = "made" }
dep = "1"

[workspace]
members = ["lib", "made"]

[profile.cackle]
inherits = "dev"
incremental = false
${s.profile}
`,
    'src/main.rs': mainSource(s),
    'build.rs': `fn main() {
    println!("cargo:rerun-if-changed=watched.rs");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=MUTATED_SCRIPT");
    println!("cargo:rustc-check-cfg=cfg(special, script_fs, script_net)");
    if let Ok(value) = std::env::var("MUTATED_SCRIPT") { println!("cargo:rustc-cfg=script_{value}"); }
    let _ = std::${s.scriptUse};
    println!("{}", "${s.scriptPrints}");
    watched();
}
include!("watched.rs");
`,
    'watched.rs': `fn watched() { let _ = std::${s.watched}; }\n`,
    'lib/Cargo.toml': manifest('lib', s.packageVersion, s.edition),
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
`,
    'cackle.toml': configOf(s),
    '.cargo/config.toml': `[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "vendored"
[build]
rustflags = [${s.configRustFlags}]
`,
  };
  if (s.module === 'present')
    files['src/extra.rs'] = 'pub fn extra() { let _ = std::process::Command::new("x"); }\n';
  for (const version of choices.lock) {
    const directory = `vendored/dep-${version}`;
    files[`${directory}/Cargo.toml`] = manifest('dep', version, '2021');
    files[`${directory}/src/lib.rs`] =
      `pub fn dep() { let _ = std::${version === '1.0.0' ? 'mem::drop(1)' : 'net::TcpStream::connect("d")'}; }\n`;
    files[`${directory}/.cargo-checksum.json`] = '{"files":{},"package":null}';
  }
  return files;
}

/** @param {State} s */
function mainSource(s) {
  const calls = {
    both: 'lib::act(); dep::dep(); lib::included();',
    library: 'lib::act();',
    neither: '',
  }[s.programCalls];
  return `${s.module === 'present' ? 'mod extra;\n' : ''}fn main() {
    ${calls}
    ${s.module === 'present' ? 'extra::extra();' : ''}
    println!("{:?} {:?}", lib::generic(${s.genericArgument}), made::made!());
    println!("{}", option_env!("MUTATED").unwrap_or("unset"));
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
`;
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
  return `${body}
${s.renamed === 'yes' ? 'pub fn another() {}\n' : ''}pub fn generic<T: std::fmt::Debug>(value: T) -> Option<T> { Some(value) }
include!("included.rs");
pub const TEXT: &str = include_str!("text.txt");
pub const BYTES: &[u8] = include_bytes!("bytes.bin");
`;
}

/** @param {State} s */
function configOf(s) {
  const api = s.imports.includes(`"${s.allowedApi}"`) ? s.allowedApi : '';
  const imported = ['fs', 'net', 'process', 'env'].filter((one) => s.imports.includes(`"${one}"`));
  const everything = `[${imported.map((one) => `"${one}"`).join(', ')}]`;
  const open = s.gates === 'open';
  const mine = (/** @type {string} */ scope) =>
    s.allowed === scope && api !== '' ? [`"${api}"`] : [];
  const allow = (/** @type {string} */ scope, /** @type {string} */ key) =>
    mine(scope).length === 0 ? [] : [`${key}allow_apis = [${mine(scope)}]`];
  const tables = new Map([
    [
      'made',
      [`allow_proc_macro = ${s.procMacro}`, ...(open ? [`allow_apis = ${everything}`] : [])],
    ],
    [
      'lib',
      [
        `allow_unsafe = ${s.unsafeAllowed}`,
        ...allow('lib', ''),
        ...allow('lib.from.build', 'from.build.'),
      ],
    ],
    [
      'app',
      [
        ...(s.instruction === '' ? [] : [`build.allow_build_instructions = ["${s.instruction}"]`]),
        ...allow('app', ''),
        ...(open ? [`build.allow_apis = ${everything}`] : allow('app.build', 'build.')),
      ],
    ],
  ]);
  const apis = [];
  if (s.api !== '') apis.push(`[api.own]\ninclude = ["${s.api}"]`);
  if (s.excluded !== '' && s.imports.includes('"fs"'))
    apis.push(`[api.fs]\nexclude = ["${s.excluded}"]`);
  return `[common]
version = ${s.configVersion}
import_std = ${s.imports}
build_flags = ${s.buildFlags}
features = [${s.configFeature === 'none' ? '' : `"${s.configFeature}"`}]
explicit_build_scripts = ${s.explicitScripts}

[sandbox]
kind = "Disabled"

${apis.join('\n')}
${[...tables].map(([table, lines]) => `[pkg.${table}]\n${lines.join('\n')}\n`).join('\n')}`;
}
