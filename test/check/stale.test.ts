import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { cackle, check, manifest, tree, workspace } from '../support/cackle.ts';

/** Warnings, each with what is stale. */
const stale = (report: CheckReport): string[] =>
  report.problems.map((p) => {
    if (p.kind === 'unused-setting')
      return `${p.packageName} ${p.scope.suffix} ${p.setting}${p.value === undefined ? '' : ` ${p.value}`}`;
    if (p.kind === 'unused-allow-api') return `${p.packageName} ${p.scope.suffix} api ${p.api}`;
    return p.kind === 'unknown-package' ? `${p.packageName} unknown` : p.kind;
  });

const absent = (name: string): string =>
  workspace(`${name}-absent`, {
    'Cargo.toml': `${manifest('absent')}[workspace]\n`,
    'src/lib.rs': 'pub fn f() {}',
  });

test('rule 5.11: every kind of permission that nothing needs is told, and taken away by its fix', async () => {
  const files = tree('stale-all', {
    main: 'fn main() { plain::f(); script::f(); }',
    crates: { plain: 'pub fn f() {}', script: 'pub fn f() {}' },
    config: `[pkg.plain]
allow_apis = ["fs"]
allow_unsafe = true
allow_extern = true
allow_proc_macro = true
allow_build_instructions = ["cargo:rustc-env=*"]
import = []
build.sandbox.allow_network = true
test.sandbox.allow_network = true

[pkg.script]
build.allow_unsafe = true
build.allow_apis = ["net"]
build.allow_build_instructions = ["cargo:rustc-env=A=1", "cargo:rustc-link-lib=*"]
`,
  });
  const directory = workspace('stale-all', {
    ...files,
    'crates/script/build.rs': 'fn main() { println!("cargo:rustc-env=A=1"); }',
    // Else the packages under crates/ were members, whose tests a sandbox is for.
    'Cargo.toml': `${files['Cargo.toml']}[workspace]\nexclude = ["crates"]\n`,
  });
  const report = await check(directory);
  expect(stale(report).sort()).toEqual(
    [
      'plain  allow_build_instructions cargo:rustc-env=*',
      'plain  allow_extern',
      'plain  allow_proc_macro',
      'plain  allow_unsafe',
      'plain  api fs',
      'plain  import',
      'plain build sandbox',
      'plain test sandbox',
      'script build allow_build_instructions cargo:rustc-link-lib=*',
      'script build allow_unsafe',
      'script build api net',
    ].sort(),
  );
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text.slice(text.indexOf('[pkg'))).toBe(
    '[pkg.script]\nbuild.allow_build_instructions = ["cargo:rustc-env=A=1"]\n',
  );
}, 120_000);

test('rule 5.11: nothing is told that this build, another target or another feature needs', async () => {
  const name = 'stale-none';
  const files = tree(name, {
    main: 'fn main() { uses::f(); other::f(); plain::f(); }',
    crates: {
      uses: 'pub fn f() { unsafe { let _ = *(&0u8 as *const u8); } }\nextern "C" fn g() {}',
      other:
        '#[cfg(windows)]\nmod windows;\n#[cfg(feature = "x")]\npub fn g() { let _ = std::net::TcpStream::connect("x"); }\npub fn f() {}',
      plain: 'pub fn f() {}',
    },
    manifest: `[target."cfg(windows)".dependencies]\nabsent = { path = "${absent(name)}" }\n`,
    config: `[pkg.absent]
allow_unsafe = true
allow_apis = ["fs"]
allow_proc_macro = true

[pkg.uses]
allow_unsafe = true
allow_extern = true
build.allow_build_instructions = ["cargo:rustc-link-lib=*"]
build.sandbox.allow_network = true

[pkg.other]
allow_unsafe = true
allow_apis = ["net"]

[pkg.plain]
test.allow_unsafe = false
`,
  });
  const directory = workspace(name, {
    ...files,
    'crates/other/src/windows.rs': 'pub fn w() { unsafe { } }',
    'crates/other/Cargo.toml': `${files['crates/other/Cargo.toml']}\n[features]\nx = []\n`,
    'crates/uses/build.rs':
      'fn main() { if std::env::var("CARGO_CFG_WINDOWS").is_ok() { println!("cargo:rustc-link-lib=ws2_32"); } }',
  });
  expect(stale(await check(directory))).toEqual(['disallowed-api']);
}, 120_000);

test('rule 5.20: nothing is told where a part was not checked, and the fixes leave a clean file', async () => {
  const files = tree('stale-fixes', {
    main: 'fn main() { plain::f(); }',
    crates: { plain: 'pub fn f() {}' },
    config:
      '[pkg.plain]\n# kept\nallow_unsafe = true\nbuild.sandbox.allow_network = true\n\n[pkg.gone]\nallow_unsafe = true\n',
  });
  const directory = workspace('stale-fixes', files);
  const part = await check(directory, ['--package', 'stale-fixes']);
  expect(stale(part)).toEqual(['gone unknown']);
  expect(stale(await check(directory)).sort()).toEqual([
    'gone unknown',
    'plain  allow_unsafe',
    'plain build sandbox',
  ]);
  const ran = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect(ran.status).toBe(0);
  const text = readFileSync(join(directory, 'cackle.toml'), 'utf8');
  expect(text).toContain('# kept');
  expect(text).not.toMatch(/allow_unsafe|allow_network|gone/);
  expect(stale(await check(directory))).toEqual([]);
}, 120_000);
