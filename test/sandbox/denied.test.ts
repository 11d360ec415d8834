import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Denial } from '../../engine/judge/problems.ts';
import { denialsIn } from '../../engine/sandbox/denied.ts';
import { adviceFor } from '../../engine/session.ts';
import { check, config, manifest, workspace } from '../support/cackle.ts';
import { noBubblewrap } from './support.ts';

const allowed =
  '[pkg.boxed]\nbuild.allow_apis = ["fs", "net", "env"]\nallow_unsafe = true\nallow_extern = true\n';
const boxed = config(allowed).replace('"Disabled"', '"Bubblewrap"');

/** A package whose build script has that body, in a workspace of its own or as a member. */
function project(name: string, body: string, member: boolean): string {
  const prefix = member ? 'crates/boxed/' : '';
  return workspace(`denied-${name}`, {
    ...(member
      ? { 'Cargo.toml': '[workspace]\nmembers = ["crates/boxed"]\nresolver = "2"\n' }
      : {}),
    [`${prefix}Cargo.toml`]: manifest('boxed'),
    [`${prefix}src/main.rs`]: 'fn main() {}',
    [`${prefix}src/target/mod.rs`]: '',
    [`${prefix}shell/kept.txt`]: '',
    [`${prefix}NOTES.md`]: 'old',
    [`${prefix}build.rs`]: `fn main() -> Result<(), Box<dyn std::error::Error>> { println!("cargo:rerun-if-changed=build.rs"); ${body} Ok(()) }`,
    'cackle.toml': boxed,
  });
}

/** The program failed; gives what stood in its way and what is advised. */
async function failure(
  directory: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ denied: readonly Denial[] | undefined; advice: string | undefined }> {
  const { problems, status } = await check(directory, [], env);
  expect(status).toBe(1);
  const failed = problems.find((problem) => problem.kind === 'execution-failed');
  if (failed?.kind !== 'execution-failed') throw new Error(JSON.stringify(problems));
  return { denied: failed.denied, advice: adviceFor(failed) };
}

describe.skipIf(noBubblewrap !== undefined)('spec 5: the fix fits what the sandbox denied', () => {
  const write = (path: string, isNew = false): Denial => ({ what: 'write', path, new: isNew });
  const list = (key: string, value: string): string =>
    `[pkg.boxed]\nbuild.sandbox.${key} = ["${value}"]`;

  test.each<[string, string, Denial, string, boolean]>([
    [
      'a file in a directory',
      'std::fs::write("shell/made.txt", "x")?;',
      write('shell'),
      list('bind_writable', 'shell'),
      false,
    ],
    [
      'a file that is there',
      'std::fs::write("NOTES.md", "new")?;',
      write('NOTES.md'),
      list('bind_writable', 'NOTES.md'),
      false,
    ],
    [
      'a new directory',
      'std::fs::create_dir_all("gen/deep")?; std::fs::write("gen/deep/x", "")?;',
      write('gen', true),
      list('make_writable', 'gen'),
      false,
    ],
    [
      'in a member',
      'std::fs::write("shell/made.txt", "x").unwrap();',
      write('crates/boxed/shell'),
      list('bind_writable', 'crates/boxed/shell'),
      true,
    ],
    [
      'without a word',
      'if std::fs::write("shell/made.txt", "x").is_err() { std::process::exit(7) }',
      write('shell'),
      list('bind_writable', 'shell'),
      false,
    ],
  ])(
    '%s: what it tried to write, and then it is clean',
    async (name, body, denied, advice, member) => {
      const directory = project(name.replaceAll(' ', '-'), body, member);
      expect(await failure(directory)).toEqual({ denied: [denied], advice });
      const more = advice.split('\n')[1] as string;
      writeFileSync(
        join(directory, 'cackle.toml'),
        readFileSync(join(directory, 'cackle.toml'), 'utf8').replace(
          '[pkg.boxed]\n',
          `[pkg.boxed]\n${more}\n`,
        ),
      );
      const after = await check(directory);
      expect(after.problems.filter(({ kind }) => kind === 'execution-failed')).toEqual([]);
    },
  );

  test.each([
    ['that says so', 'std::net::TcpStream::connect("127.0.0.1:1")?;'],
    ['by name', 'std::net::TcpStream::connect("cackle.invalid:80")?;'],
    [
      'and is silent',
      'if std::net::TcpStream::connect("192.0.2.1:9").is_err() { std::process::exit(3) }',
    ],
  ])('the network, by a script %s', async (name, body) => {
    const { denied, advice } = await failure(
      project(`net-${name.replaceAll(' ', '-')}`, body, false),
    );
    expect(denied).toEqual([{ what: 'network' }]);
    expect(advice).toBe('[pkg.boxed]\nbuild.sandbox.allow_network = true');
  });

  test.each([
    ['named', 'std::env::var("SOME_BUILD_NUMBER").expect("SOME_BUILD_NUMBER is not set");'],
    ['not named', 'std::env::var("SOME_BUILD_NUMBER")?;'],
  ])('a variable that is %s', async (name, body) => {
    const directory = project(`variable-${name.replace(' ', '-')}`, body, false);
    const { denied, advice } = await failure(directory, { SOME_BUILD_NUMBER: '7', OTHER_ONE: '8' });
    expect(denied).toEqual([{ what: 'variable', name: 'SOME_BUILD_NUMBER' }]);
    expect(advice).toBe('[pkg.boxed]\nbuild.sandbox.pass_env = ["SOME_BUILD_NUMBER"]');
  });

  test('its own permissions: no setting is advised', async () => {
    const directory = project('mode', 'std::fs::write("shell/kept.txt", "x")?;', false);
    chmodSync(join(directory, 'shell/kept.txt'), 0o444);
    writeFileSync(
      join(directory, 'cackle.toml'),
      boxed.replace('[pkg.boxed]\n', '[pkg.boxed]\nbuild.sandbox.bind_writable = ["shell"]\n'),
    );
    expect(await failure(directory)).toEqual({
      denied: [{ what: 'mode', path: 'shell/kept.txt' }],
      advice: undefined,
    });
  });

  test('a failure of its own is not taken for a denial', async () => {
    const { denied } = await failure(project('own', 'Err("no luck")?;', false));
    expect(denied).toBeUndefined();
  });
});

test('spec 5: what texts of programs say was denied', () => {
  const said = (output: string): Denial[] =>
    denialsIn(output, { cwd: '/', hiddenVariables: ['SECRET_ONE'], mentions: () => false });
  for (const text of [
    'curl: (6) Could not resolve host: example.com',
    'Temporary failure in name resolution',
    'Custom { kind: Uncategorized, error: "failed to lookup address information: x" }',
    'Os { code: 101, kind: NetworkUnreachable, message: "Network is unreachable" }',
    'connect ECONNREFUSED 127.0.0.1:1',
  ])
    expect(said(text), text).toEqual([{ what: 'network' }]);
  expect(said("cannot create '/proc/new/file': Read-only file system")).toEqual([
    { what: 'write', path: '/proc/new', new: true },
  ]);
  expect(said('SECRET_ONE must be set')).toEqual([{ what: 'variable', name: 'SECRET_ONE' }]);
  for (const text of ['no luck today', 'assertion failed: a == b', 'SECRET_ONES must be set'])
    expect(said(text), text).toEqual([]);
});
