import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, config, manifest, short, workspace } from '../support/cackle.ts';

/** As `text`, with every build script, rustc and test in a sandbox. */
const sandboxed = (text: string): string => text.replace('"Disabled"', '"Bubblewrap"');

/** Opens a socket where cfg(net) holds, or rustc sees a variable; else it reads a file. Its build script sets the cfg for USE_NET. */
const program = {
  'Cargo.toml': manifest(
    'configured',
    'links = "native-part"\n[lints.rust]\nunexpected_cfgs = "allow"\n',
  ),
  'build.rs': `fn main() {
    println!("cargo::rerun-if-env-changed=USE_NET");
    if std::env::var("USE_NET").is_ok_and(|value| value.ends_with('1')) { println!("cargo::rustc-cfg=net"); }
  }`,
  'src/main.rs': `const NET: bool = cfg!(net) || matches!(option_env!("USE_NET_IN_RUSTC"), Some(_));
    #[used] static GO: fn() = if NET { open } else { quiet };
    fn open() { let _ = std::net::TcpStream::connect("127.0.0.1:1"); }
    fn quiet() { let _ = std::fs::read("x"); }
    fn main() {}`,
  'cackle.toml': sandboxed(
    config('[pkg.configured.build]\nallow_apis = ["env"]\n').replace(
      'version = 3',
      'version = 3\nbuild_flags = ["--bins"]',
    ),
  ),
};

describe.skipIf(noBubblewrap)(
  "rule 6.11: all of cargo's configuration that changes the build holds in a check",
  () => {
    const host = /host: (\S+)/.exec(spawnSync('rustc', ['-vV']).stdout.toString())?.[1] as string;
    const table = (key: string, value: string): Record<string, string> => ({
      '.cargo/config.toml': `[${key}]\n${value}\n`,
    });
    const flags = 'rustflags = ["--cfg", "net"]';
    const variable = host.toUpperCase().replaceAll('-', '_');

    test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
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
          'cackle.toml': program['cackle.toml'].replace(
            '"--bins"',
            '"--bins", "--config", "env.USE_NET=\'1\'"',
          ),
        },
        {},
      ],
      [
        'a file of --config',
        {
          'more.toml': '[env]\nUSE_NET = "1"\n',
          'cackle.toml': program['cackle.toml'].replace(
            '"--bins"',
            '"--bins", "--config=more.toml"',
          ),
        },
        {},
      ],
    ])('%s', async (name, files, env) => {
      const directory = workspace(`configured/${name.replaceAll(/\W+/g, '-')}`, {
        ...program,
        ...files,
      });
      const { problems } = await check(directory, [], env);
      expect(problems.filter(({ kind }) => kind === 'disallowed-api').map(short)).toEqual([
        'disallowed-api configured net',
      ]);
    });

    test('nothing of it: the control', async () => {
      const directory = workspace('configured/control', program);
      const found = (await check(directory)).problems.map(short);
      expect(found).toEqual(['disallowed-api configured fs']);
    });

    test('above the workspace, and no longer when it is gone', async () => {
      const above = workspace('configured/above/.cargo', {
        'config.toml': '[env]\nUSE_NET = "1"\n',
      });
      const directory = workspace('configured/above/inner', program);
      expect((await check(directory)).problems.map(short)).toEqual([
        'disallowed-api configured net',
      ]);
      rmSync(above, { recursive: true });
      // What it was built with before does not stay.
      expect((await check(directory)).problems.map(short)).toEqual([
        'disallowed-api configured fs',
      ]);
    });

    test('what changes there is seen by the next check, and what does not builds nothing', async () => {
      const directory = workspace('configured/changed', {
        ...program,
        'src/main.rs':
          'fn main() { println!("{}", env!("LABEL")); if env!("LABEL") == "on" { let _ = std::net::TcpStream::connect("127.0.0.1:1"); } }',
        ...table('env', 'LABEL = "on"'),
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

/** Tells what its build script, a proc macro in its rustc, and its test see of the environment. */
const watching = {
  'Cargo.toml': manifest('watching', '[dependencies]\nprobe = { path = "probe" }\n'),
  'probe/Cargo.toml': manifest('probe', '[lib]\nproc-macro = true\n'),
  'probe/src/lib.rs': `use proc_macro::TokenStream;
    #[proc_macro] pub fn all(_: TokenStream) -> TokenStream {
      let all: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
      format!("{:?}", all.join("\\n")).parse().unwrap()
    }`,
  'build.rs': `fn main() {
      let all: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
      std::fs::write(format!("{}/all", std::env::var("OUT_DIR").unwrap()), all.join("\\n")).unwrap();
      println!("cargo::rustc-env=FROM_SCRIPT=1");
      println!("cargo::rerun-if-changed=build.rs");
    }`,
  'src/lib.rs': `pub const RUSTC: &str = probe::all!();
    pub const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/all"));`,
  'tests/tells.rs': `#[test] fn tells() {
      let test: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
      for (who, all) in [("rustc", watching::RUSTC), ("script", watching::SCRIPT), ("test", &test.join("\\n"))] {
        for line in all.lines() { println!("@{who} {line}"); }
      }
    }`,
  '.cargo/config.toml':
    '[env]\nPLAIN = "1"\nRELATIVE = { value = "a/b", relative = true }\nFORCED = { value = "yes", force = true }\nKEPT = "no"\n',
  'cackle.toml': config(
    '[pkg.probe]\nallow_proc_macro = true\nallow_apis = ["env"]\n[pkg.watching]\nallow_apis = ["fs", "env"]\nallow_build_instructions = ["cargo:rustc-env=FROM_SCRIPT=1"]\n',
  ),
};

/** Lines of {@link watching}, less what differs from run to run and where two profiles build. */
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

describe('rule 6.11: what cargo gives a process of the build, that process has in a check', () => {
  const env = {
    FORCED: 'no',
    KEPT: 'yes',
    RUSTDOC: undefined,
    CARGO_TERM_PROGRESS_WHEN: undefined,
  };
  const command = ['test', '--test', 'tells', '--', '--nocapture'];

  async function both(
    name: string,
    files: Record<string, string>,
  ): Promise<[Map<string, string>, Map<string, string>]> {
    const directory = workspace(name, { ...watching, ...files });
    const plain = spawnSync('cargo', command, {
      cwd: directory,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    expect([plain.status, plain.stderr]).toEqual([0, expect.anything()]);
    const checked = await cackle(['--path', directory, ...command], env);
    expect([checked.status, checked.stderr]).toEqual([0, expect.anything()]);
    const [expected, found] = [told(plain.stdout), told(checked.stdout)];
    for (const who of ['rustc', 'script', 'test'])
      expect([who, expected.get(`${who} PLAIN`), expected.get(`${who} KEPT`)]).toEqual([
        who,
        '1',
        'yes',
      ]);
    return [expected, found];
  }

  test('without a sandbox all of it, and nothing else', async () => {
    const [expected, found] = await both('watching-plain', {});
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test('with a wrapper of rustc of its own', async () => {
    const wrapper = workspace('watching-wrapper', { wrapper: '#!/bin/sh\nexec "$@"\n' });
    spawnSync('chmod', ['+x', join(wrapper, 'wrapper')]);
    const [expected, found] = await both('watching-wrapped', {
      '.cargo/config.toml': `${watching['.cargo/config.toml']}[build]\nrustc-wrapper = "${wrapper}/wrapper"\n`,
    });
    expect(expected.get('script RUSTC_WRAPPER')).toBe(`${wrapper}/wrapper`);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test.skipIf(noBubblewrap)('in a sandbox what cargo and its configuration set', async () => {
    const [expected, found] = await both('watching-inside', {
      'cackle.toml': sandboxed(watching['cackle.toml']),
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
