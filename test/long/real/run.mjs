/**
 * `npm run real [-- --write]`: the tests of this directory on ripgrep, fd and hyperfine, of which npm test takes one, and
 * hyperfine's first check by keys. `--write` keeps what was compared in RESULT.md. Exit status that of vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
await ensureBuilt();
const lines = join(root, 'target', 'real-lines');
mkdirSync(join(root, 'target'), { recursive: true });
rmSync(lines, { force: true });
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/long/real'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, REAL: 'all', REAL_LINES: lines } },
);
if (values.write && status === 0) {
  const told = existsSync(lines) ? readFileSync(lines, 'utf8').trim().split('\n').sort() : [];
  writeFileSync(
    join(import.meta.dirname, 'RESULT.md'),
    `# Real crates: the last long run

Written by \`npm run real -- --write\`; do not edit. Every comparison held, or this page would not have been written.

${told.map((line) => `- ${line}\n`).join('')}`,
  );
}
process.exitCode = status ?? 1;
