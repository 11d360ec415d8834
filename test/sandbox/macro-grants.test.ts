import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openedText } from '../../engine/config/sandbox.ts';
import { loosened } from '../../engine/diff/loosened.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { read } from '../fixes/support.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';
import { noBubblewrap } from './support.ts';

describe.skipIf(noBubblewrap)('rule 7.13: what a proc macro is granted', () => {
  // Inside, without the grant, the loopback is one of its own, where nobody listens.
  let server: Server;
  let port: string;
  beforeAll(async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = `${(server.address() as AddressInfo).port}\n`;
  });
  afterAll(() => {
    server.close();
  });
  const tree = (as: string, files: Readonly<Record<string, string>> = {}): string =>
    fixture('macro-grants', { as, files: { 'dialer/port': port, 'other/port': port, ...files } });
  const configOf = (directory: string): string =>
    readFileSync(join(directory, 'cackle.toml'), 'utf8');
  const connected = (problems: readonly Problem[]): string[] =>
    [...new Set(problems.map(short))].sort();

  test('opens the sandbox of the units that load it, directly or through others, and no other; the report and the summary say which', async () => {
    const directory = tree('macro-grants-units');
    const { problems, openedUnits } = await check(directory, ['--target', 'host-tuple']);
    // `both` loads a second macro: in one process it has what the first was granted.
    expect(connected(problems)).toEqual([
      'disallowed-api both process',
      'disallowed-api through process',
      'disallowed-api with process',
    ]);
    const [both] = problems.filter((p) => short(p) === 'disallowed-api both process');
    expect(both).toMatchObject({ usages: [expect.anything(), expect.anything()] });
    const opened = new Set(openedUnits.map(({ packageLabel }) => packageLabel));
    // The program names the libraries, so that rustc could load their macros for it.
    expect([...opened].sort()).toEqual(['both', 'macro-grants', 'through', 'with', 'with_macro']);
    expect(openedUnits.find(({ packageLabel }) => packageLabel === 'both')).toMatchObject({
      ...{ target: 'both', kind: 'primary', macros: ['dialer'] },
      sandbox: { allowNetwork: true, passEnv: [], bindWritable: [] },
    });
    const summary = (await cackle(['--path', directory, 'summary'])).stdout;
    expect(summary).toContain(
      'dialer: network; in the units of: both, macro-grants, through, with, with_macro',
    );
  });

  test('is asked for again when it changes: units that loaded the macro are built again, and no others', async () => {
    const directory = tree('macro-grants-change');
    const granted = configOf(directory);
    expect(connected((await check(directory)).problems)).toHaveLength(3);
    const change = async (text: string): Promise<unknown[]> => {
      writeFileSync(join(directory, 'cackle.toml'), text);
      const { problems, counts, openedUnits } = await check(directory);
      const again = await check(directory);
      expect(again.counts.unitsBuilt).toBe(0);
      return [connected(problems), openedUnits.length > 0, counts.unitsBuilt < counts.units];
    };
    const without = granted.replace('rustc.sandbox.allow_network = true\n', '');
    expect(await change(without)).toEqual([[], false, true]);
    const toTheOther = `${without}rustc.sandbox.allow_network = true\n`;
    expect(await change(toTheOther)).toEqual([
      ['disallowed-api both process', 'disallowed-api without process'],
      ...[true, true],
    ]);
  });

  test('is a variable that only these units see', async () => {
    const asking = `const GO: fn() = if option_env!("ASKED").is_some() { open } else { quiet };
fn open() {
    std::process::id();
}
fn quiet() {}
pub fn go() {
    GO();
}
`;
    const directory = tree('macro-grants-variable', {
      'dialer/port': '9',
      'with/src/lib.rs': asking.replace('    GO();', '    dialer::dial!();\n    GO();'),
      'plain/src/lib.rs': asking,
    });
    const grant = 'rustc.sandbox.allow_network = true';
    const passing = `rustc.sandbox.pass_env = ["ASKED"]\n[pkg.with]\ncompile.env = ["ASKED"]\n[pkg.plain]\ncompile.env = ["ASKED"]`;
    writeFileSync(join(directory, 'cackle.toml'), configOf(directory).replace(grant, passing));
    const env = { ASKED: '1' };
    expect(connected((await check(directory, [], env)).problems)).toEqual([
      'disallowed-api with process',
    ]);
    expect((await check(directory, [], env)).counts.unitsBuilt).toBe(0);
  });

  test('is what an error names, where code does not compile with macros in the sandbox', async () => {
    const directory = tree('macro-grants-fails', { 'dialer/port': 'none' });
    const { status, stderr } = await cackle(['-n', '--path', directory]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /`rustc\.sandbox` of \[pkg\.dialer\], \[pkg\.other\] opens it where a proc macro of dialer/,
      ),
    ]);
    // It did not ask for the network.
    expect(stderr).not.toContain('a macro wants the network');
  });

  test('has lines to paste, where a macro wants the network', async () => {
    const said = 'let connected = std::net::TcpStream';
    const source = readFileSync('test/fixtures/macro-grants/dialer/src/lib.rs', 'utf8');
    const directory = tree('macro-grants-lines', {
      'dialer/src/lib.rs': source
        .replace(said, `let connected: Result<_, ()> = Ok(std::net::TcpStream`)
        .replace('.unwrap()));', '.unwrap())).unwrap());'),
    });
    const grant = '[pkg.dialer]\n';
    const config = configOf(directory);
    const without = config.replace('rustc.sandbox.allow_network = true\n', '');
    writeFileSync(join(directory, 'cackle.toml'), without);
    const { status, stderr } = await cackle(['-n', '--path', directory]);
    const lines = '    [pkg.dialer]\n    rustc.sandbox.allow_network = true\n';
    expect([status, stderr]).toEqual([2, expect.stringContaining(lines)]);
    // Below a table that is there, the second line does.
    const pasted = without.replace(grant, `${grant}rustc.sandbox.allow_network = true\n`);
    writeFileSync(join(directory, 'cackle.toml'), pasted);
    expect((await cackle(['-n', '--path', directory])).stderr).not.toContain('does not compile');
  });

  test('rules 7.9, 13.2: is what cargo behind the gates is told to write, where a macro says what it was denied', async () => {
    const asking = `use proc_macro::TokenStream;

#[proc_macro]
pub fn dial(_: TokenStream) -> TokenStream {
    std::env::var("ASKED_OF_MACRO").expect("ASKED_OF_MACRO must be set");
    TokenStream::new()
}
`;
    const directory = tree('macro-grants-told', { 'dialer/src/lib.rs': asking });
    const allowed = configOf(directory).replace(
      'allow_apis = ["fs", "net"]',
      'allow_apis = ["env"]',
    );
    writeFileSync(join(directory, 'cackle.toml'), allowed);
    const checked = () =>
      cackle(['--path', directory, 'check', '-p', 'with'], { ASKED_OF_MACRO: '1' });
    const lines = 'rustc.sandbox.pass_env = ["ASKED_OF_MACRO"]';
    const denied = await checked();
    expect([denied.status, denied.stderr]).toEqual([
      101,
      expect.stringContaining(`[pkg.dialer]\n    ${lines}\n`),
    ]);
    const granted = allowed.replace('rustc.sandbox.allow_network = true', lines);
    writeFileSync(join(directory, 'cackle.toml'), granted);
    expect(await checked()).toMatchObject({ status: 0 });
  });

  test('has no effect where no macro of the package is loaded (rule 5.11)', async () => {
    const directory = fixture('simple', {
      as: 'macro-grants-unused',
      files: {
        'cackle.toml': `${config()}[pkg.simple]\nallow_apis = ["env"]\nrustc.sandbox.pass_env = ["A"]\n`,
      },
    });
    const { problems } = await check(directory);
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'unused-setting', setting: 'rustc.sandbox' }),
    ]);
    await cackle(['-n', '--path', directory, '--auto-accept-fixes']);
    expect(configOf(directory)).not.toContain('rustc.sandbox');
  });
});

const grants = `[common]
version = 3
[sandbox]
kind = "Bubblewrap"
pass_env = ["ALL"]
[pkg.a.rustc.sandbox]
allow_network = true
pass_env = ["A"]
[pkg.b.rustc.sandbox]
bind_readable = ["shown"]
bind_writable = ["data"]
make_writable = ["made"]
extra_args = ["--ro-bind", "/x", "/x"]
`;

test('rules 1.5, 2.20, 7.13: two macros of one unit get what either is granted, with [rustc.sandbox] (unit)', () => {
  const config = read(grants);
  const shown = (macros: string[]): unknown => {
    const { place: _, ...settings } = JSON.parse(
      JSON.stringify(config.unitSandbox(macros), (key, value) =>
        key === 'place' || key === 'length' ? undefined : value,
      ),
    );
    return settings;
  };
  const all = { value: 'ALL' };
  const base = { kind: 'Bubblewrap', allowNetwork: false, passEnv: [all] };
  const none = { bindReadable: [], bindWritable: [], makeWritable: [], extraArgs: [] };
  expect(shown([])).toEqual({ ...base, ...none });
  expect(shown(['c'])).toEqual({ ...base, ...none });
  expect(shown(['a'])).toEqual({
    ...{ ...base, ...none },
    ...{ allowNetwork: true, passEnv: [all, { value: 'A' }] },
  });
  expect(shown(['a', 'b'])).toMatchObject({
    ...{ allowNetwork: true, passEnv: [all, { value: 'A' }] },
    bindReadable: [{ value: 'shown' }],
    ...{ bindWritable: [{ value: 'data' }], makeWritable: [{ value: 'made' }] },
    extraArgs: [{ value: '--ro-bind' }, { value: '/x' }, { value: '/x' }],
  });
  expect(openedText(config, ['a', 'b'])).toBe(openedText(config, ['b', 'a']));
  expect(openedText(config, ['c'])).toBe('');
  const off = read(grants.replace('"Bubblewrap"', '"Disabled"'));
  expect(openedText(off, ['a'])).toBe('');
});

test.each([
  ['kind = "Disabled"', 'unknown key `kind`'],
  ['allow_network = false', 'allow_network = false has no meaning here'],
  ['pass_env = ["RUSTC_WRAPPER"]', 'never passed into a sandbox'],
])('rule 2.20: `%s` of a proc macro is a fault (unit)', (line, said) => {
  expect(() => read(`[common]\nversion = 3\n[pkg.a.rustc.sandbox]\n${line}\n`)).toThrow(said);
});

test('rule 11.9: a diff tells what a proc macro newly opens (unit)', () => {
  const base = read(grants.replace('allow_network = true\n', ''));
  expect(loosened(base, read(grants))).toEqual([
    'rustc with the proc macros of a may use the network',
  ]);
  expect(loosened(read(grants), base)).toEqual([]);
  const forAll = grants.replace('pass_env = ["ALL"]', 'pass_env = ["ALL", "MORE"]');
  expect(loosened(read(grants), read(forAll))).not.toContainEqual(
    expect.stringContaining('proc macros'),
  );
});
