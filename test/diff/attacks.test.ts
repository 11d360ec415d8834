import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { PackageChange } from '../../engine/diff/types.ts';
import { cackle, fixture } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
import { diff, gains, git, lockVersions, repository } from './support.ts';

/**
 * Harmless look-alikes of what attackers did, one at a time: a repository in which all packages have the older version, and a
 * work tree in which one has a newer one.
 */
const older = {
  ...{ adder: '1.0.0', derives: '1.0.0', expands: '1.0.0', modes: '1.0.0', native: '1.0.0' },
  ...{ numbers: '1.0.0', opener: '1.0.0', plain: '1.0.0', portable: '1.0.0', reader: '1.0.0' },
  ...{ settings: '1.0.0', steady: '1.0.0', tidy: '1.0.0' },
};
/** Lines of a report that a reader sees without scrolling. */
const FIRST_SCREEN = 24;

let directory = '';

beforeAll(async () => {
  directory = fixture('attacks');
  await lockVersions(directory, older);
  // Inventories are kept by the files of a commit: each run of the tests has its own.
  writeFileSync(join(directory, 'unique.txt'), `${process.pid} ${Date.now()}`);
  await repository(directory);
});

beforeEach(async () => {
  await git(directory, 'checkout', '-q', '-f', '.');
  await git(directory, 'clean', '-q', '-f', '-d');
});

const update = (versions: Readonly<Record<string, string>>): Promise<void> =>
  lockVersions(directory, { ...older, ...versions });

const edit = (file: string, change: (text: string) => string): void => {
  const path = join(directory, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};

/** Both forms of one diff: JSON, and the first screen of the text. */
async function told(): Promise<{ found: Awaited<ReturnType<typeof diff>>; screen: string }> {
  const found = await diff(directory, ['HEAD']);
  const { stdout } = await cackle(['diff', '--path', directory, 'HEAD']);
  return { found, screen: stdout.split('\n').slice(0, FIRST_SCREEN).join('\n') };
}

/** What JSON says of a gain: where, the functions that lead there, who opened it, and whether it is allowed. */
function gainOf(packages: readonly PackageChange[], name: string, fact: string) {
  const gain = packages.find((p) => p.name === name)?.gained.find((g) => g.fact === fact);
  const [found] = gain?.evidence?.places ?? [];
  return {
    place: `${found?.place.file.replace(/^.*\/vendor\//, '')}:${found?.place.line}`,
    path: (found?.path ?? [])
      .map(({ name: step }) => step)
      .filter((step) => /^\w+::/.test(step) && !/^(?:std|core|proc_macro)::/.test(step)),
    opened: `${gain?.openedBy?.package} ${gain?.openedBy?.by}`,
    allowed: gain?.allowed,
  };
}

interface Attack {
  readonly versions: Readonly<Record<string, string>>;
  readonly gained: Readonly<Record<string, readonly string[]>>;
  readonly place: string;
  readonly path: readonly string[];
  readonly opened: string;
}

const attacks: readonly [string, Attack][] = [
  [
    'one added call into a new dependency that connects',
    {
      versions: { adder: '1.1.0' },
      gained: { courier: ['api net'] },
      place: 'courier-1.0.0/src/lib.rs:2',
      path: ['attacks::main', 'adder::add', 'courier::deliver'],
      opened: 'adder 1.1.0 dependant',
    },
  ],
  [
    'the network, in a crate that rightly has files',
    {
      versions: { reader: '1.1.0' },
      gained: { reader: ['api net'] },
      place: 'reader-1.1.0/src/lib.rs:10',
      path: ['attacks::main', 'reader::text', 'reader::count'],
      opened: 'reader 1.1.0 itself',
    },
  ],
  [
    'a program, only when a variable is set',
    {
      versions: { settings: '1.1.0' },
      gained: { settings: ['api process', 'api env'] },
      place: 'settings-1.1.0/src/lib.rs:3',
      path: ['attacks::main', 'settings::level'],
      opened: 'settings 1.1.0 itself',
    },
  ],
  [
    'a dirty version after a clean one',
    {
      versions: { steady: '1.0.2' },
      gained: { steady: ['api fs'] },
      place: 'steady-1.0.2/src/lib.rs:3',
      path: ['attacks::main', 'steady::steady'],
      opened: 'steady 1.0.2 itself',
    },
  ],
  [
    'a proc macro that looks at files',
    {
      versions: { expands: '1.1.0' },
      gained: { expands: ['api fs'] },
      place: 'expands-1.1.0/src/lib.rs:5',
      path: ['expands::number'],
      opened: 'expands 1.1.0 itself',
    },
  ],
  [
    'old code of an unchanged package, newly reached by a changed caller',
    {
      versions: { opener: '1.1.0' },
      gained: { toolbox: ['api fs'] },
      place: 'toolbox-1.0.0/src/lib.rs:6',
      path: ['attacks::main', 'opener::open', 'toolbox::load'],
      opened: 'opener 1.1.0 caller',
    },
  ],
  [
    'a foreign function',
    {
      versions: { numbers: '1.1.0' },
      gained: { numbers: ['extern', 'unsafe'] },
      place: 'numbers-1.1.0/src/lib.rs:1',
      path: [],
      opened: 'numbers 1.1.0 itself',
    },
  ],
  [
    'a build instruction that links another library',
    {
      versions: { native: '1.1.0' },
      gained: { native: ['build: cargo:rustc-link-lib=m'] },
      place: 'native-1.1.0/build.rs:3',
      path: [],
      opened: 'native 1.1.0 itself',
    },
  ],
  [
    'the network, behind a new default feature',
    {
      versions: { modes: '1.1.0' },
      gained: { modes: ['api net'] },
      place: 'modes-1.1.0/src/lib.rs:9',
      path: ['attacks::main', 'modes::mode', 'modes::report'],
      opened: 'modes 1.1.0 itself',
    },
  ],
];

test.each(sampled(attacks, 4))('rules 11.4, 11.7: %s is on the first screen', async (_, attack) => {
  await update(attack.versions);
  const { found, screen } = await told();
  expect([found.status, gains(found)]).toEqual([1, attack.gained]);
  const [[name, facts]] = Object.entries(attack.gained) as [[string, string[]]];
  const { place, path, opened } = attack;
  expect(gainOf(found.packages, name, facts[0] ?? '')).toEqual({
    place,
    path,
    opened,
    allowed: false,
  });
  for (const text of [name, ...facts, 'not allowed by cackle.toml', place, ...path])
    expect(screen).toContain(text);
  if (!opened.endsWith('itself')) expect(screen).toContain(opened.replace(/ \w+$/, ''));
});

test('rules 11.4, 11.5: a build script that a known macro crate newly has is told, and not run', async () => {
  const ran = join(directory, 'target', 'attacks-ran');
  rmSync(ran, { force: true });
  process.env.ATTACKS_RAN = ran;
  await update({ derives: '1.1.0' });
  const { found, screen } = await told();
  expect([found.status, gains(found)]).toEqual([
    1,
    { derives: ['build script', 'build: api process', 'build: api env'] },
  ]);
  expect(gainOf(found.packages, 'derives', 'build script').place).toBe('derives-1.1.0/build.rs:1');
  expect(gainOf(found.packages, 'derives', 'build: api process')).toEqual({
    place: 'derives-1.1.0/build.rs:4',
    path: ['build_script_build::main'],
    opened: 'derives 1.1.0 itself',
    allowed: false,
  });
  expect(existsSync(ran)).toBe(false);
  // What could not be built for it has lost nothing.
  expect(found.packages.map(({ name }) => name)).toEqual(['derives']);
  for (const text of ['derives 1.0.0 → 1.1.0', 'build: api process', 'build.rs:4', 'was held back'])
    expect(screen).toContain(text);
});

test('rule 11.8: code of Windows alone is on the first screen, though the target gains nothing', async () => {
  await update({ portable: '1.1.0' });
  const { found, screen } = await told();
  expect([found.status, found.gained, found.lockedOnly]).toEqual([0, false, ['courier 1.0.0']]);
  expect(found.packages[0]?.review?.otherTargets.places).toEqual([
    { file: 'src/lib.rs', line: 1, cfg: 'cfg(windows)' },
    { file: 'src/lib.rs', line: 5, cfg: 'cfg(windows)' },
    { file: 'src/registry.rs', line: 1, cfg: 'cfg(windows)' },
    { file: 'Cargo.toml', line: 6, cfg: 'cfg(windows)' },
  ]);
  for (const text of [
    'portable adds code for other targets, which this comparison does not judge: ',
    'src/lib.rs:1 cfg(windows)',
    'for other targets or features alone, not judged: courier 1.0.0',
    `gained nothing on ${found.target}`,
  ])
    expect(screen).toContain(text);
});

test('rule 11.4: a package that [patch] takes from a directory is told, with equal sources', async () => {
  edit(
    'Cargo.toml',
    (text) => `${text}\n[patch.crates-io]\nmover = { path = "elsewhere/mover" }\n`,
  );
  await update({});
  const { found, screen } = await told();
  expect([found.status, found.gained, gains(found)]).toEqual([1, true, {}]);
  expect(found.packages[0]).toMatchObject({ name: 'mover', change: 'source' });
  expect(screen).toContain('mover 1.0.0 from crates.io → 1.0.0 from elsewhere/mover');
});

const connects =
  'pub fn swap() -> u32 {\n    let _ = std::net::TcpStream::connect("127.0.0.1:1");\n    8\n}\n';

test('rules 11.4, 11.5: another archive under the same version is told, and what it does', async () => {
  edit('vendor/swapped-1.0.0/.cargo-checksum.json', (text) => text.replaceAll('1', '2'));
  edit('vendor/swapped-1.0.0/src/lib.rs', () => connects);
  await update({});
  const { found, screen } = await told();
  expect([found.status, gains(found)]).toEqual([1, { swapped: ['api net'] }]);
  expect(found.packages[0]).toMatchObject({ name: 'swapped', checksumChanged: true });
  for (const text of ['another archive', 'api net', 'swapped-1.0.0/src/lib.rs:2'])
    expect(screen).toContain(text);
});

wholeTest(
  'rules 11.4, 11.5: a vendored package that was edited under the same version is built again',
  async () => {
    edit('vendor/swapped-1.0.0/src/lib.rs', () => connects);
    await update({});
    const { found, screen } = await told();
    expect([found.status, gains(found)]).toEqual([1, { swapped: ['api net'] }]);
    expect(screen).toContain('swapped 1.0.0, edited');
  },
);

test('rules 11.4, 11.7: what the same change allows is told all the same', async () => {
  edit('cackle.toml', (text) => text.replace('allow_apis = ["fs"]', 'allow_apis = ["fs", "net"]'));
  await update({ reader: '1.1.0' });
  const { found, screen } = await told();
  expect([found.status, gains(found)]).toEqual([1, { reader: ['api net'] }]);
  expect(found.packages[0]?.gained[0]?.allowed).toBe(true);
  expect(screen).toContain('gained: api net (allowed by this change of cackle.toml)');
});

wholeTest(
  'rule 11.4: what is refused decides the order, not what is allowed beside it',
  async () => {
    edit('cackle.toml', (text) => `${text}\n[pkg.settings]\nallow_apis = ["process"]\n`);
    await update({ settings: '1.1.0', steady: '1.0.2' });
    const { found } = await told();
    expect(Object.entries(gains(found))).toEqual([
      ['steady', ['api fs']],
      ['settings', ['api process', 'api env']],
    ]);
  },
);

wholeTest('rule 11.4: code that is compiled for two types is at one place', async () => {
  edit('src/main.rs', (text) =>
    text
      .replace('fn main() {', 'fn main() {\n    let _ = (keep(1), keep("x"));')
      .concat('fn keep<T>(value: T) -> T {\n    let _ = std::fs::write("x", "y");\n    value\n}\n'),
  );
  await update({});
  const { found, screen } = await told();
  expect(gains(found)).toEqual({ attacks: ['api fs'] });
  expect(found.packages[0]?.gained[0]?.evidence).toMatchObject({
    count: 1,
    places: [{ place: { line: 23 } }],
  });
  expect(screen.match(/src\/main\.rs:23/g)).toHaveLength(1);
  expect(screen).not.toContain('more place');
});

test.each(
  sampled(
    [
      ['code that was moved and taken apart', { tidy: '1.0.1' }],
      ['a new version without capabilities', { plain: '1.0.1' }],
      ['comments alone', { portable: '1.0.1' }],
      ['the clean version before the dirty one', { steady: '1.0.1' }],
    ],
    4,
  ),
)('rules 11.4, 11.8: %s gains nothing', async (_, versions) => {
  await update(versions);
  const { found, screen } = await told();
  expect([found.status, found.gained, gains(found)]).toEqual([0, false, {}]);
  expect(found.packages.flatMap(({ review }) => review?.otherTargets.places ?? [])).toEqual([]);
  const [name] = Object.keys(versions);
  expect(screen).toMatch(
    new RegExp(`^moved, gained nothing:\n  ${name} 1.0.0 → 1.0.1 {2}\\+\\d+ −\\d+ lines`),
  );
  expect(screen).toContain('\ngained nothing (HEAD');
});
