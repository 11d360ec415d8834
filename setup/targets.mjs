// Targets of other systems that tests compile for: rustup adds what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Windows and macOS, as tests check them from here. */
export const otherSystems = [
  'x86_64-pc-windows-gnu',
  'x86_64-pc-windows-msvc',
  'x86_64-apple-darwin',
  'aarch64-apple-darwin',
];

/** Further ones that few tests need, which are skipped without them: names of C functions have a prefix there. */
const more = ['i686-pc-windows-msvc'];

/** Returns those of `targets` without a standard library in the toolchain at hand. */
export function lackingTargets(targets = otherSystems) {
  const asked = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' });
  const libraries = join((asked.stdout ?? '').trim(), 'lib', 'rustlib');
  return targets.filter((target) => !existsSync(join(libraries, target, 'lib')));
}

/** Adds what is missing, and says on stderr what it does, or why tests will be skipped. */
export function addTargets() {
  const lacking = lackingTargets([...otherSystems, ...more]);
  if (lacking.length === 0) return;
  process.stderr.write(`set-up of tests: rustup target add ${lacking.join(' ')}\n`);
  const added = spawnSync('rustup', ['target', 'add', ...lacking], { stdio: 'inherit' });
  if (added.error !== undefined || added.status !== 0)
    process.stderr.write(
      `note: ${added.error === undefined ? 'rustup could not add them' : 'there is no rustup'}; tests of these targets are skipped\n`,
    );
}
