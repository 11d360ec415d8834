/** Writes a workspace in which a check finds very many problems, and which builds in seconds: what a long list is drawn from. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Each of `packages` calls `apis` functions of one more package, each of which has an API of its own; nothing is allowed.
 * @param {string} directory written anew @param {number} packages @param {number} apis
 * @returns {number} how many problems there are
 */
export function generateProblems(directory, packages, apis) {
  rmSync(directory, { recursive: true, force: true });
  const put = (/** @type {string} */ path, /** @type {string} */ text) => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const range = (/** @type {number} */ count, /** @type {(i: number) => string} */ line) =>
    Array.from({ length: count }, (_, i) => line(i)).join('');
  const manifest = (/** @type {string} */ name, /** @type {string} */ dependencies) =>
    `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependencies}`;
  put('Cargo.toml', '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n');
  put('crates/base/Cargo.toml', manifest('base', ''));
  put(
    'crates/base/src/lib.rs',
    range(apis, (i) => `#[inline(never)]\npub fn f${i}(x: u64) -> u64 {\n    x ^ ${i}\n}\n\n`),
  );
  for (let p = 0; p < packages; p++) {
    put(`crates/user_${p}/Cargo.toml`, manifest(`user_${p}`, 'base = { path = "../base" }\n'));
    const calls = range(apis, (i) => `    x = base::f${i}(x);\n`);
    put(`crates/user_${p}/src/lib.rs`, `pub fn run(mut x: u64) -> u64 {\n${calls}    x\n}\n`);
  }
  const all = range(packages, (p) => `user_${p} = { path = "../user_${p}" }\n`);
  put('crates/program/Cargo.toml', manifest('program', all));
  const runs = range(packages, (p) => `    x = user_${p}::run(x);\n`);
  put(
    'crates/program/src/main.rs',
    `fn main() {\n    let mut x = 1;\n${runs}    println!("{x}");\n}\n`,
  );
  put(
    'cackle.toml',
    `[common]\nversion = 3\nimport_std = []\nbuild_flags = []\n\n[sandbox]\nkind = "Disabled"\n${range(
      apis,
      (i) => `\n[api.f${i}]\ninclude = ["base::f${i}"]\n`,
    )}`,
  );
  return packages * apis;
}
