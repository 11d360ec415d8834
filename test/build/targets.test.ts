import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cackle, check, config, manifest, short, workspace } from '../support/cackle.ts';

const host = /^host: (\S+)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))?.[1] ?? '';
const files = {
  'Cargo.toml': manifest(
    'targets',
    '[dependencies]\nmacros = { path = "macros" }\nhelper = { path = "helper" }\n',
  ),
  'build.rs': 'fn main() { helper::f(); }',
  'src/main.rs': 'fn main() { macros::nothing!(); helper::f(); }',
  'helper/Cargo.toml': manifest('helper'),
  'helper/src/lib.rs': 'pub fn f() { let _ = std::fs::read("x"); }',
  'macros/Cargo.toml': manifest(
    'macros',
    '[lib]\nproc-macro = true\n[dependencies]\nhelper = { path = "../helper" }\n',
  ),
  'macros/src/lib.rs':
    'use proc_macro::TokenStream;\n#[proc_macro] pub fn nothing(_: TokenStream) -> TokenStream { helper::f(); let _ = std::net::TcpStream::connect("127.0.0.1:9"); TokenStream::new() }',
  'cackle.toml': config(
    '[pkg.helper]\nallow_apis = ["fs"]\n[pkg.macros]\nallow_apis = ["net"]\nallow_proc_macro = true\n',
  ),
};
const crossed = {
  ...files,
  'Cargo.toml': `${files['Cargo.toml']}[build-dependencies]\nhelper = { path = "helper" }\n`,
};

test('rule 6.11: the host as --target: build scripts and proc macros are built apart, and all is judged', async () => {
  const directory = workspace('targets', crossed);
  for (const _ of [1, 2]) {
    const report = await check(directory, ['--target', host]);
    expect(report.problems.map(short)).toEqual([]);
    expect(report.grants.length).toBe(2);
  }
  const refused = await check(
    workspace('targets-refused', {
      ...crossed,
      '.cargo/config.toml': `[build]\ntarget = "${host}"\n`,
      'cackle.toml': config('[pkg.macros]\nallow_proc_macro = true\n'),
    }),
  );
  expect(refused.problems.map(short).sort()).toEqual([
    'disallowed-api helper fs',
    'disallowed-api macros net',
  ]);
});

test.each([
  [
    'a target that has no standard library here',
    'aarch64-unknown-linux-gnu',
    'rustup target add aarch64-unknown-linux-gnu',
  ],
  ['a target that does not exist', 'no-such-target', 'no-such-target'],
  ['a target whose object files are not ELF', 'wasm32-unknown-unknown', 'ELF'],
])('%s is a clear error', async (_, target, message) => {
  const directory = workspace('targets-missing', {
    'Cargo.toml': manifest('missing'),
    'src/main.rs': 'fn main() {}',
    'cackle.toml': config(),
  });
  const ran = await cackle(['-n', '--path', directory, '--target', target]);
  expect(ran.stderr).toContain(message);
  expect(ran.status).toBe(2);
});
