import { expect, test } from 'vitest';
import { parseConfig } from '../../engine/config/read.ts';
import { ConfigError, type ConfigText, type SandboxSettings } from '../../engine/config/types.ts';

const parse = (rest: string, version = 3) =>
  parseConfig('cackle.toml', `[common]\nversion = ${version}\n${rest}`);

/** Settings without places. */
function plain(settings: SandboxSettings) {
  const texts = (list: readonly ConfigText[]) => list.map(({ value }) => value);
  return {
    kind: settings.kind,
    network: settings.allowNetwork,
    read: texts(settings.bindReadable),
    bind: texts(settings.bindWritable),
    make: texts(settings.makeWritable),
    env: texts(settings.passEnv),
    extra: texts(settings.extraArgs),
  };
}

test('rule 1.5: sandbox settings are inherited: lists are united, a scalar comes from the nearest table', () => {
  const config = parse(`
[sandbox]
kind = "Bubblewrap"
pass_env = ["TOP"]
extra_args = ["--top"]
allow_network = true
[pkg.a.sandbox]
pass_env = ["PKG"]
bind_writable = ["pkg"]
bind_readable = ["shown"]
[pkg.a.from.build.sandbox]
extra_args = ["--from"]
[pkg.a.build.sandbox]
allow_network = false
make_writable = ["out"]
extra_args = ["--own"]
[pkg.a.test]
sandbox.kind = "Disabled"
`);
  expect(plain(config.sandbox({ package: 'a', suffix: 'build' }))).toEqual({
    kind: 'Bubblewrap',
    network: false,
    read: ['shown'],
    bind: ['pkg'],
    make: ['out'],
    env: ['TOP', 'PKG'],
    extra: ['--top', '--from', '--own'],
  });
  expect(plain(config.sandbox({ package: 'a', suffix: 'test' }))).toEqual({
    kind: 'Disabled',
    network: true,
    read: ['shown'],
    bind: ['pkg'],
    make: [],
    env: ['TOP', 'PKG'],
    extra: ['--top'],
  });
  const other = plain(config.sandbox({ package: 'b', suffix: 'build' }));
  expect(other).toMatchObject({ kind: 'Bubblewrap', network: true, env: ['TOP'] });
});

test.each([
  [1, 'Disabled', []],
  [2, 'Bubblewrap', ['TOP']],
  [3, 'Bubblewrap', ['TOP']],
])(
  'rules 1.5, 2.3: in version %i, without a table of its own, the sandbox of rustc is %s',
  (version, kind, env) => {
    const config = parse('[sandbox]\nkind = "Bubblewrap"\npass_env = ["TOP"]\n', version);
    expect(plain(config.rustcSandbox)).toMatchObject({ kind, env });
  },
);

test('rule 2.3: [rustc.sandbox] holds in every version; version 1 takes nothing else from [sandbox]', () => {
  const text =
    '[sandbox]\nkind = "Disabled"\npass_env = ["TOP"]\n[rustc.sandbox]\nkind = "Bubblewrap"\n';
  expect(plain(parse(text, 1).rustcSandbox)).toMatchObject({ kind: 'Bubblewrap', env: [] });
  expect(plain(parse(text, 2).rustcSandbox)).toMatchObject({ kind: 'Bubblewrap', env: ['TOP'] });
});

test('rule 5.14: pkg.X.sandbox.kind has no meaning: it is told of and not inherited', () => {
  const config = parse('[sandbox]\nkind = "Bubblewrap"\n[pkg.a.sandbox]\nkind = "Disabled"\n');
  expect(config.meaninglessSandboxKinds).toEqual([{ package: 'a', place: { line: 6, column: 1 } }]);
  expect(config.sandbox({ package: 'a', suffix: 'build' }).kind).toBe('Bubblewrap');
});

test('rule 5.2: without a kind in [sandbox] none is chosen', () => {
  const config = parse('[sandbox]\nallow_network = true\n');
  expect(config.sandboxChosen).toBe(false);
  expect(config.sandbox({ package: 'a', suffix: 'build' }).kind).toBeUndefined();
});

test.each([
  ['kind = "bubblewrap"', 'no sandbox `bubblewrap`', 'did you mean "Bubblewrap"?'],
  ['kind = "landlock"', 'no sandbox `landlock`', 'did you mean "Landlock"?'],
  ['kind = "x11"', 'no sandbox `x11`', '"Bubblewrap", "Landlock", "Auto" or "Disabled"'],
  ['kind = true', 'a string was expected', undefined],
  ['allow_network = "yes"', 'true or false was expected', undefined],
  ['bind_writable = "dir"', 'a list of strings was expected', undefined],
  ['bind_writable = [""]', 'a path is expected', undefined],
  ['bind_readable = [""]', 'a path is expected', undefined],
  ['make_writable = [1]', 'a string was expected', undefined],
  ['make_writable = ["a\\u0000b"]', 'a NUL character', undefined],
  ['pass_env = ["A=B"]', 'the name of an environment variable', undefined],
  ['pass_env = ["RUSTC_WRAPPER"]', 'RUSTC_WRAPPER is never passed', undefined],
  ['pass_env = ["CACKLE_TOKEN"]', 'CACKLE_TOKEN is never passed', undefined],
  ['extra_args = ["--x", 2]', 'a string was expected', undefined],
  ['bind_writeable = []', 'unknown key `bind_writeable` in', 'did you mean `bind_writable`?'],
])('a bad value is an error at its place: %s', (line, message, help) => {
  for (const table of ['[sandbox]', '[rustc.sandbox]', '[pkg.a.build.sandbox]']) {
    let error: unknown;
    try {
      parse(`${table}\n${line}\n`);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof ConfigError)) throw new Error(`${table} ${line} was taken`);
    const [first] = error.diagnostics;
    expect(first?.message).toContain(message);
    expect(first?.place?.line).toBe(4);
    if (help !== undefined) expect(first?.help).toContain(help);
  }
});
