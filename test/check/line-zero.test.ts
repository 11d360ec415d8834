import { expect, test } from 'vitest';
import type { CheckReport } from '../../engine/problems/report.ts';
import { check, tree, usageLines, workspace } from '../support/cackle.ts';

// A `match` of six arms becomes a jump table: data that leads back into the function around it.
const levels = `use std::sync::atomic::{AtomicUsize, Ordering};
static MAX: AtomicUsize = AtomicUsize::new(0);
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub enum Level { Off, Error, Warn, Info, Debug, Trace }
#[inline(always)]
pub fn current() -> Level {
    match MAX.load(Ordering::Relaxed) {
        0 => Level::Off,
        1 => Level::Error,
        2 => Level::Warn,
        3 => Level::Info,
        4 => Level::Debug,
        5 => Level::Trace,
        other => unreachable!("{}", other),
    }
}
`;
const nested =
  '#[inline(always)]\npub fn enabled() -> bool { levels::current() > levels::Level::Warn }\n';
const mid = (call: string): string => `use std::{future::Future, pin::Pin, task::{Context, Poll}};
pub struct Conn<T> { io: T, n: u8 }
impl<T> Conn<T> {
    pub fn new(io: T) -> Self { Conn { io, n: 0 } }
    pub async fn shake(mut self) -> Result<Conn<T>, T> {
        if ${call} { self.n += 1; }
        if self.n > 3 { return Err(self.io); }
        Ok(self)
    }
    pub fn poll_it(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u8> {
        if ${call} { Poll::Pending } else { Poll::Ready(self.n) }
    }
}
pub fn block<F: Future>(f: F) -> F::Output {
    let mut f = Box::pin(f);
    let mut context = Context::from_waker(std::task::Waker::noop());
    loop { if let Poll::Ready(v) = f.as_mut().poll(&mut context) { return v; } }
}
`;
const sock = `pub mod net {
    pub struct Stream(pub Option<std::net::TcpStream>);
    impl Stream { pub fn open() -> Self { Stream(None) } }
    impl Drop for Stream { fn drop(&mut self) {} }
}
`;
const main = (open: string): string => `fn main() {
    let c = mid::Conn::new(${open});
    let Ok(mut c) = mid::block(c.shake()) else { return };
    let _ = std::pin::Pin::new(&mut c).poll_it(&mut std::task::Context::from_waker(std::task::Waker::noop()));
}
`;
const users = (report: CheckReport): string[] => [
  ...new Set(report.problems.map((p) => ('packageName' in p ? p.packageName : p.kind))),
];
const dev = (lines: string): string => `\n[profile.dev]\n${lines}\n`;

for (const optimised of [false, true]) {
  const profile = optimised ? dev('opt-level = 2') : '';
  const kind = optimised ? 'optimised' : 'plain';

  test(`rule 4.11: a jump table in an inlined call is no use of what the function around it is named after, ${kind}`, async () => {
    const files = tree(`line-zero-${kind}`, {
      main: main('sock::net::Stream::open()'),
      crates: { levels, mid: mid('levels::current() > levels::Level::Warn'), sock },
      needs: { mid: ['levels'] },
      manifest: profile,
      config: '[api.net]\ninclude = ["sock::net"]\n',
    });
    const report = await check(workspace(`line-zero-${kind}`, files));
    expect(users(report)).toEqual([`line-zero-${kind}`]);
  });

  test(`rule 4.11: the same with two inlined calls and a type of the standard library, ${kind}`, async () => {
    const name = `line-zero-std-${kind}`;
    const files = tree(name, {
      main: main('std::net::TcpStream::connect("127.0.0.1:1")'),
      crates: { levels, nested, mid: mid('nested::enabled()') },
      needs: { mid: ['nested'], nested: ['levels'] },
      manifest: profile,
    });
    const report = await check(workspace(name, files));
    expect(users(report)).toEqual([name]);
  });

  test(`rule 4.11: what an inlined function reaches from the arms of a match is its own use, ${kind}`, async () => {
    const name = `line-zero-arms-${kind}`;
    const arms = [0, 1, 2, 3, 4, 5].map(
      (n) => `        ${n} => std::fs::remove_file("no-such-${n}"),\n`,
    );
    const files = tree(name, {
      main: 'fn main() {\n    let _ = evil::go(std::hint::black_box(9));\n}',
      crates: {
        evil: `#[inline(always)]\npub fn go(n: usize) -> std::io::Result<()> {\n    match n {\n${arms.join('')}        _ => Ok(()),\n    }\n}\n`,
      },
      manifest: profile,
      config: `[pkg.${name}]\nallow_apis = ["fs"]\n`,
    });
    const report = await check(workspace(name, files));
    expect(users(report)).toContain('evil');
  });

  test(`rule 4.11: a table of functions in an inlined function is its own use, ${kind}`, async () => {
    const name = `line-zero-table-${kind}`;
    const files = tree(name, {
      main: 'fn main() {\n    let _ = evil::pick(std::hint::black_box(9));\n}',
      crates: {
        evil: `use std::io::Result;
fn none(_: &'static str) -> Result<()> { Ok(()) }
#[inline(always)]
pub fn pick(n: usize) -> Result<()> {
    let f: fn(&'static str) -> Result<()> = if n == 1 { std::fs::remove_file } else if n == 2 { std::fs::create_dir } else { none };
    f("no-such")
}
`,
      },
      manifest: profile,
      config: `[pkg.${name}]\nallow_apis = ["fs"]\n`,
    });
    const lines = usageLines(await check(workspace(name, files)));
    expect(lines.filter((line) => line.includes('evil fs'))).not.toEqual([]);
  });
}
