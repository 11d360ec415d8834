import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { coversFile, coversVariable } from '../../engine/config/compile-rules.ts';
import { factText, parseFact } from '../../engine/inventory/fact.ts';
import type { Package, Workspace } from '../../engine/workspace/types.ts';
import { allowsFile, placeOfRule, writtenFile } from '../../engine/workspace/written-file.ts';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';

const textOf = (directory: string, file: string): string =>
  readFileSync(join(directory, file), 'utf8');

test('rules 4.27, 5.29, 5.30: what dependencies and members read, with its name; nothing runs that was compiled with it', async () => {
  const directory = fixture('reads-while-compiling');
  const { status, problems, unchecked } = await check(directory);
  expect(status).toBe(1);
  expect(existsSync(join(directory, 'vendor/reader/ran'))).toBe(false);
  expect(unchecked).toContainEqual(
    expect.objectContaining({ packageLabel: 'reader', held: 'build script' }),
  );
  const [files] = problems.filter(({ kind }) => kind === 'disallowed-compile-files');
  expect(files).toMatchObject({ packageName: 'reader', severity: 'error', code: 'C0203' });
  const shown = (await cackle(['-n', '--path', directory])).stdout;
  expect(shown).toContain('error[C0203]: reads ../../shared/terms.txt outside of the package');
  expect(shown).toContain('vendor/reader/src/lib.rs:4:39 reads ../../shared/terms.txt');
  expect(shown).toContain('compile.files = ["../../shared/terms.txt"]');
});

/** A copy of the fixture in which all is allowed by the fixes of its problems, and the configuration that they wrote. */
async function allowAll(): Promise<{ directory: string; written: string }> {
  const directory = fixture('reads-while-compiling', { as: 'reads-allowed' });
  const accepted = await cackle(['-n', '--auto-accept-fixes', '--path', directory]);
  expect([accepted.status, accepted.stderr]).toEqual([0, expect.anything()]);
  return { directory, written: textOf(directory, 'cackle.toml') };
}
let made: ReturnType<typeof allowAll> | undefined;
const allowed = (): ReturnType<typeof allowAll> => {
  made ??= allowAll();
  return made;
};

test('rules 2.19, 5.25: what fixes write allows exactly that, and builds nothing again', async () => {
  const { directory, written } = await allowed();
  expect(written).toContain('compile.files = ["../../shared/terms.txt"]');
  expect(written).toContain('test.compile.env = ["CI_OF_TESTS"]');
  expect(existsSync(join(directory, 'vendor/reader/ran'))).toBe(true);
  const again = await check(directory, ['--fail-on-warnings']);
  expect([again.status, again.problems, again.counts.unitsBuilt]).toEqual([0, [], 0]);
  // Less is allowed: judged again from what is stored (rule 10.3). More is allowed than is read (rule 5.11).
  writeFileSync(
    join(directory, 'cackle.toml'),
    `${written
      .replace('compile.env = ["GIT_HASH"]', 'compile.env = ["GIT_HASH_2"]')
      .replace('compile.files = ["../../shared/terms.txt"]', 'compile.files = ["../../shared"]')}`,
  );
  const less = await check(directory, ['--fail-on-warnings']);
  expect([less.counts.unitsBuilt, less.problems.map(short)]).toEqual([
    0,
    ['disallowed-compile-env reader', 'unused-setting reader'],
  ]);
  expect(less.problems).toContainEqual(
    expect.objectContaining({ setting: 'compile.env', value: 'GIT_HASH_2' }),
  );
  const summary = await cackle(['--path', directory, 'summary']);
  expect(summary.stdout).toContain('compile.files ../../shared');
});

test('rules 11.1, 11.2, 11.3: cackle.lock records it, allowed or not; one of version 1 says nothing of it', async () => {
  const { directory, written: config } = await allowed();
  writeFileSync(join(directory, 'cackle.toml'), config);
  const lock = await cackle(['lock', '--path', directory]);
  expect([lock.status, lock.stderr]).toEqual([0, expect.anything()]);
  const written = textOf(directory, 'cackle.lock');
  expect(written).toContain('version = 2\n');
  for (const fact of [
    'compile env GIT_HASH',
    'compile file ../../shared/terms.txt',
    'build: compile file ../../shared/terms.txt',
    'test: compile env CI_OF_TESTS',
  ])
    expect(written).toContain(`  "${fact}",\n`);
  expect((await check(directory, ['--locked'])).problems).toEqual([]);
  const without = written.replaceAll(/^ {2}".*compile .*\n/gm, '');
  writeFileSync(join(directory, 'cackle.lock'), without);
  const drift = await check(directory, ['--locked']);
  expect(drift.problems).toContainEqual(
    expect.objectContaining({
      packageName: 'reader',
      gained: expect.arrayContaining(['compile env GIT_HASH']),
    }),
  );
  writeFileSync(join(directory, 'cackle.lock'), without.replace('version = 2', 'version = 1'));
  expect((await check(directory, ['--locked'])).problems).toEqual([]);
});

test('rule 11.2: names that crates choose are facts that are read back as they are (unit)', () => {
  for (const name of [
    'A',
    'A [x86_64]',
    'a"b',
    'line\nbreak',
    '"',
    '\u202e',
    '\u{e0041}',
    '~/a b/c',
  ])
    for (const kind of ['compile-env', 'compile-file'] as const) {
      const text = factText({ scope: 'test', kind, name });
      expect(text).not.toMatch(/[\n\u202e]| \[[^\]]*\]$/);
      expect(parseFact(text)).toEqual({ scope: 'test', kind, name });
    }
  expect(parseFact('compile env "broken')).toBeUndefined();
});

test.each([
  ['GIT_HASH', 'GIT_HASH', true],
  ['GIT_*', 'GIT_HASH', true],
  ['GIT_', 'GIT_HASH', false],
  ['git_hash', 'GIT_HASH', false],
])('rule 2.19: the rule %s for the variable %s: %s (unit)', (rule, name, covers) => {
  expect(coversVariable(rule, name)).toBe(covers);
});

test.each([
  ['../LICENSE', '../LICENSE', true],
  ['..', '../LICENSE', true],
  ['..', '../../LICENSE', false],
  ['../', '../a/b', true],
  ['../../shared', '../../shared-not/x', false],
  ['../x/../LICENSE', '../LICENSE', true],
  ['../x/../..', '../../LICENSE', true],
  ['~', '~/.ssh/id', true],
  ['~/.ss', '~/.ssh/id', false],
  ['/', '/etc/passwd', true],
  ['/', '../x', false],
  ['/etc/', '/etc/passwd', true],
])('rule 2.19: the rule %s for the file %s: %s (unit)', (rule, file, covers) => {
  expect(coversFile(rule, file)).toBe(covers);
});

test('rule 2.19: a file has one name on every machine (unit)', () => {
  const workspace = { root: '/ws' } as Workspace;
  const name = (file: string, directory: string): string =>
    writtenFile(file, { directory } as Package, workspace);
  const registry = '/cargo/registry/src/index-1';
  const checkout = '/cargo/git/checkouts/repo-1/abc';
  expect(name('/ws/shared/a', '/ws/vendor/x')).toBe('../../shared/a');
  expect(name(`${registry}/y-1/a`, `${registry}/x-1`)).toBe('../y-1/a');
  expect(name(`${checkout}/README.md`, `${checkout}/crates/x`)).toBe('../../README.md');
  expect(name('/cargo/credentials.toml', `${checkout}/crates/x`)).toBe('/cargo/credentials.toml');
  expect(name('/etc/passwd', '/x')).toBe('/etc/passwd');
  const p = { directory: '/ws/x' } as Package;
  expect(name(join(homedir(), '.ssh/id'), '/ws/x')).toBe('~/.ssh/id');
  expect(placeOfRule('~/.ssh/id', p)).toBe(join(homedir(), '.ssh/id'));
});

test.each([
  ['/ws/shared/a', '../../shared/a', true],
  ['/ws/shared', '../../shared/a', true],
  ['/ws/shared/b', '../../shared/a', false],
  [join(homedir(), '.ssh'), '~/.ssh/id', true],
  ['~/.ssh', '~/.ssh-not/id', false],
  ['../../shared', '/etc/shared', false],
])(
  'rules 2.19, 5.11: the rule %s, however it is written, for the file %s: %s (unit)',
  (rule, file, allows) => {
    expect(allowsFile(rule, file, { directory: '/ws/vendor/x' } as Package)).toBe(allows);
  },
);

describe.skipIf(noBubblewrap)('rule 7.9: in the sandbox of rustc', () => {
  const sandboxed = (rest: string): string => config(rest).replace('"Disabled"', '"Bubblewrap"');

  test('rules 5.29, 10.1, 13.2: a hidden file is the problem that an included one is, for cargo behind the gates too, and what is told works as it stands', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'reads-')));
    try {
      const file = join(outside, 'terms.txt');
      writeFileSync(file, 'terms\n');
      const directory = fixture('simple', {
        as: 'reads-hidden',
        files: {
          'src/main.rs': `fn main() {\n    print!("{}", include_str!("${file}"));\n}\n`,
          'cackle.toml': sandboxed(''),
        },
      });
      const told = ({ status, problems, unchecked, leftOut }: Awaited<ReturnType<typeof check>>) =>
        JSON.stringify({ status, problems, unchecked, leftOut });
      const hidden = await check(directory);
      expect([hidden.status, hidden.problems.map(short), hidden.leftOut]).toEqual([
        1,
        ['disallowed-compile-files simple'],
        [],
      ]);
      expect(hidden.problems).toContainEqual(
        expect.objectContaining({
          uses: [
            expect.objectContaining({
              name: file,
              isHidden: true,
              place: expect.objectContaining({ line: 2 }),
            }),
          ],
        }),
      );
      expect(hidden.unchecked).toContainEqual(
        expect.objectContaining({ packageLabel: 'simple', held: 'compilation', failed: true }),
      );
      const lines = `[pkg.simple]\ncompile.files = ["${file}"]`;
      for (const [args, status] of [
        // Rule 5.25: it would open the sandbox.
        [['-n', '--auto-accept-fixes', '--path', directory], 1],
        [['--path', directory, 'check'], 101],
        [['--path', directory, 'cargo', 'doc'], 101],
      ] as const) {
        const ran = await cackle(args);
        expect([args, ran.status]).toEqual([args, status]);
        expect(`${ran.stdout}${ran.stderr}`.replaceAll(/^ +/gm, '')).toContain(lines);
      }
      expect(textOf(directory, 'cackle.toml')).toBe(sandboxed(''));
      writeFileSync(join(directory, 'cackle.toml'), sandboxed(`${lines}\n`));
      const allowed = await check(directory);
      expect([allowed.status, allowed.problems]).toEqual([0, []]);
      expect((await check(directory)).counts.unitsBuilt).toBe(0);
      writeFileSync(join(directory, 'cackle.toml'), sandboxed(''));
      expect(told(await check(directory))).toBe(told(hidden));
      // Compiled where nothing hides it.
      writeFileSync(join(directory, 'cackle.toml'), config(''));
      expect((await check(directory)).unchecked).toEqual([]);
      writeFileSync(join(directory, 'cackle.toml'), sandboxed(''));
      expect(told(await check(directory))).toBe(told(hidden));
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test('one under another name in a hidden place is told with the setting that shows it', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'reads-link-')));
    try {
      const link = join(outside, 'terms.txt');
      symlinkSync('/etc/passwd', link);
      const directory = fixture('simple', {
        as: 'reads-hidden-link',
        files: {
          'src/main.rs': `fn main() {\n    print!("{}", include_str!("${link}"));\n}\n`,
          'cackle.toml': sandboxed('[pkg.simple]\ncompile.files = ["/etc/passwd"]\n'),
        },
      });
      const hidden = await cackle(['-n', '--path', directory]);
      const lines = `[rustc.sandbox]\n    bind_readable = ["${link}"]\n`;
      expect([hidden.status, hidden.stderr]).toEqual([2, expect.stringContaining(lines)]);
      writeFileSync(
        join(directory, 'cackle.toml'),
        `${textOf(directory, 'cackle.toml')}${lines.replaceAll(/^ +/gm, '')}`,
      );
      expect((await check(directory)).problems).toEqual([]);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  test('a variable that code cannot do without is named with the setting that shows it', async () => {
    const directory = fixture('simple', {
      as: 'reads-hidden-variable',
      files: {
        'src/main.rs': 'fn main() {\n    print!("{}", env!("ASKED_FOR", "set it, please"));\n}\n',
        'cackle.toml': sandboxed(''),
      },
    });
    const env = { ASKED_FOR: '1' };
    const toml =
      '[rustc.sandbox]\npass_env = ["ASKED_FOR"]\n\n[pkg.simple]\ncompile.env = ["ASKED_FOR"]\n';
    for (const [args, status] of [
      [['-n', '--path', directory], 2],
      [['--path', directory, 'check'], 101],
    ] as const) {
      const hidden = await cackle(args, env);
      expect([args, hidden.status]).toEqual([args, status]);
      expect(hidden.stderr).toContain('hides ASKED_FOR from the code of simple');
      expect(hidden.stderr.replaceAll(/^ +/gm, '')).toContain(toml);
      expect(hidden.stderr).not.toContain('--unshare-all');
    }
    writeFileSync(join(directory, 'cackle.toml'), sandboxed(toml));
    expect((await check(directory, [], env)).problems).toEqual([]);
    const ran = await cackle(['--path', directory, 'test'], env);
    expect([ran.status, ran.stderr]).toEqual([0, expect.anything()]);
    expect((await check(directory, [], env)).counts.unitsBuilt).toBe(0);
  });
});
