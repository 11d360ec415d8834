// `npm run wasm-pack -- build wasm/gimli-wasm --target nodejs`: wasm-pack with the tools and the target that set-up uses.
import { spawnSync } from 'node:child_process';
import { wasmEnvironment } from '../wasm/build.mjs';
import { root } from './paths.mjs';

try {
  const env = await wasmEnvironment();
  const args = process.argv.slice(2);
  const { error, status } = spawnSync('wasm-pack', args, { cwd: root, env, stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
