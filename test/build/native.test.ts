import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

test('a -sys crate whose build script runs the C compiler: its C code is its own, and Rust that C calls is charged to its author', async () => {
  const directory = workspace('native', {
    'Cargo.toml': manifest('native', '[dependencies]\nz-sys = { path = "z" }\n'),
    'src/main.rs':
      '#[no_mangle] pub extern "C" fn callback() { let _ = std::net::TcpStream::connect("127.0.0.1:9"); }\nfn main() { z_sys::go(); }',
    'z/Cargo.toml': manifest('z-sys', 'links = "z"\n'),
    'z/build.rs': `use std::process::Command;
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    for name in ["z", "unused"] {
        assert!(Command::new("gcc").args(["-g", "-O2", "-ffunction-sections", "-c", &format!("src/{name}.c"), "-o", &format!("{out}/{name}.o")]).status().unwrap().success());
    }
    assert!(Command::new("ar").args(["crs", &format!("{out}/libz_c.a"), &format!("{out}/z.o"), &format!("{out}/unused.o")]).status().unwrap().success());
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-link-lib=static=z_c");
}`,
    'z/src/z.c':
      'extern void callback(void);\nextern int read_it(void) __asm__("_ZN3std2fs4read17h0123456789abcdefE");\nint z_go(void) { callback(); return read_it(); }\n',
    'z/src/unused.c':
      'extern int env_it(void) __asm__("_ZN3std3env3var17h0123456789abcdefE");\nint z_unused(void) { return env_it(); }\n',
    'z/src/lib.rs': 'extern "C" { fn z_go() -> i32; }\npub fn go() { unsafe { z_go(); } }',
    'cackle.toml': config(`
[pkg.native]
allow_unsafe = true
allow_extern = true
[pkg.z-sys]
allow_unsafe = true
allow_extern = true
build.allow_apis = ["env", "process"]
build.allow_build_instructions = ["cargo:rustc-link-*"]
`),
  });
  const expected = ['disallowed-api native net', 'disallowed-api z-sys fs'];
  const report = await check(directory);
  expect(report.problems.map(short).sort()).toEqual(expected);
  const inC = report.problems.find((p) => 'packageName' in p && p.packageName === 'z-sys');
  expect(inC?.kind === 'disallowed-api' && inC.usages[0]?.place.file).toMatch(/z\/src\/z\.c$/);
  expect((await check(directory)).problems.map(short).sort()).toEqual(expected);
});
