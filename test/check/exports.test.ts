import { expect, test } from 'vitest';
import { check, config, manifest, short, workspace } from '../support/cackle.ts';

const source = `pub mod net { pub fn open() {} pub mod fs { pub fn deep() {} } }
pub mod fs { pub fn read() {} }
pub mod env { pub fn dead() {} }
pub mod other { pub fn f() { } pub mod process { pub fn g() {} } }
pub fn process() {}
pub fn all() { net::open(); net::fs::deep(); other::f(); other::process::g(); process(); }`;

/** A program and a package outside its workspace. */
async function exported(name: string, rest: string, calls = 'socket::all(); socket::fs::read();') {
  const files = {
    'Cargo.toml': manifest(name, `[dependencies]\nsocket = { path = "../${name}-outside" }\n`),
    'src/main.rs': `fn main() { ${calls} }`,
    [`../${name}-outside/Cargo.toml`]: `${manifest('socket')}[workspace]\n`,
    [`../${name}-outside/src/lib.rs`]: source,
    'cackle.toml': config(rest),
  };
  const { problems } = await check(workspace(name, files));
  return problems
    .map((p) => (p.kind === 'possible-export' ? `${p.packageName} ${p.api} ${p.path}` : p.kind))
    .sort();
}

test('rules 4.15, 5.16: possible export: a live top-level module with the name of a defined API', async () => {
  expect(await exported('exports', '')).toEqual(['socket fs socket::fs', 'socket net socket::net']);
});

test('rule 4.15: possible export: not for dead code, nor for APIs that nobody defined', async () => {
  expect(await exported('exports-dead', '', 'socket::process();')).toEqual([]);
});

test('rules 2.7, 4.15: not where the API includes it already, nor where no_auto_detect names the package', async () => {
  const rest = '[api.net]\ninclude = ["socket::net"]\n[api.fs]\nno_auto_detect = ["socket"]\n';
  expect(await exported('exports-known', rest)).toEqual([]);
});

test('rule 4.15: an included export is judged like std', async () => {
  const rest = '[api.net]\ninclude = ["socket::net"]\n[api.fs]\nno_auto_detect = ["socket"]\n';
  expect(await exported('exports-used', rest, 'socket::net::open();')).toEqual(['disallowed-api']);
});

test('rule 2.5: a path may begin with the name of a package where the crate has `_` for its `-`', async () => {
  const name = 'exports-dashed';
  const files = {
    'Cargo.toml': manifest(name, `[dependencies]\nnet-socket = { path = "../${name}-outside" }\n`),
    'src/main.rs': 'fn main() { net_socket::net::open(); }',
    [`../${name}-outside/Cargo.toml`]: `${manifest('net-socket')}[workspace]\n`,
    [`../${name}-outside/src/lib.rs`]: 'pub mod net { #[inline(never)] pub fn open() {} }',
    'cackle.toml': config('[api.net]\ninclude = ["net-socket::net"]\n'),
  };
  const { problems } = await check(workspace(name, files));
  expect(problems.map(short)).toEqual([`disallowed-api ${name} net`]);
});
