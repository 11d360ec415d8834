// Components of the toolchain that tests run: rustup adds what is missing.
import { spawnSync } from 'node:child_process';

/** Components, each with a program of its name. */
const components = ['rust-analyzer'];

/** Adds what is missing, and says on stderr what it does, or why tests will be skipped. */
export function addComponents() {
  const lacking = components.filter((name) => spawnSync(name, ['--version']).status !== 0);
  if (lacking.length === 0) return;
  process.stderr.write(`set-up of tests: rustup component add ${lacking.join(' ')}\n`);
  const added = spawnSync('rustup', ['component', 'add', ...lacking], { stdio: 'inherit' });
  if (added.error !== undefined || added.status !== 0)
    process.stderr.write(
      `note: ${added.error === undefined ? 'rustup could not add them' : 'there is no rustup'}; tests of these programs are skipped\n`,
    );
}
