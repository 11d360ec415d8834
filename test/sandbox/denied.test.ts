import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deniedText } from '../../engine/problems/failure.ts';
import { adviceFor } from '../../engine/problems/fixes.ts';
import type { Denial } from '../../engine/sandbox/denied.ts';
import { denialsIn, placesToWrite } from '../../engine/sandbox/denied.ts';
import { check, config, fixture } from '../support/cackle.ts';
import { sampled } from '../support/whole.ts';
import { kinds } from './support.ts';

const allowed =
  '[pkg.boxed]\nbuild.allow_apis = ["fs", "net", "env", "process"]\nallow_unsafe = true\nallow_extern = true\n';
const boxedIn = (kind: string): string => config(allowed).replace('"Disabled"', `"${kind}"`);

/** A package whose build script has that body, in a workspace of its own or as a member. */
function project(name: string, body: string, member: boolean, kind: string): string {
  const prefix = member ? 'crates/boxed/' : '';
  const script = `fn main() -> Result<(), Box<dyn std::error::Error>> { println!("cargo:rerun-if-changed=build.rs"); ${body} Ok(()) }`;
  return fixture(member ? 'boxed-build-script-of-member' : 'boxed-build-script', {
    as: `denied-${name}-${kind}`,
    files: {
      [`${prefix}build.rs`]: script,
      // git ignores what is called `target`.
      [`${prefix}src/target/mod.rs`]: '',
      'cackle.toml': boxedIn(kind),
    },
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
  return { denied: failed.denied, advice: adviceFor(failed)?.text };
}

describe.each(kinds.filter(([, missing]) => missing === undefined))(
  'rules 5.10, 7.7: the fix fits what the sandbox denied: %s',
  (kind) => {
    const write = (path: string, isNew = false): Denial => ({ what: 'write', path, new: isNew });
    const list = (key: string, value: string): string =>
      `[pkg.boxed]\nbuild.sandbox.${key} = ["${value}"]`;

    test.each<[string, string, Denial, string, boolean]>(
      sampled([
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
      ]),
    )(
      '%s: what it tried to write, and then it is clean',
      async (name, body, denied, advice, member) => {
        const directory = project(name.replaceAll(' ', '-'), body, member, kind);
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

    test.each(
      sampled([
        ['that says so', 'std::net::TcpStream::connect("127.0.0.1:1")?;'],
        ['by name', 'std::net::TcpStream::connect("cackle.invalid:80")?;'],
        [
          'and is silent',
          'if std::net::TcpStream::connect("192.0.2.1:9").is_err() { std::process::exit(3) }',
        ],
      ]),
    )('the network, by a script %s', async (name, body) => {
      // It has no network of its own, whose counters would tell.
      if (kind === 'Landlock' && name === 'and is silent') return;
      const { denied, advice } = await failure(
        project(`net-${name.replaceAll(' ', '-')}`, body, false, kind),
      );
      expect(denied).toEqual([{ what: 'network' }]);
      expect(advice).toBe('[pkg.boxed]\nbuild.sandbox.allow_network = true');
    });

    test('a network that it has is no reason', async () => {
      const directory = project(
        'net-open',
        'std::net::TcpStream::connect("127.0.0.1:1")?;',
        false,
        kind,
      );
      const open = '\n[pkg.boxed.build.sandbox]\nallow_network = true\n';
      appendFileSync(join(directory, 'cackle.toml'), open);
      const { denied, advice } = await failure(directory);
      expect(denied ?? []).toEqual([]);
      expect(advice).toBeUndefined();
    });

    test.each(
      sampled([
        ['named', 'std::env::var("SOME_BUILD_NUMBER").expect("SOME_BUILD_NUMBER is not set");'],
        ['not named', 'std::env::var("SOME_BUILD_NUMBER")?;'],
      ]),
    )('a variable that is %s', async (name, body) => {
      const directory = project(`variable-${name.replace(' ', '-')}`, body, false, kind);
      const { denied, advice } = await failure(directory, {
        SOME_BUILD_NUMBER: '7',
        OTHER_ONE: '8',
      });
      expect(denied).toEqual([{ what: 'variable', name: 'SOME_BUILD_NUMBER' }]);
      expect(advice).toBe('[pkg.boxed]\nbuild.sandbox.pass_env = ["SOME_BUILD_NUMBER"]');
    });

    test('its own permissions: no setting is advised', async () => {
      const directory = project('mode', 'std::fs::write("shell/kept.txt", "x")?;', false, kind);
      chmodSync(join(directory, 'shell/kept.txt'), 0o444);
      writeFileSync(
        join(directory, 'cackle.toml'),
        boxedIn(kind).replace(
          '[pkg.boxed]\n',
          '[pkg.boxed]\nbuild.sandbox.bind_writable = ["shell"]\n',
        ),
      );
      expect(await failure(directory)).toEqual({
        denied: [{ what: 'mode', path: 'shell/kept.txt' }],
        advice: undefined,
      });
    });

    test.each(
      sampled(
        [
          ['own', 'Err("no luck")?;'],
          ['panic', 'panic!("unsupported target");'],
          [
            'variable-of-nobody',
            'std::env::var("CACKLE_NOT_SET_ANYWHERE").expect("CACKLE_NOT_SET_ANYWHERE must be set");',
          ],
          ['no-such-file', 'std::fs::read("no/such/file").expect("reading no/such/file");'],
          [
            'no-such-program',
            'std::process::Command::new("cackle-no-such-program").status().expect("running it");',
          ],
        ],
        5,
      ),
    )(
      'a failure of its own is not taken for a denial, and no setting is advised: %s',
      async (name, body) => {
        const { denied, advice } = await failure(project(`own-${name}`, body, false, kind));
        expect({ denied, advice }).toEqual({ denied: undefined, advice: undefined });
      },
    );

    test('a new file in a hidden directory: what it tried to write, and then it is written', async () => {
      const place = join(homedir(), `.cackle-test-writes-${process.pid}`);
      mkdirSync(place, { recursive: true });
      try {
        const made = join(place, 'made.txt');
        const body = `std::fs::write("${made}", "x").expect("writing ${made}");`;
        const directory = project('write-hidden', body, false, kind);
        const { denied, advice } = await failure(directory);
        expect(denied).toEqual([write(place)]);
        expect(advice).toBe(list('bind_writable', place));
        appendFileSync(join(directory, 'cackle.toml'), `${advice?.split('\n')[1]}\n`);
        expect((await check(directory)).status).toBe(0);
        expect(existsSync(made)).toBe(true);
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    });

    test.each(
      sampled([
        ['by its path', (path: string) => `std::fs::read("${path}").expect("reading ${path}");`],
        [
          'by name',
          () =>
            'std::process::Command::new("cackle-hidden-tool").status().expect("running cackle-hidden-tool");',
        ],
        ['that is not named', () => 'std::process::Command::new("cackle-hidden-tool").status()?;'],
      ]),
    )('a program in a hidden directory, missed %s', async (name, body) => {
      const place = join(homedir(), `.cackle-test-${process.pid}`);
      const path = join(place, 'cackle-hidden-tool');
      mkdirSync(place, { recursive: true });
      try {
        writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
        const { denied, advice } = await failure(
          project(`tool-${name.replaceAll(' ', '-')}`, body(path), false, kind),
          { PATH: `${process.env.PATH}:${place}` },
        );
        expect({ denied, advice }).toEqual({ denied: [{ what: 'read', path }], advice: undefined });
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    });
  },
);

test('rule 7.7: where the output does not name what was denied, the report says how to find out (unit)', () => {
  const told = (output: string, sandbox = 'bwrap'): string =>
    deniedText({ sandboxCommand: [sandbox, '--'], output }).join('\n');
  expect(told('Os { code: 30, message: "Read-only file system" }')).toMatch(
    /not let write .*`cackle trace` tells where; .*`make_writable`/,
  );
  expect(told('Os { code: 13, message: "Permission denied" }', 'cackle-launcher')).toMatch(
    /not let write .*`cackle trace`, in Bubblewrap, tells where/,
  );
  expect(told('Os { code: 2, message: "No such file or directory" }')).toMatch(
    /under cargo alone.*`cackle trace` tells what its sandbox hides/,
  );
  expect(told('no luck')).not.toContain('trace');
});

test('rule 7.7: what texts of programs say was denied', () => {
  const said = (output: string, refuses = false): Denial[] =>
    denialsIn(output, {
      cwd: '/',
      hiddenVariables: ['SECRET_ONE'],
      mentions: () => false,
      hasNetwork: false,
      hides: (path) => path.startsWith('/etc/'),
      refuses,
      searched: ['/etc/alternatives', '/usr/bin', '/nowhere'],
    });
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
  for (const text of ['No such file or directory: /etc/passwd', 'cannot find "/etc/passwd"'])
    expect(said(text), text).toEqual([{ what: 'read', path: '/etc/passwd' }]);
  const [program] = readdirSync('/etc/alternatives');
  expect(said(`sh: 1: ${program}: not found`)).toEqual([
    { what: 'read', path: `/etc/alternatives/${program}` },
  ]);
  const write: Denial = { what: 'write', path: '/etc', new: false };
  for (const text of [
    'writing /etc/made: Os { code: 2, kind: NotFound, message: "No such file or directory" }',
    "touch: cannot touch '/etc/made': No such file or directory",
    'sh: 1: cannot create /etc/made: Directory nonexistent',
    'failed to write /etc/hosts: No such file or directory',
  ])
    expect(said(text), text).toEqual([write]);
  expect(said('writing /etc/hosts: Permission denied', true)).toEqual([write]);
  for (const text of ['reading /etc/hosts: Permission denied', 'read "/etc/hosts": EACCES'])
    expect(said(text, true), text).toEqual([{ what: 'read', path: '/etc/hosts' }]);
  expect(said('cannot create process /etc/hosts: No such file or directory')).toEqual([
    { what: 'read', path: '/etc/hosts' },
  ]);
  for (const text of [
    'writing /etc/no/made: No such file or directory',
    'writing /usr/no/made: No such file or directory',
    'reading /etc/made: No such file or directory',
    'no luck today',
    'assertion failed: a == b',
    'SECRET_ONES must be set',
    'not found: /usr/bin/env',
    'not found: /etc/no',
  ])
    expect(said(text), text).toEqual([]);
});

test('rule 9.12: a path that no file can have is no reason to end', () => {
  for (const path of [`/${'a'.repeat(300)}/x`, '/a\0b/c'])
    expect(placesToWrite(path)).toHaveLength(1);
});
