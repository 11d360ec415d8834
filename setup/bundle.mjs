// Bundles the program into dist/: the CLI, and the workers of the Piscina pools.
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// Chunks have names of their content: those of other sources would stay.
await rm(join(root, 'dist', 'chunks'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'cli/main.ts',
    'extract-worker': 'engine/extract/worker.ts',
    'judge-worker': 'engine/judge/worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['piscina'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await mkdir(join(root, 'dist', 'shim-src'), { recursive: true });
await cp(join(root, 'engine', 'shim', 'src'), join(root, 'dist', 'shim-src'), { recursive: true });
