// The targets: which inputs each starts from, and how long they get.

/** Texts that the fuzzers of text formats start from. */
const texts = {
  names: [
    '<alloc::string::String as core::fmt::Debug>::fmt',
    "a::f::<dyn for<'a> b::C<d::E, Item = [f::G; 3usize]> + h::I>",
    'a::f::<"b::c", \'x\', -3i32>',
    'a::b::{closure#0}::{closure#3}<c::D>',
    '_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open',
    '_RNvNtCs1234_7mycrateu8gdel_5qa1f',
    '_ZN4core3ptr39drop_in_place$LT$std..path..PathBuf$GT$17h0123456789abcdefE',
    '_RIC1aTyyETB2_B2_E\ncore::ptr::<impl *const T>::is_null',
  ],
  tokens: [
    'fn f(){unsafe{g()}} extern "C" { fn x(); } extern crate a; #[no_mangle] unsafe extern "C" fn y(){}',
    'macro_rules! m{($e:expr)=>{unsafe{$e}}} m!(#"a"# cr#"b"# \'r#unsafe k#unsafe)',
    '"unsafe" r#"unsafe"# b"x" c"y" \'a\' \'l: loop{} /* /* unsafe */ */ // extern\nr#unsafe 1e9 0x1f extern"C"',
  ],
  json: [
    '{"do":"run","args":["a","\\udc80","\\ud83d\\ude00"],"set":[["A","b"]],"limit":1048576,"clear":true,"n":-1.5e3}',
    '{"do":"exit","status":0,"emit":false,"x":null,"y":"\\u00e9\\n\\t"}',
  ],
  diagnostics: [
    '{"$message_type":"diagnostic","message":"usage of an `unsafe` block","code":{"code":"unsafe_code","explanation":null},"level":"warning","spans":[{"file_name":"src/lib.rs","line_start":1,"column_start":2,"is_primary":true}],"children":[]}\n{"$message_type":"diagnostic","message":"2 warnings emitted","code":null,"level":"warning","spans":[],"children":[]}\n',
    '{"$message_type":"artifact","artifact":"a.rmeta","emit":"metadata"}\nx{"$message_type":"diagnostic","message":"m","code":{"code":"unsafe_code"},"level":"warning","spans":[]}\n',
  ],
  unpack: ['\x10\0\0\0\x1fa\x01\0\x50aaaaa'],
};

/**
 * @typedef {object} RustTarget
 * @property {number} largest bytes of an input
 * @property {'archives' | 'objects' | 'coff' | 'macho' | 'codeview' | readonly string[]} seeds the files of a kind, or texts
 * @property {string} [compared] what else reads the same
 */
/** @typedef {Omit<RustTarget, 'seeds'>} TypeScriptTarget */

/** By name: the largest input, and the seeds. Slow targets are kept fast by small inputs.
 * @type {Readonly<Record<string, RustTarget>>} */
export const targets = {
  archive: { largest: 1024, seeds: 'archives', compared: 'goblin' },
  elf: { largest: 4096, seeds: 'objects', compared: 'goblin' },
  coff: { largest: 10_240, seeds: 'coff', compared: 'object' },
  macho: { largest: 10_240, seeds: 'macho', compared: 'object' },
  dwarf: { largest: 4096, seeds: 'objects' },
  codeview: { largest: 4096, seeds: 'codeview' },
  facts: { largest: 4096, seeds: 'objects' },
  unpack: { largest: 256, seeds: texts.unpack },
  names: { largest: 512, seeds: texts.names, compared: 'rustc-demangle' },
  tokens: { largest: 512, seeds: texts.tokens, compared: 'proc-macro2' },
  json: { largest: 256, seeds: texts.json, compared: 'serde_json' },
  diagnostics: { largest: 1024, seeds: texts.diagnostics, compared: 'serde_json' },
};

/** The same for those in TypeScript, whose seeds stand in ts/targets.
 * @type {Readonly<Record<string, TypeScriptTarget>>} */
export const targetsInTypeScript = {
  'facts-file': { largest: 256 },
  'dep-info': { largest: 200, compared: 'a second reader, and a writer' },
  protocol: { largest: 400, compared: 'JSON.parse' },
  'response-files': { largest: 96, compared: 'a second reader, and a writer' },
  'rustc-arguments': { largest: 200, compared: 'itself, written and read again' },
  'linker-arguments': { largest: 200, compared: 'itself, with more arguments' },
  'cargo-messages': { largest: 400, compared: 'JSON.parse' },
  'build-output': { largest: 200, compared: 'a second reader' },
  edits: { largest: 320, compared: 'toml' },
  config: { largest: 400, compared: 'toml' },
};
