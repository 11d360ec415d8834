/** Writes a cargo workspace of any size, offline: path dependencies only, tiny crates, always the same for one seed. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Knobs
 * @property {number} packages libraries, proc macros among them; the package of the outputs comes on top
 * @property {number} outputs programs that are built
 * @property {number} depth layers of libraries: one depends on libraries of the layer below
 * @property {number} generics generic functions of a library, which its dependents instantiate
 * @property {number} functions other functions of a library
 * @property {number} buildScripts libraries that have one
 * @property {number} procMacros libraries that are one
 * @property {number} seed
 */

/** @type {Readonly<Knobs>} */
export const usual = {
  packages: 20,
  outputs: 4,
  depth: 5,
  generics: 2,
  functions: 6,
  buildScripts: 2,
  procMacros: 1,
  seed: 1,
};

/** What a library does that cackle.toml has to allow. */
const uses = {
  fs: 'std::fs::read(path).map(|bytes| bytes.len() as u64).unwrap_or(0)',
  env: 'std::env::var_os(path).map_or(0, |value| value.len() as u64)',
  net: 'std::net::TcpStream::connect(path).is_ok() as u64',
  process: 'std::process::Command::new(path).spawn().is_ok() as u64',
};
const apis = /** @type {(keyof typeof uses)[]} */ (Object.keys(uses));

/** Says that a directory may be written anew. */
const MARK = '.synthetic';
/** Most dependencies of one library. */
const MAX_DEPENDENCIES = 3;

/**
 * Writes a workspace in place of `directory`, with a cackle.toml that allows all that is in it.
 * @param {string} directory @param {Partial<Knobs>} [wanted] @returns {Knobs}
 */
export function generate(directory, wanted = {}) {
  const knobs = { ...usual, ...wanted };
  checkKnobs(knobs);
  // What somebody else wrote stays.
  if (
    existsSync(directory) &&
    readdirSync(directory).length > 0 &&
    !existsSync(join(directory, MARK))
  )
    throw new Error(`${directory} is not empty, and no workspace that was made here`);
  rmSync(directory, { recursive: true, force: true });
  put(directory, MARK, '');
  const random = generator(knobs.seed);
  const macros = Array.from({ length: knobs.procMacros }, (_, i) => `macro_${i}`);
  const layers = layersOf(knobs);
  const libraries = layers.flat();
  const scripted = new Set(sample(libraries, knobs.buildScripts, random));
  const tables = [];
  for (const name of macros) {
    write(directory, name, { libs: 'proc-macro = true\n', source: macroSource() });
    tables.push(`[pkg.${name}]\nallow_proc_macro = true\n`);
  }
  layers.forEach((layer, depth) => {
    for (const name of layer) {
      const below = depth === 0 ? [] : (layers[depth - 1] ?? []);
      const needs = sample(below, 1 + random(MAX_DEPENDENCIES), random);
      // Every proc macro has a user, whatever the numbers are.
      const at = libraries.indexOf(name);
      const macro = macros[at] ?? (random(8) === 0 ? macros[random(macros.length)] : undefined);
      const api = random(3) === 0 ? apis[random(apis.length)] : undefined;
      write(directory, name, {
        needs: [...needs, ...(macro === undefined ? [] : [macro])],
        source: librarySource(name, needs, macro, api, knobs, random),
        script: scripted.has(name),
      });
      if (api !== undefined) tables.push(`[pkg.${name}]\nallow_apis = ["${api}"]\n`);
    }
  });
  writeOutputs(directory, layers.at(-1) ?? [], knobs, random);
  put(directory, 'Cargo.toml', '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n');
  put(directory, 'cackle.toml', `${configHead}\n${tables.join('\n')}`);
  return knobs;
}

const configHead = `[common]
version = 3
import_std = ["fs", "env", "net", "process"]

[sandbox]
kind = "Disabled"
`;

/** @param {Knobs} knobs */
function checkKnobs(knobs) {
  for (const [name, value] of Object.entries(knobs)) {
    if (!(Number.isInteger(value) && value >= 0))
      throw new Error(`${name} has to be a whole number from 0, and is ${value}`);
  }
  const { packages, outputs, depth, procMacros, buildScripts } = knobs;
  const libraries = packages - procMacros;
  if (depth < 1 || outputs < 1) throw new Error('depth and outputs have to be at least 1');
  if (libraries < Math.max(depth, procMacros, buildScripts))
    throw new Error(
      `${packages} packages are too few for ${procMacros} proc macros, ${buildScripts} build scripts and a depth of ${depth}`,
    );
}

/** The names of the libraries, the layer that needs nothing first. @param {Knobs} knobs */
function layersOf({ packages, procMacros, depth }) {
  const count = packages - procMacros;
  const width = String(count).length;
  /** @type {string[][]} */
  const layers = Array.from({ length: depth }, () => []);
  for (let i = 0; i < count; i++)
    layers[Math.floor((i * depth) / count)]?.push(`lib_${String(i).padStart(width, '0')}`);
  return layers;
}

/**
 * @param {string} directory @param {string} name
 * @param {{ needs?: readonly string[], libs?: string, source: string, script?: boolean }} parts
 */
function write(directory, name, { needs = [], libs = '', source, script = false }) {
  const dependencies = needs.map((need) => `${need} = { path = "../${need}" }\n`).join('');
  put(
    directory,
    `crates/${name}/Cargo.toml`,
    `${manifest(name)}\n[lib]\ntest = false\ndoctest = false\nbench = false\n${libs}\n[dependencies]\n${dependencies}`,
  );
  put(directory, `crates/${name}/src/lib.rs`, source);
  if (script) put(directory, `crates/${name}/build.rs`, buildScript);
}

const buildScript = `fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(scripted)");
    println!("cargo:rustc-cfg=scripted");
}
`;

/** @param {string} name */
const manifest = (name) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\npublish = false\n`;

function macroSource() {
  return `use proc_macro::TokenStream;

#[proc_macro]
pub fn number(input: TokenStream) -> TokenStream {
    let length = input.to_string().len();
    format!("{length}u64").parse().unwrap()
}
`;
}

/**
 * @param {string} name @param {readonly string[]} needs @param {string | undefined} macro
 * @param {keyof typeof uses | undefined} api @param {Knobs} knobs @param {Random} random
 */
function librarySource(name, needs, macro, api, { functions, generics }, random) {
  const lines = [];
  for (let i = 0; i < generics; i++) {
    lines.push(
      `pub fn generic_${i}<T: Clone + std::fmt::Debug>(value: &T, times: u64) -> u64 {`,
      '    let all: Vec<T> = (0..times).map(|_| value.clone()).collect();',
      `    format!("{all:?}").len() as u64 + ${random(1000)}`,
      '}',
      '',
    );
  }
  for (let i = 0; i < functions; i++) {
    lines.push(
      `pub fn function_${i}(x: u64) -> u64 {`,
      `    let mut state = x ^ ${random(2 ** 31)};`,
      `    for step in 0..${1 + random(16)} {`,
      `        state = state.rotate_left(${random(64)}).wrapping_mul(step + ${1 + random(1000)});`,
      '    }',
      i === 0 ? '    state' : `    state.wrapping_add(function_${random(i)}(state))`,
      '}',
      '',
    );
  }
  if (api !== undefined)
    lines.push(`pub fn use_${api}(path: &str) -> u64 {`, `    ${uses[api]}`, '}', '');
  lines.push('pub fn run(x: u64) -> u64 {', '    let mut sum = x;');
  if (functions > 0) lines.push(`    sum = sum.wrapping_add(function_${functions - 1}(sum));`);
  if (api !== undefined) lines.push(`    sum = sum.wrapping_add(use_${api}(&sum.to_string()));`);
  if (macro !== undefined) lines.push(`    sum = sum.wrapping_add(${macro}::number!(${name}));`);
  for (const need of needs) {
    lines.push(`    sum = sum.wrapping_add(${need}::run(sum));`);
    for (let i = 0; i < generics; i++)
      lines.push(
        `    sum = sum.wrapping_add(${need}::generic_${i}(&${literal(random)}, sum % 4));`,
      );
  }
  lines.push('    sum', '}', '');
  return lines.join('\n');
}

/** A value of one of some types: each makes an instance of its own. @param {Random} random */
function literal(random) {
  const values = ['1u8', '1u16', '1i64', '"text"', "'c'", '1.5f32', '(1u8, 2u16)', '[1u32; 3]'];
  return values[random(values.length)];
}

/** @param {string} directory @param {readonly string[]} top @param {Knobs} knobs @param {Random} random */
function writeOutputs(directory, top, { outputs }, random) {
  const dependencies = top.map((name) => `${name} = { path = "../${name}" }\n`).join('');
  put(
    directory,
    'crates/outputs/Cargo.toml',
    `${manifest('outputs')}autobins = false\n\n[dependencies]\n${dependencies}\n${Array.from(
      { length: outputs },
      (_, i) =>
        `[[bin]]\nname = "out_${i}"\npath = "src/out_${i}.rs"\ntest = false\nbench = false\n`,
    ).join('\n')}`,
  );
  for (let i = 0; i < outputs; i++) {
    // The first one needs everything, so that no library is dead.
    const needs = i === 0 ? top : sample(top, 1 + random(MAX_DEPENDENCIES), random);
    const calls = needs.map((name) => `    sum = sum.wrapping_add(${name}::run(sum));\n`).join('');
    put(
      directory,
      `crates/outputs/src/out_${i}.rs`,
      `fn main() {\n    let mut sum = ${i}u64;\n${calls}    println!("{sum}");\n}\n`,
    );
  }
}

/** @param {string} directory @param {string} path @param {string} content */
function put(directory, path, content) {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** @typedef {(below: number) => number} Random */

/** Numbers that only depend on the seed: a linear congruential generator (Knuth's MMIX constants), upper half.
 * @param {number} seed @returns {Random} */
export function generator(seed) {
  let state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n);
  return (below) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(Math.max(1, below)));
  };
}

/** Some of a list, each once, in its order. @template T @param {readonly T[]} list @param {number} count
 * @param {Random} random @returns {T[]} */
function sample(list, count, random) {
  const left = list.map((_, i) => i);
  const taken = new Set();
  while (taken.size < count && left.length > 0) taken.add(left.splice(random(left.length), 1)[0]);
  return list.filter((_, i) => taken.has(i));
}
