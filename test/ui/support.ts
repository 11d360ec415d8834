import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cackleTerminal, keys, type Terminal, type TerminalOptions } from '../../tools/terminal.ts';
import { noBubblewrap, noLandlock } from '../sandbox/support.ts';
import { config, fixture } from '../support/cackle.ts';

/** A program with two dependencies: `reader` reads files, has unsafe code and a build script; `sender` opens connections. */
export function smallWorkspace(name: string, cackleToml?: string): string {
  const directory = fixture('reader-and-sender', { as: name });
  const path = join(directory, 'cackle.toml');
  if (cackleToml === undefined) rmSync(path);
  else writeFileSync(path, cackleToml);
  return directory;
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
  const without = noLandlock === undefined ? 'Auto' : undefined;
  const safe = noBubblewrap === undefined ? 'Bubblewrap' : without;
  for (const asked of [
    'There is no cackle.toml yet',
    'import_std',
    'Choose whether',
    'kind = "Disabled"',
  ]) {
    if (asked.startsWith('kind') && safe !== undefined) {
      // The safe way stands first.
      await terminal.until(`kind = "${safe}"`);
      terminal.send(keys.down);
    }
    await terminal.until(asked);
    terminal.send('f');
  }
}
