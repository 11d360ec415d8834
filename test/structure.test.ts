import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { distPath, packageRoot } from '../engine/paths.ts';
import { kinds } from '../engine/problems/kinds.ts';
import { circles, importsByFile, roomOf } from '../tools/imports.mjs';

/** Small modules that any room may use. */
const ground = [
  'engine/errors.ts',
  'engine/make-directory.ts',
  'engine/paths.ts',
  'engine/regular-file.ts',
  'engine/rust-paths.ts',
  'engine/schemas.ts',
  'engine/distinct.ts',
  'engine/group-by.ts',
  'engine/shell-words.ts',
  'engine/sorted-by.ts',
  'engine/system-errors.ts',
  'engine/trace',
];

/** What each room may import besides the ground, each behind all that it imports; ARCHITECTURE.md tells what they are. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'engine/trace': [],
  'engine/parsers': [],
  'engine/facts': ['parsers'],
  'engine/config': [],
  'engine/workspace': ['config'],
  'engine/sandbox': ['config', 'workspace'],
  'engine/fixes': ['config', 'sandbox'],
  'engine/problems': ['config', 'facts', 'fixes', 'sandbox'],
  'engine/graph': ['facts'],
  'engine/extract': ['facts', 'parsers'],
  'engine/judge': ['facts', 'graph', 'config', 'workspace', 'parsers', 'problems'],
  'engine/inventory': ['config', 'facts', 'judge', 'parsers', 'problems', 'workspace'],
  'engine/revisions': ['config', 'facts', 'inventory', 'workspace'],
  'engine/pool': ['extract', 'facts', 'graph', 'judge', 'parsers', 'problems'],
  'engine/public-paths': ['config', 'facts', 'workspace'],
  'engine/build': ['workspace', 'sandbox'],
  'engine/units': ['build', 'facts', 'graph', 'judge', 'pool', 'sandbox', 'workspace'],
  'engine/verdicts': [
    'config',
    'facts',
    'graph',
    'judge',
    'parsers',
    'pool',
    'problems',
    'public-paths',
    'units',
    'workspace',
  ],
  'engine/gates': [
    'build',
    'config',
    'facts',
    'judge',
    'pool',
    'problems',
    'units',
    'verdicts',
    'workspace',
  ],
  'engine/observed': [
    'build',
    'config',
    'facts',
    'problems',
    'sandbox',
    'units',
    'verdicts',
    'workspace',
  ],
  'engine/check': [
    'build',
    'config',
    'facts',
    'gates',
    'inventory',
    'judge',
    'observed',
    'pool',
    'problems',
    'public-paths',
    'sandbox',
    'units',
    'verdicts',
    'workspace',
  ],
  'engine/cargo': [
    'build',
    'check',
    'config',
    'facts',
    'gates',
    'judge',
    'pool',
    'problems',
    'public-paths',
    'sandbox',
    'units',
    'verdicts',
    'workspace',
  ],
  'engine/editing': [
    'check',
    'config',
    'fixes',
    'judge',
    'problems',
    'sandbox',
    'verdicts',
    'workspace',
  ],
  'engine/commands': [
    'check',
    'config',
    'facts',
    'inventory',
    'judge',
    'observed',
    'pool',
    'problems',
    'sandbox',
    'units',
    'workspace',
  ],
  'engine/tracing': [
    'build',
    'check',
    'config',
    'facts',
    'observed',
    'problems',
    'sandbox',
    'units',
    'workspace',
  ],
  'engine/conditions': ['workspace'],
  'engine/coverage': ['check', 'conditions', 'config', 'facts', 'problems', 'units', 'workspace'],
  'engine/diff': [
    'check',
    'commands',
    'conditions',
    'config',
    'facts',
    'fixes',
    'inventory',
    'revisions',
    'units',
    'workspace',
  ],
};

/** What the command line may import of the engine: its doors, and the data that comes through them. */
const doors = [
  ...ground,
  'engine/cargo/gated-cargo.ts',
  'engine/cargo/nested.ts',
  'engine/cargo/result.ts',
  'engine/check/cargo-command.ts',
  'engine/check/check.ts',
  'engine/check/options.ts',
  'engine/commands',
  'engine/config/features.ts',
  'engine/config/render.ts',
  'engine/config/types.ts',
  'engine/coverage',
  'engine/diff',
  'engine/editing',
  'engine/inventory/allowed.ts',
  'engine/observed',
  'engine/tracing',
  'engine/inventory/fact.ts',
  'engine/inventory/types.ts',
  'engine/problems',
  'engine/sandbox/denied.ts',
  'engine/workspace/early-questions.ts',
  'engine/workspace/package-identity.ts',
  'engine/workspace/types.ts',
];

/** What each room of the command line may import of it, each behind all that it imports. */
const cliRooms: Readonly<Record<string, readonly string[]>> = {
  'cli/arguments': [],
  'cli/output': ['arguments'],
  'cli/reporters': ['arguments', 'output'],
  'cli/html': ['arguments', 'output'],
  'cli/ui-worker': ['arguments', 'output'],
  'cli/ui': ['ui-worker'],
  'cli/runs': ['arguments', 'output', 'html', 'reporters', 'ui-worker', 'ui'],
  'cli/commands': ['arguments', 'output', 'runs'],
};

/** Where a file may import from; undefined when it lies in no room. */
function allowedIn(file: string, room: string): string[] | undefined {
  const engine = rooms[room];
  if (engine !== undefined) return [...ground, ...engine.map((name) => `engine/${name}`)];
  if (ground.includes(file)) return ground;
  const cli = cliRooms[room];
  if (cli !== undefined) return [...doors, ...cli.map((name) => `cli/${name}`)];
  const isProgram = ['cli/main.ts', 'cli/man.ts', 'cli/nested.ts'].includes(file);
  return isProgram ? ['cli', ...doors] : undefined;
}

const isOf = (path: string, place: string): boolean =>
  path === place || path.startsWith(`${place}/`);

test('imports between rooms go one way, those of types too', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const [file, targets] of importsByFile()) {
    const room = roomOf(file);
    for (const target of targets) {
      seen++;
      if (roomOf(target) === room) continue;
      const allowed = allowedIn(file, room);
      if (allowed === undefined) wrong.push(`${file} is in no room`);
      else if (!allowed.some((place) => isOf(target, place)))
        wrong.push(`${file} imports ${target}`);
    }
  }
  expect(seen).toBeGreaterThan(500);
  expect(wrong).toEqual([]);
});

test('tests and benchmarks share what is in tools/, not files of each other', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const [top, others] of [
    ['bench', ['test']],
    ['test', ['bench']],
    ['tools', ['bench', 'test']],
  ] as const)
    for (const [file, targets] of importsByFile([top]))
      for (const target of targets) {
        seen++;
        if (others.some((other) => isOf(target, other))) wrong.push(`${file} imports ${target}`);
      }
  expect(seen).toBeGreaterThan(200);
  expect(wrong).toEqual([]);
});

test('no files import each other in a circle, by types neither', () => {
  expect(circles(importsByFile())).toEqual([]);
  const graph = { a: ['b'], b: ['c'], c: ['b'] };
  expect(circles(new Map(Object.entries(graph)))).toEqual([['b', 'c']]);
});

test('no room stands before one that it imports', () => {
  for (const [top, table] of Object.entries({ engine: rooms, cli: cliRooms })) {
    const order = Object.keys(table);
    for (const [room, targets] of Object.entries(table))
      for (const target of targets) {
        const at = order.indexOf(`${top}/${target}`);
        expect(at, `${room} imports a room that is none: ${target}`).not.toBe(-1);
        expect(at, `${room} imports ${target}`).toBeLessThan(order.indexOf(room));
      }
  }
});

/** Codes in the cells of a table, one column of it: `| \`a\`, \`b\` | … |`. */
function codesIn(file: string, column: number): Set<string> {
  const rows = readFileSync(join(packageRoot(), file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cells = rows.map((line) => line.split('|')[column] ?? '');
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map((m) => m[1] ?? '')),
  );
}

test('each kind of problem is a file of its own, documented, and guarded by a test', () => {
  const known = Object.keys(kinds).sort();
  const files = readdirSync(join(packageRoot(), 'engine/problems/kinds')).sort();
  expect(files).toEqual(known.map((kind) => `${kind}.ts`));
  const [documented, guarded] = [codesIn('docs/json.md', 1), codesIn('test/README.md', 2)];
  expect(known.filter((kind) => !documented.has(kind))).toEqual([]);
  expect(known.filter((kind) => !guarded.has(kind))).toEqual([]);
  for (const kind of known) {
    const text = readFileSync(join(packageRoot(), `engine/problems/kinds/${kind}.ts`), 'utf8');
    expect(text, `${kind}.ts cites the rule that it keeps`).toMatch(/\(rule 5\.\d+\)/);
  }
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
  'engine/commands/init.ts': 'makes a new file',
  'engine/config/edit/write.ts': 'makes new files; opens a directory',
  'engine/build/link-socket.ts':
    'opens without waiting, asks what it opened, reads by readOpenFile',
  'engine/units/false-members.ts':
    'opens without waiting, asks what it opened, reads parts of bounded size',
  'engine/paths.ts': 'our own package.json',
  'cli/main.ts': 'our own package.json',
  'cli/output/log-file.ts': 'writes the log that the user asked for',
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
