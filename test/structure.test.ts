import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { distPath, packageRoot } from '../engine/paths.ts';

/** Small modules that any room may use. */
const shared = [
  'engine/paths.ts',
  'engine/make-directory.ts',
  'engine/regular-file.ts',
  'engine/spans.ts',
  'engine/schemas.ts',
  'engine/sorted-by.ts',
];

/** What each room may import besides itself; ARCHITECTURE.md draws it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'engine/parsers': [],
  'engine/facts': ['engine/parsers'],
  'engine/config': [],
  'engine/graph': ['engine/facts'],
  'engine/extract': ['engine/facts', 'engine/parsers'],
  'engine/workspace': ['engine/judge/problems', 'engine/config/sources'],
  'engine/judge': [
    'engine/facts',
    'engine/graph',
    'engine/config',
    'engine/workspace',
    'engine/parsers',
  ],
  'engine/public-paths': [
    'engine/config',
    'engine/facts/answers',
    'engine/workspace',
    'engine/judge/problems',
  ],
  'engine/fixes': ['engine/config', 'engine/judge/problems'],
  'engine/sandbox': ['engine/config', 'engine/workspace', 'engine/judge/problems'],
  'engine/build': ['engine/workspace', 'engine/sandbox', 'engine/judge/problems'],
  'engine/session': ['engine/'],
  cli: [
    'engine/session.ts',
    'engine/interactive.ts',
    'engine/summary.ts',
    'engine/init.ts',
    'engine/cache.ts',
    'engine/bench.ts',
    'engine/paths.ts',
    'engine/workspace/early-questions',
    'engine/judge/problems',
    'engine/config/types',
    'engine/workspace/types',
  ],
};

test('imports between rooms go one way', async () => {
  const { metafile } = await build({
    absWorkingDir: packageRoot(),
    entryPoints: [
      'cli/main.ts',
      'cli/session/worker.ts',
      'engine/extract/worker.ts',
      'engine/judge/worker.ts',
    ],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'target/unused',
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const wrong: string[] = [];
  let seen = 0;
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    const room = Object.keys(rooms).find((r) => file.startsWith(`${r}/`));
    if (room === undefined) continue;
    for (const { path, external } of imports) {
      if (external === true) continue;
      seen++;
      const allowed = [`${room}/`, ...shared, ...(rooms[room] ?? [])].some((prefix) =>
        path.startsWith(prefix),
      );
      if (!allowed) wrong.push(`${file} imports ${path}`);
    }
  }
  expect(seen).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

// V8 11.3 ends the process when a caller of such a function is deoptimised during the call (wasm/parsers, `memory`).
test('no function of the WASM module gives a single JavaScript value', () => {
  const types = readFileSync(distPath('wasm', 'parsers', 'parsers_bg.wasm.d.ts'), 'utf8');
  const functions = types.split('\n').filter((line) => line.includes('=>'));
  expect(functions.length).toBeGreaterThan(10);
  expect(functions.filter((line) => /=> any;$/.test(line))).toEqual([]);
});
