import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cackle, fixture } from '../support/cackle.ts';

// Rule 6.18: `--output` is refused before anything is built, or writes whole files.

let directory: string;
beforeAll(() => {
  directory = fixture('simple', { as: 'reports-output' });
  mkdirSync(join(directory, 'out'));
  spawnSync('mkfifo', [join(directory, 'pipe')]);
  symlinkSync('nothing', join(directory, 'dangling'));
  symlinkSync('json.one', join(directory, 'link'));
  writeFileSync(join(directory, 'json.one'), 'old');
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [['xml=x'], 'It begins with one of human, json, sarif, github, markdown, junit'],
  [['sarfi=x'], 'Did you mean sarif?'],
  [['sarif'], 'It names no file: sarif=FILE.'],
  [['sarif='], 'It names no file: sarif=FILE.'],
  [['=x'], 'It begins with one of'],
  [
    ['sarif=nowhere/at/all'],
    'cannot write the sarif report to nowhere/at/all: its directory does not exist',
  ],
  [['sarif=out'], 'cannot write the sarif report to out: it is a directory'],
  [['junit=pipe'], 'cannot write the junit report to pipe: it is not a file'],
  [['junit=/dev/null'], 'cannot write the junit report to /dev/null: it is not a file'],
  [
    ['json=dangling'],
    'cannot write the json report to dangling: it is a link to a file that is not there',
  ],
  [['json=/proc/self/x'], 'cannot write the json report to /proc/self/x: '],
  [['json=a', 'sarif=./a'], './a cannot take several reports: json and sarif'],
  [['json=link', 'sarif=json.one'], 'json.one cannot take several reports: json and sarif'],
  [['json=-', 'sarif=-'], 'stdout cannot take several reports: json and sarif'],
];

const run = (args: readonly string[]) =>
  spawnSync(process.execPath, [join(process.cwd(), 'dist', 'cli.js'), '-n', ...args], {
    cwd: directory,
    encoding: 'utf8',
  });

test.each(refused)('%j', (outputs, message) => {
  const ran = run(outputs.flatMap((output) => ['--output', output]));
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toContain(message);
  expect(ran.stderr).not.toContain('Compiling');
  expect(readdirSync(directory)).not.toContain('target');
  expect(readFileSync(join(directory, 'json.one'), 'utf8')).toBe('old');
});

test('rule 6.18: stdout takes one report only, and a misspelt format gets its neighbour', async () => {
  const both = await cackle([
    ...['-n', '--path', directory, '--output-format', 'human', '--output', 'json=-'],
  ]);
  expect(both.stderr).toContain('stdout cannot take several reports: human and json');
  const misspelt = await cackle(['-n', '--path', directory, '--output-format', 'markdwon']);
  expect(misspelt).toMatchObject({ status: 2, stdout: '' });
  expect(misspelt.stderr).toContain('Did you mean markdown?');
  const asking = await cackle(['--ui', 'basic', '--path', directory, '--output', 'json=-']);
  expect(asking.stderr).toContain('--output is for a check that asks nothing');
});

test('rule 6.18: a file is replaced, its link and its mode stay, and nothing is left beside it', () => {
  chmodSync(join(directory, 'json.one'), 0o640);
  const ran = run(['--output', 'json=link', '--output', 'markdown=-']);
  expect(ran.stdout).toMatch(/^\*\*cackle\*\*: no problems/);
  expect(JSON.parse(readFileSync(join(directory, 'json.one'), 'utf8')).problems).toEqual([]);
  expect(lstatSync(join(directory, 'link')).isSymbolicLink()).toBe(true);
  expect(statSync(join(directory, 'json.one')).mode & 0o777).toBe(0o640);
  expect(readdirSync(directory).filter((name) => /tmp|json\.one./.test(name))).toEqual([]);
});

test('rule 6.18: a program that `run` starts has stdout to itself, and files get the report', async () => {
  const file = join(directory, 'run.json');
  const ran = await cackle(['--path', directory, '--output', `json=${file}`, 'run']);
  expect(ran.status).toBe(0);
  expect(ran.stdout).not.toContain('schemaVersion');
  expect(JSON.parse(readFileSync(file, 'utf8')).problems).toEqual([]);
});
