import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diff } from '../../engine/diff/types.ts';
import { cackle, check, fixture, workspacePlace } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';
import { commit, diff, gains, git, lockVersions, repository, updates } from './support.ts';

test('rules 11.4, 11.6: an update that gains something is told with the place, the path and who brought it', async () => {
  const directory = await updates('diff-gains', { leaf: '1.0.0' });
  await lockVersions(directory, { leaf: '1.1.0' });
  const found = await diff(directory, ['HEAD']);
  expect([found.status, gains(found)]).toEqual([1, { helper: ['api net'] }]);
  const [helper] = found.packages;
  expect(helper).toMatchObject({
    name: 'helper',
    change: 'new',
    neededBy: ['leaf'],
    gained: [{ allowed: false, openedBy: { package: 'leaf 1.1.0', by: 'dependant', through: [] } }],
  });
  const [place] = helper?.gained[0]?.evidence?.places ?? [];
  expect(place?.path.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['updates::main', 'leaf::answer', 'helper::tell']),
  );
  const shown = await cackle(['diff', '--path', directory, 'HEAD']);
  expect(shown.stdout).toContain(
    'gained: api net (not allowed by cackle.toml), brought by leaf 1.1.0',
  );
  // Rule 11.16: the lines that it proposes are those that a check needs.
  expect(shown.stdout).toContain('in cackle.toml:\n  [pkg.helper]\n  allow_apis = ["net"]\n');
  appendFileSync(join(directory, 'cackle.toml'), `\n${found.toAllow}\n`);
  const allowed = await diff(directory, ['HEAD']);
  expect(allowed).toMatchObject({ toAllow: '', packages: [{ gained: [{ allowed: true }] }, {}] });
  expect(shown.stdout).toContain('moved, gained nothing:\n  leaf 1.0.0 → 1.1.0  +');
});

test('rules 11.5, 11.6: an update that gains nothing is one line, and a base that is known is not built again', async () => {
  const directory = await updates('diff-nothing', { leaf: '1.0.0' });
  await lockVersions(directory, { leaf: '1.0.1' });
  const first = await diff(directory, ['HEAD']);
  expect([first.status, first.gained, first.base.from]).toEqual([0, false, 'check']);
  const second = await diff(directory, ['HEAD']);
  expect([second.status, second.base.from]).toEqual([0, 'kept']);
  expect(second.stderr).not.toContain('Compiling');
  expect(second.packages).toEqual(first.packages);
  const quiet = await cackle(['diff', '--quiet', '--path', directory, 'HEAD']);
  expect([quiet.status, quiet.stdout]).toEqual([0, '']);
});

test('rule 11.4: a caller that newly reaches old code opened it', async () => {
  const directory = await updates('diff-caller', { leaf: '1.0.0' });
  const main = join(directory, 'src/main.rs');
  writeFileSync(
    main,
    readFileSync(main, 'utf8').replace('util::length("four")', 'util::load("four")'),
  );
  const found = await diff(directory, ['HEAD']);
  expect(gains(found)).toEqual({ util: ['api fs'] });
  expect(found.packages[0]).toMatchObject({
    change: 'same',
    gained: [{ openedBy: { package: 'updates 0.1.0', by: 'caller' } }],
  });
  // The other way round it is lost, and that is no gain.
  await commit(directory, 'second');
  await git(directory, 'checkout', '-q', 'HEAD~1', '--', 'src/main.rs');
  const back = await diff(directory, ['HEAD']);
  expect([back.status, back.packages.flatMap(({ lost }) => lost)]).toEqual([0, ['api fs']]);
});

test('rule 11.5: the work tree is as it was, and a check after a diff has nothing to do', async () => {
  const directory = await updates('diff-tree', { leaf: '1.0.0' });
  await lockVersions(directory, { leaf: '1.1.0' });
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  const main = join(directory, 'src/main.rs');
  writeFileSync(main, `${readFileSync(main, 'utf8')}// edited\n`);
  const before = [await git(directory, 'status', '--porcelain'), statSync(main).mtimeMs];
  await diff(directory, ['HEAD']);
  expect([await git(directory, 'status', '--porcelain'), statSync(main).mtimeMs]).toEqual(before);
  const { counts } = await check(directory, ['--quiet']);
  expect([counts.unitsBuilt, counts.objectsExtracted]).toEqual([0, 0]);
});

test('rule 11.5: a base with cackle.lock is not built', async () => {
  const directory = await updates('diff-locked', { leaf: '1.0.0' });
  await cackle(['lock', '--path', directory]);
  await commit(directory, 'lock');
  await lockVersions(directory, { leaf: '1.1.0' });
  const found = await diff(directory);
  expect([found.base.from, gains(found)]).toEqual(['cackle.lock', { helper: ['api net'] }]);
});

test('rules 11.5, 11.6: what is not allowed runs on neither side, and what is not known is not "nothing"', async () => {
  const directory = fixture('held-build-script', { as: 'diff-held' });
  await repository(directory);
  writeFileSync(join(directory, 'notes.txt'), 'x');
  const { status, base, head, gained } = await diff(directory, ['HEAD']);
  expect([status, gained]).toEqual([2, false]);
  expect([base.unknown, head.unknown].map((texts) => texts.join())).toEqual([
    expect.stringContaining('was held back'),
    expect.stringContaining('was held back'),
  ]);
});

test('rule 11.6: where a held script keeps a program from being built, no form says that a change gained nothing', async () => {
  // Not compiled without what the script makes.
  const main = (body: string): string =>
    `include!(concat!(env!("OUT_DIR"), "/made.rs"));\nfn main() { made(); ${body} }\n`;
  const directory = fixture('held-build-script', {
    files: { 'src/main.rs': main('') },
    as: 'diff-held-change',
  });
  await repository(directory);
  const use = 'let _ = std::process::Command::new("x").spawn();';
  writeFileSync(join(directory, 'src/main.rs'), main(use));
  const args = ['diff', 'HEAD', '--path', directory];
  for (const form of sampled(['human', 'markdown', 'github'], 2)) {
    const { status, stdout } = await cackle([...args, '--output-format', form]);
    expect([form, status]).toEqual([form, 2]);
    expect(stdout.toLowerCase()).not.toContain('gained nothing');
    expect(stdout).toContain('not all of it was judged');
    expect(stdout).toContain('was held back');
    if (form === 'human')
      expect(stdout).toContain('edited, not judged whole:\n  held 1.0.0, edited');
  }
});

test('rule 11.4: --lock compares with another lock file', async () => {
  const directory = await updates('diff-lock-file', { leaf: '1.0.0' });
  const old = join(directory, 'old.lock');
  writeFileSync(old, readFileSync(join(directory, 'Cargo.lock')));
  await lockVersions(directory, { leaf: '1.1.0' });
  expect(gains(await diff(directory, ['--lock', old]))).toEqual({ helper: ['api net'] });
});

wholeTest(
  'rule 11.5: a workspace in a directory that the repository around it ignores is copied, not taken for that one',
  async () => {
    const outside = fixture('updates', { as: 'diff-ignored' });
    await repository(outside);
    writeFileSync(join(outside, '.gitignore'), 'target/\ninner/\n');
    const directory = join(outside, 'inner');
    cpSync(fixture('updates', { as: 'diff-inner' }), directory, { recursive: true });
    await lockVersions(directory, { leaf: '1.0.0' });
    const old = join(outside, 'old.lock');
    writeFileSync(old, readFileSync(join(directory, 'Cargo.lock')));
    await lockVersions(directory, { leaf: '1.1.0' });
    const found = await diff(directory, ['--lock', old]);
    expect([gains(found), found.packages.map(({ name }) => name)]).toEqual([
      { helper: ['api net'] },
      ['helper', 'leaf'],
    ]);
  },
);

test('rule 11.4: --update says what an update would gain, and changes nothing', async () => {
  const directory = await updates('diff-update', { leaf: '1.0.0' });
  const lock = readFileSync(join(directory, 'Cargo.lock'), 'utf8');
  const found = await diff(directory, ['--update']);
  expect([gains(found), found.head.label]).toEqual([
    { helper: ['api net'] },
    'after `cargo update`',
  ]);
  expect(readFileSync(join(directory, 'Cargo.lock'), 'utf8')).toBe(lock);
  const one = await diff(directory, ['--update', '-p', 'util']);
  expect([one.status, one.packages]).toEqual([0, []]);
});

test.each(
  sampled([
    ['no such revision', ['nowhere'], 'nowhere is no commit of'],
    ['no such lock file', ['--lock', 'missing.lock'], 'missing.lock does not exist'],
    ['a file that is no lock file', ['--lock', 'Cargo.toml'], 'Cargo.toml names no package'],
    ['two bases', ['HEAD', '--update'], 'cannot be given together'],
    ['-p without --update', ['-p', 'leaf'], '-p belongs to --update'],
    ['an update of a package that is not there', ['--update', '-p', 'nobody'], 'nobody'],
  ]),
)('rule 11.6: %s is an error, status 2', async (_, args, said) => {
  const directory = await updates('diff-wrong', {});
  const options = args.map((arg) => (arg.includes('.') ? join(directory, arg) : arg));
  const { status, stderr } = await cackle(['diff', '--path', directory, ...options]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
});

test('rule 11.6: outside of a repository the message says what else can be compared', async () => {
  const { status, stderr } = await cackle(['diff', '--path', '/', 'HEAD']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('Cargo.toml')]);
});

test('rule 11.4: --from and --to compare published versions of a crate without a project, all of whose functions count', async () => {
  const vendor = join(fixture('updates', { as: 'diff-versions' }), 'vendor');
  const home = workspacePlace('diff-versions-home');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'config.toml'),
    `[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = ${JSON.stringify(vendor)}\n`,
  );
  const env = { CARGO_HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
  const versions = (from: string, to: string, crate: string) =>
    cackle(['diff', '--output-format', 'json', '--from', from, '--to', to, crate], env);
  const ran = await versions('1.0.0', '1.1.0', 'leaf');
  const found = JSON.parse(ran.stdout) as Diff;
  expect([ran.status, gains(found), found.base.label]).toEqual([
    1,
    { helper: ['api net'] },
    'leaf 1.0.0',
  ]);
  const back = await versions('1.1.0', '1.0.1', 'leaf');
  expect([back.status, JSON.parse(back.stdout).gained]).toEqual([0, false]);
  for (const [args, said] of [
    [['--from', '1.0.0', '--to', '7.0.0', 'leaf'], 'cargo finds no version 7.0.0 of leaf'],
    [['--from', '1.0.0', '--to', '7.0.0', 'nobody'], 'nobody'],
    [['--from', '1.0.0', 'leaf'], '--from and --to go together'],
  ] as const) {
    const { status, stderr } = await cackle(['diff', ...args], env);
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
  }
});

wholeTest(
  'rule 11.5: without cackle.toml the APIs of `init` are watched, and the work tree gets no file',
  async () => {
    const directory = await updates('diff-unconfigured', { leaf: '1.0.0' });
    rmSync(join(directory, 'cackle.toml'));
    await commit(directory, 'without');
    await lockVersions(directory, { leaf: '1.1.0' });
    const found = await diff(directory, ['HEAD']);
    expect(gains(found)).toEqual({ helper: ['api net'] });
    expect(found.stderr).toContain('cackle init');
    expect(existsSync(join(directory, 'cackle.toml'))).toBe(false);
  },
);

test('rules 11.9, 11.14: a cackle.toml that watches less is told, and is a gain; one that watches more is none; what it allows newly is told apart', async () => {
  const directory = await updates('diff-loosened', { leaf: '1.0.0' });
  const file = join(directory, 'cackle.toml');
  const before = readFileSync(file, 'utf8');
  await lockVersions(directory, { leaf: '1.1.0' });
  const written = async (text: string): Promise<Diff> => {
    writeFileSync(file, text);
    return diff(directory, ['HEAD']);
  };
  const unwatched = await written(before.replace('"net", ', ''));
  expect([unwatched.gained, unwatched.loosened]).toEqual([
    true,
    [{ file: 'cackle.toml', text: 'the API net is not watched any more' }],
  ]);
  const shown = await cackle(['diff', '--path', directory, 'HEAD']);
  expect([shown.status, shown.stdout.split('\n')[0]]).toEqual([
    1,
    'cackle.toml: the API net is not watched any more, unlike in the base',
  ]);
  const excluded = await written(`${before}\n[api.net]\nexclude = ["std::net::TcpStream"]\n`);
  expect(excluded.loosened).toEqual([
    { file: 'cackle.toml', text: 'the API net now excludes std::net::TcpStream' },
  ]);
  const more = await written(
    `${before.replace('"env"', '"env", "terminate"')}\n[pkg.helper]\nallow_apis = ["net"]\n`,
  );
  expect([more.loosened, gains(more)]).toEqual([[], { helper: ['api net'] }]);
  // Who allows in one change what it gains is told apart from who was allowed it before.
  const gain = (found: Diff) => found.packages.find(({ name }) => name === 'helper')?.gained[0];
  expect(gain(more)).toMatchObject({ allowed: true, newlyAllowed: true });
  const newly = await cackle(['diff', '--path', directory, 'HEAD']);
  expect(newly.stdout).toContain('gained: api net (allowed by this change of cackle.toml)');
  expect(newly.stdout).toContain('1 allowed by this change of cackle.toml');
  await git(directory, 'commit', '-q', '-m', 'allowed', 'cackle.toml');
  expect(gain(await diff(directory, ['HEAD']))).toMatchObject({
    allowed: true,
    newlyAllowed: false,
  });
});

wholeTest(
  'rule 11.5: a build script that asks git for the commit hears one on both sides',
  async () => {
    const directory = await updates('diff-git', {});
    const script =
      'fn main() {\n    let ran = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output().unwrap();\n    if ran.status.success() {\n        println!("cargo:rustc-env=COMMIT={}", String::from_utf8(ran.stdout).unwrap().trim());\n    }\n}\n';
    writeFileSync(join(directory, 'build.rs'), script);
    const config = readFileSync(join(directory, 'cackle.toml'), 'utf8');
    const allows =
      '\n[pkg.updates.build]\nallow_apis = ["process"]\nallow_build_instructions = ["cargo:rustc-env=*"]\n';
    writeFileSync(join(directory, 'cackle.toml'), `${config}${allows}`);
    await commit(directory, 'script');
    writeFileSync(
      join(directory, 'src/main.rs'),
      'fn main() {\n    println!("{}", leaf::answer());\n}\n',
    );
    for (const args of [['HEAD'], ['--update'], ['--lock', join(directory, 'Cargo.lock')]]) {
      const { packages, head } = await diff(directory, args);
      expect(
        packages.flatMap(({ gained, lost }) => [...gained, ...lost]),
        head.label,
      ).toEqual([]);
    }
  },
);
