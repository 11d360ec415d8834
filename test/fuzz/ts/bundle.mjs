// Bundles the targets in TypeScript: the readers of the program, which a fuzzer follows, and what calls and checks them, which it does not.
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const engine = join(here, '../../../engine/');

/** Names of the targets. */
export const names = readdirSync(join(here, 'targets')).map((file) => basename(file, '.ts'));

/**
 * Bundles targets into `directory`: NAME.cjs, and the readers that it requires as NAME.program.cjs. Jazzer.js follows
 * what is loaded by `require`.
 * @param {string} directory @param {readonly string[]} [wanted]
 */
export async function bundle(directory, wanted = names) {
  for (const name of wanted) await bundleOne(directory, name);
}

/** How all of them are bundled. @satisfies {import('esbuild').BuildOptions} */
export const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  // The other parser need not be followed.
  external: ['toml'],
  define: { 'import.meta.url': '__url' },
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'warning',
};

/** @param {string} directory @param {string} name */
async function bundleOne(directory, name) {
  const readers = new Set();
  await build({
    ...common,
    stdin: {
      contents: `import * as target from './targets/${name}.ts';
        import { withTime } from './target.ts';
        export const fuzz = withTime(target);
        export const { seeds, words = [] } = target;`,
      resolveDir: here,
    },
    outfile: join(directory, `${name}.cjs`),
    plugins: [
      {
        name: 'program',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
            const file = resolve(resolveDir, path);
            if (!file.startsWith(engine)) return undefined;
            readers.add(file);
            return { path: `./${name}.program.cjs`, external: true };
          }),
      },
    ],
  });
  await build({
    ...common,
    stdin: {
      contents: [...readers].map((file) => `export * from ${JSON.stringify(file)};\n`).join(''),
      resolveDir: here,
    },
    outfile: join(directory, `${name}.program.cjs`),
  });
}
