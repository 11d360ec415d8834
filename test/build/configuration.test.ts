import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, fixture, short, workspacePlace } from '../support/cackle.ts';
import { fixtureSource } from '../support/fixtures.ts';
import { sampled, wholeTest } from '../support/whole.ts';

/** What the fixture's cackle.toml says, with more build flags. */
const flagged = (more: string): string =>
  readFileSync(join(fixtureSource('configured'), 'cackle.toml'), 'utf8').replace(
    '"--bins"',
    `"--bins", ${more}`,
  );

describe.skipIf(noBubblewrap)(
  "rule 6.11: all of cargo's configuration that changes the build holds in a check",
  () => {
    const host = /host: (\S+)/.exec(spawnSync('rustc', ['-vV']).stdout.toString())?.[1] as string;
    const table = (key: string, value: string): Record<string, string> => ({
      '.cargo/config.toml': `[${key}]\n${value}\n`,
    });
    const flags = 'rustflags = ["--cfg", "net"]';
    const variable = host.toUpperCase().replaceAll('-', '_');

    test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>(
      sampled([
        ['env', table('env', 'USE_NET = "1"'), {}],
        ['env, forced', table('env', 'USE_NET = { value = "1", force = true }'), { USE_NET: '0' }],
        ['env, relative', table('env', 'USE_NET = { value = "path-1", relative = true }'), {}],
        ['file without an ending', { '.cargo/config': '[env]\nUSE_NET = "1"\n' }, {}],
        ['rustflags of the target', table(`target.${host}`, flags), {}],
        ['rustflags of a cfg', table("target.'cfg(unix)'", flags), {}],
        ['RUSTFLAGS', {}, { RUSTFLAGS: '--cfg net' }],
        ['CARGO_ENCODED_RUSTFLAGS', {}, { CARGO_ENCODED_RUSTFLAGS: '--cfg\x1fnet' }],
        ['CARGO_TARGET_…_RUSTFLAGS', {}, { [`CARGO_TARGET_${variable}_RUSTFLAGS`]: '--cfg net' }],
        [
          'an overridden build script',
          table(`target.${host}.native-part`, 'rustc-cfg = ["net"]'),
          {},
        ],
        [
          'a variable of an overridden build script',
          table(`target.${host}.native-part`, 'rustc-env = { USE_NET_IN_RUSTC = "1" }'),
          {},
        ],
        [
          '--config in build_flags',
          {
            'cackle.toml': flagged('"--config", "env.USE_NET=\'1\'"'),
          },
          {},
        ],
        [
          'a file of --config',
          {
            'more.toml': '[env]\nUSE_NET = "1"\n',
            'cackle.toml': flagged('"--config=more.toml"'),
          },
          {},
        ],
      ]),
    )('%s', async (_, files, env) => {
      const directory = fixture('configured', { files });
      const { problems } = await check(directory, [], env);
      expect(problems.filter(({ kind }) => kind === 'disallowed-api').map(short)).toEqual([
        'disallowed-api configured net',
      ]);
    });

    test('nothing of it: the control', async () => {
      const found = (await check(fixture('configured'))).problems.map(short);
      expect(found).toEqual(['disallowed-api configured fs']);
    });

    test('above the workspace, and no longer when it is gone', async () => {
      const above = workspacePlace('configured-above');
      const directory = fixture('configured', { as: 'configured-above/inner' });
      mkdirSync(join(above, '.cargo'), { recursive: true });
      writeFileSync(join(above, '.cargo/config.toml'), '[env]\nUSE_NET = "1"\n');
      // The marks are of the fixture where nothing lies above it, and are not compared with options.
      const apart = ['--quiet'];
      expect((await check(directory, apart)).problems.map(short)).toEqual([
        'disallowed-api configured net',
      ]);
      rmSync(join(above, '.cargo'), { recursive: true });
      // What it was built with before does not stay.
      expect((await check(directory, apart)).problems.map(short)).toEqual([
        'disallowed-api configured fs',
      ]);
    });

    test('what changes there is seen by the next check, and what does not builds nothing', async () => {
      const directory = fixture('configured', {
        files: {
          'src/main.rs':
            'fn main() { println!("{}", env!("LABEL")); if env!("LABEL") == "on" { let _ = std::net::TcpStream::connect("127.0.0.1:1"); } }',
          'cackle.toml': readFileSync(
            join(fixtureSource('configured'), 'cackle.toml'),
            'utf8',
          ).replace('USE_NET_IN_RUSTC', 'LABEL'),
          ...table('env', 'LABEL = "on"'),
        },
      });
      expect((await check(directory)).problems.map(short)).toEqual([
        'disallowed-api configured net',
      ]);
      expect((await check(directory)).counts.unitsBuilt).toBe(0);
      writeFileSync(join(directory, '.cargo/config.toml'), '[env]\nLABEL = "off"\n');
      const built = await check(directory);
      expect(built.counts.unitsBuilt).toBe(1);
      expect((await check(directory)).counts.unitsBuilt).toBe(0);
    });
  },
);

/** Lines that the test of `environment-told` prints of what its build script, a proc macro in its rustc, and it itself see, less what differs from run to run and where two profiles build. */
function told(stdout: string): Map<string, string> {
  const lines = stdout.split('\n').filter((line) => line.startsWith('@'));
  const all = lines.map((line): [string, string] => {
    const end = line.indexOf('=');
    const value = line
      .slice(end + 1)
      .replaceAll(/\/target\/(?:debug|cackle)\b/g, '/target/PROFILE')
      .replaceAll(/-[0-9a-f]{16}\b/g, '-HASH');
    return [line.slice(1, end), value];
  });
  return new Map(all.filter(([name]) => !/ (?:CACKLE_\w+|_|SHLVL|CARGO_MAKEFLAGS)$/.test(name)));
}

/** What cargo tells, with paths of the loader as a check gives them (rule 9.14): without the directories where units leave outputs. */
function withoutOutputs(told: ReadonlyMap<string, string>, directory: string): Map<string, string> {
  const isOutput = (entry: string): boolean => entry.startsWith(join(directory, 'target/'));
  return new Map(
    [...told].flatMap(([name, value]): [string, string][] => {
      if (!name.endsWith(' LD_LIBRARY_PATH')) return [[name, value]];
      const entries = value.split(':');
      expect([name, entries.some(isOutput)]).toEqual([name, true]);
      const left = entries.filter((entry) => !isOutput(entry));
      return left.length === 0 ? [] : [[name, left.join(':')]];
    }),
  );
}

/** What a check tells, after a look at the way to cargo (rule 7.14), as it would be without that. */
function withoutOurCargo(
  told: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): Record<string, string> {
  const ours = /\/target\/\.cackle\/nested\/[0-9a-f]{16}\/(?:open(?:\/cargo)?|rustc)$/;
  const found = new Map(told);
  const expectOurs = (name: string, value = found.get(name)): void => {
    expect([name, value]).toEqual([name, expect.stringMatching(ours)]);
    const before = expected.get(name);
    if (before === undefined) found.delete(name);
    else found.set(name, before);
  };
  for (const who of ['rustc', 'script', 'test']) {
    expectOurs(`${who} CARGO_BUILD_RUSTC_WRAPPER`);
    // What rustc sees may become part of what it compiles.
    if (who === 'rustc') continue;
    expectOurs(`${who} CARGO`);
    if (expected.has(`${who} RUSTC_WRAPPER`)) expectOurs(`${who} RUSTC_WRAPPER`);
    const [first, ...others] = (found.get(`${who} PATH`) ?? '').split(':');
    expect([who, others.join(':')]).toEqual([who, expected.get(`${who} PATH`)]);
    expectOurs(`${who} PATH`, first);
  }
  return Object.fromEntries(found);
}

describe('rules 6.11, 7.14, 9.14: what cargo gives a process of the build, that process has in a check', () => {
  const env = {
    FORCED: 'no',
    KEPT: 'yes',
    RUSTDOC: undefined,
    CARGO_TERM_PROGRESS_WHEN: undefined,
    // As `cackle` of this suite has it.
    NODE_EXTRA_CA_CERTS: undefined,
  };
  const kept = (file: string): string =>
    readFileSync(join(fixtureSource('environment-told'), file), 'utf8');
  const command = ['test', '--test', 'tells', '--', '--nocapture'];

  async function both(
    files: Record<string, string> = {},
  ): Promise<[Map<string, string>, Map<string, string>]> {
    const directory = fixture('environment-told', { files });
    chmodSync(join(directory, 'wrapper'), 0o755);
    const plain = spawnSync('cargo', command, {
      cwd: directory,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    expect([plain.status, plain.stderr]).toEqual([0, expect.anything()]);
    const checked = await cackle(['--path', directory, ...command], env);
    expect([checked.status, checked.stderr]).toEqual([0, expect.anything()]);
    const expected = withoutOutputs(told(plain.stdout), directory);
    const found = told(checked.stdout);
    for (const who of ['rustc', 'script', 'test'])
      expect([who, expected.get(`${who} PLAIN`), expected.get(`${who} KEPT`)]).toEqual([
        who,
        '1',
        'yes',
      ]);
    return [expected, found];
  }

  test('without a sandbox all of it, and nothing else', async () => {
    const [expected, found] = await both();
    expect(withoutOurCargo(found, expected)).toEqual(Object.fromEntries(expected));
  });

  wholeTest('with a wrapper of rustc of its own', async () => {
    const wrapper = join(workspacePlace('environment-told'), 'wrapper');
    const [expected, found] = await both({
      '.cargo/config.toml': `${kept('.cargo/config.toml')}[build]\nrustc-wrapper = "${wrapper}"\n`,
    });
    expect(expected.get('script RUSTC_WRAPPER')).toBe(wrapper);
    expect(withoutOurCargo(found, expected)).toEqual(Object.fromEntries(expected));
  });

  test.skipIf(noBubblewrap)('in a sandbox what cargo and its configuration set', async () => {
    const [expected, found] = await both({
      'cackle.toml': kept('cackle.toml').replace('"Disabled"', '"Bubblewrap"'),
    });
    const ofCargo =
      / (?:PLAIN|RELATIVE|FORCED|KEPT|FROM_SCRIPT|CARGO_(?!HOME|REGISTR).*|OUT_DIR|TARGET|HOST|RUSTC|RUSTDOC|OPT_LEVEL|PROFILE|DEBUG|NUM_JOBS|LD_LIBRARY_PATH)$/;
    const given = [...expected].filter(([name]) => ofCargo.test(name));
    expect(given.length).toBeGreaterThan(90);
    expect(Object.fromEntries([...found].filter(([name]) => ofCargo.test(name)))).toEqual(
      Object.fromEntries(given),
    );
  });
});
