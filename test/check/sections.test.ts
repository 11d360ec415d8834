/** Rule 4.3: sections that are kept because code names them. */
import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const program = (main: string): string => `
  #[no_mangle] #[link_section = "hooks"] pub static HOOK: fn() = hook;
  fn hook() { let _ = std::fs::read("x"); }
  unsafe extern "C" { static __start_hooks: fn(); }
  fn main() { ${main} }`;

test('__start_NAME keeps every section called NAME, and nothing else does', async () => {
  const problems = async (name: string, main: string): Promise<string[]> => {
    const files = {
      'Cargo.toml': manifest(name),
      'src/main.rs': program(main),
      'cackle.toml': config(`[pkg.${name}]\nallow_unsafe = true\nallow_extern = true\n`),
    };
    return (await check(workspace(name, files))).problems.map(short);
  };
  const call = 'unsafe { (*std::ptr::addr_of!(__start_hooks))() }';
  expect(await problems('hooked', call)).toEqual(['disallowed-api hooked fs']);
  expect(await problems('unhooked', '')).toEqual([]);
});
