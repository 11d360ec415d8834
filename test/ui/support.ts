import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cackleTerminal, keys, type Terminal, type TerminalOptions } from '../../tools/terminal.ts';
import { noBubblewrap } from '../sandbox/support.ts';
import { config, manifest, workspace } from '../support/cackle.ts';

/** A program with two dependencies: `reader` reads files, has unsafe code and a build script; `sender` opens connections. */
export function smallWorkspace(name: string, cackleToml?: string): string {
  return workspace(name, {
    'Cargo.toml': manifest(
      'tool',
      '[dependencies]\nreader = { path = "reader" }\nsender = { path = "sender" }\n',
    ),
    'src/main.rs': `fn main() {
    println!("{}", reader::read());
    sender::send();
}
`,
    'examples/other.rs': `fn main() {
    println!("{}", reader::read());
}
`,
    'reader/Cargo.toml': manifest(
      'reader',
      'description = "Reads what is asked for."\ndocumentation = "https://docs.invalid/reader"\nlicense = "MIT"\n',
    ),
    'reader/src/lib.rs': `pub fn read() -> usize {
    inner()
}

fn inner() -> usize {
    let text = std::fs::read_to_string("/dev/null");
    unsafe { *std::ptr::addr_of!(ZERO) + text.map_or(0, |t| t.len()) }
}

static ZERO: usize = 0;
`,
    'reader/build.rs': `fn main() {
    let _ = std::process::Command::new("true").status();
}
`,
    'sender/Cargo.toml': manifest('sender'),
    'sender/src/lib.rs': `pub fn send() {
    let _ = std::net::TcpStream::connect("127.0.0.1:9");
}
`,
    ...(cackleToml === undefined ? {} : { 'cackle.toml': cackleToml }),
  });
}

/** All that {@link smallWorkspace} needs, less what is left out. */
export function allowing(...parts: readonly ('process' | 'fs' | 'unsafe' | 'net')[]): string {
  const has = (part: (typeof parts)[number]): boolean => parts.includes(part);
  const reader = [
    ...(has('process') ? ['build.allow_apis = ["process"]'] : []),
    ...(has('unsafe') ? ['allow_unsafe = true'] : []),
    ...(has('fs') ? ['allow_apis = ["fs"]'] : []),
  ];
  return config(
    `${reader.length > 0 ? `[pkg.reader]\n${reader.join('\n')}\n` : ''}${has('net') ? '\n[pkg.sender]\nallow_apis = ["net"]\n' : ''}`,
  );
}

/** Starts the UI on a workspace. */
export function startUi(
  directory: string,
  options: TerminalOptions & { readonly args?: readonly string[] } = {},
): Terminal {
  return cackleTerminal(['--path', directory, ...(options.args ?? [])], options);
}

/** The text of the workspace's cackle.toml. */
export const configOf = (directory: string): string =>
  readFileSync(join(directory, 'cackle.toml'), 'utf8');

/** The first questions of a workspace without cackle.toml, each answered by what is recommended, but without a sandbox. */
export async function takeRecommended(terminal: Terminal): Promise<void> {
  for (const asked of [
    'There is no cackle.toml yet',
    'import_std',
    'Choose whether',
    'kind = "Disabled"',
  ]) {
    if (asked.startsWith('kind') && noBubblewrap === undefined) {
      // The safe way stands first.
      await terminal.until('kind = "Bubblewrap"');
      terminal.send(keys.down);
    }
    await terminal.until(asked);
    terminal.send('f');
  }
}
