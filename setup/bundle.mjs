// Bundles the program into dist/: the CLI, and the workers of the Piscina pools.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// Chunks have names of their content, and entry points may be renamed: those of other sources would stay, and be packed.
await rm(join(root, 'dist', 'chunks'), { recursive: true, force: true });
for (const name of await readdir(join(root, 'dist')).catch(() => []))
  if (name.endsWith('.js')) await rm(join(root, 'dist', name), { force: true });
/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};
await build({
  ...common,
  entryPoints: {
    cli: 'cli/main.ts',
    nested: 'cli/nested.ts',
    'extract-worker': 'engine/pool/extract-worker.ts',
    'judge-worker': 'engine/pool/judge-worker.ts',
    'ui-worker': 'cli/ui-worker/worker.ts',
    'man/writer': 'cli/man.ts',
  },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  // React's build for production.
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: { 'react-devtools-core': './setup/no-devtools.mjs', ws: './setup/no-devtools.mjs' },
  // The second names its temporary files by its own path.
  external: ['piscina', 'write-file-atomic'],
});
// What `cackle report` puts into its page: for browsers of the last years.
await build({
  absWorkingDir: root,
  entryPoints: { page: 'cli/html/client/main.ts', 'page-style': 'cli/html/client/page.css' },
  outdir: 'dist/html',
  bundle: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.2'],
  minify: true,
  logLevel: 'warning',
});
await mkdir(join(root, 'dist', 'shim-src'), { recursive: true });
await cp(join(root, 'engine', 'shim', 'src'), join(root, 'dist', 'shim-src'), { recursive: true });
for (const name of ['Cargo.toml', 'Cargo.lock', 'src'])
  await cp(join(root, 'engine', 'launcher', name), join(root, 'dist', 'launcher-src', name), {
    recursive: true,
  });

// The manual page is written by the command line that it describes.
const writer = join(root, 'dist', 'man', 'writer.js');
const { manPage } = await import(`${pathToFileURL(writer)}?${Date.now()}`);
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
await writeFile(join(root, 'dist', 'man', 'cackle.1'), manPage(version));
await rm(writer);
