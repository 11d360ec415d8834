import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Who opens or reads files by other means than engine/regular-file.ts, which neither waits for a pipe nor takes a device or more
 * than makes sense; and why. All else that reads a file gets its name or content from others.
 */
const readers: Readonly<Record<string, string>> = {
  'engine/regular-file.ts': 'it is the reader',
  'engine/parsers/file-input.ts': 'reads what that one opened into the memory of the parsers',
  'engine/facts/content.ts':
    'hashes what that one opened, piece by piece, within a limit of its own',
  'engine/facts/files.ts': 'makes new files',
  'engine/facts/seal.ts': 'makes new files',
  'engine/init.ts': 'makes a new file',
  'engine/config/write.ts': 'makes new files; opens a directory',
  'engine/build/link-socket.ts':
    'opens without waiting, asks what it opened, reads by readOpenFile',
  'engine/session/false-members.ts':
    'opens without waiting, asks what it opened, reads parts of bounded size',
  'engine/paths.ts': 'our own package.json',
  'cli/main.ts': 'our own package.json',
  'cli/log-file.ts': 'writes the log that the user asked for',
};

const readerNames =
  /^(?:readFile|readFileSync|createReadStream|read|readSync|readv|readvSync|open|openSync|openAsBlob)$/;

test('files that others may have made are read by one reader', () => {
  const found = new Set<string>();
  const whole: string[] = [];
  for (const room of ['engine', 'cli']) {
    for (const name of readdirSync(join(packageRoot(), room), { recursive: true })) {
      const file = join(room, String(name));
      if (!/\.tsx?$/.test(file)) continue;
      const text = readFileSync(join(packageRoot(), file), 'utf8');
      for (const [, names] of text.matchAll(
        /import ([^;]*?) from '(?:node:)?fs(?:\/promises)?'/g,
      )) {
        if (!names?.startsWith('{')) whole.push(file);
        const each = names?.replace(/[{}]/g, '').split(',') ?? [];
        if (each.some((n) => readerNames.test(n.trim().split(/\s+as\s+/)[0] ?? '')))
          found.add(file);
      }
      if (/(?:import|require)\(\s*'(?:node:)?fs/.test(text)) whole.push(file);
    }
  }
  expect(whole, 'these import all of node:fs').toEqual([]);
  expect([...found].sort()).toEqual(Object.keys(readers).sort());
});
