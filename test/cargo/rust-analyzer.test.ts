import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { fixture } from '../support/cackle.ts';
import { LanguageServer, type Message } from '../support/language-server.ts';
import { whole } from '../support/whole.ts';

/** setup/components.mjs adds it where rustup can. */
const isInstalled = spawnSync('rust-analyzer', ['--version']).status === 0;

/** What docs/editors.md tells people to set, with this build of the program. */
function recipe(): object {
  const text = readFileSync(join(packageRoot(), 'docs', 'editors.md'), 'utf8');
  const json = /```json\n(\{[^`]*overrideCommand[^`]*)```/.exec(text)?.[1] ?? '{}';
  const settings = JSON.parse(json) as Record<string, unknown>;
  const ours = [process.execPath, join(packageRoot(), 'dist', 'cli.js')];
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    const path = key.replace(/^rust-analyzer\./, '').split('.');
    const command = Array.isArray(value)
      ? value.flatMap((word) => (word === 'cackle' ? ours : [word]))
      : value;
    // `check.overrideCommand` is an object in an object, as the server takes it.
    const last = path.pop() as string;
    let at = found;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = command;
  }
  return found;
}

/** Opens a workspace in a real rust-analyzer; resolves when it has nothing to do any more, and gives all that it said. */
async function edited(
  directory: string,
  options: object,
  ...awaited: readonly (readonly [file: string, text: string])[]
): Promise<readonly Message[]> {
  const server = new LanguageServer('rust-analyzer', directory, {
    ...process.env,
    NODE_EXTRA_CA_CERTS: undefined,
  });
  const uri = pathToFileURL(directory).href;
  await server.ask('initialize', {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'workspace' }],
    capabilities: { experimental: { serverStatusNotification: true } },
    initializationOptions: options,
  });
  server.notify('initialized', {});
  const open = (path: string): string => {
    const file = join(directory, path);
    const textDocument = { uri: pathToFileURL(file).href, languageId: 'rust', version: 1 };
    const text = readFileSync(file, 'utf8');
    server.notify('textDocument/didOpen', { textDocument: { ...textDocument, text } });
    return textDocument.uri;
  };
  const using = open('uses-hostile/src/lib.rs');
  open('app/src/lib.rs');
  const isQuiet = ({ method, params }: Message): boolean =>
    method === 'experimental/serverStatus' && (params as { quiescent: boolean }).quiescent;
  await server.until(isQuiet);
  // What a macro makes is asked of its server only where somebody looks at the file.
  await server.ask('textDocument/documentSymbol', { textDocument: { uri: using } });
  await server.ask('rust-analyzer/viewFileText', { uri: using });
  await server.ask('rust-analyzer/expandMacro', {
    textDocument: { uri: using },
    position: { line: 0, character: 10 },
  });
  for (const [file, text] of [['app/src/lib.rs', 'unused variable'], ...awaited])
    await server.until(
      ({ method, params }) =>
        method === 'textDocument/publishDiagnostics' &&
        (params as { uri: string }).uri === `${uri}/${file}` &&
        JSON.stringify(params).includes(text),
    );
  await server.close();
  return server.messages;
}

/** Where the hostile parts of the workspace would leave their traces. */
const traces = (directory: string): boolean[] =>
  ['macro-ran', 'script-ran'].map((name) => existsSync(join(directory, name)));

test.runIf(isInstalled)(
  'rules 13.1, 13.4: rust-analyzer runs neither a hostile build script nor a hostile macro, and shows all else',
  async () => {
    const directory = fixture('gated');
    // What is held is shown where it stands.
    const held = ['hostile/src/lib.rs', 'the proc macro hostile is held'] as const;
    const said = await edited(directory, recipe(), held);
    expect(traces(directory)).toEqual([false, false]);
    // The macro that is allowed works.
    const about = (file: string): string =>
      JSON.stringify(
        said.filter(
          ({ method, params }) =>
            method === 'textDocument/publishDiagnostics' &&
            (params as { uri: string }).uri.endsWith(file),
        ),
      );
    expect(about('app/src/lib.rs')).not.toContain('unresolved');

    if (!whole) return;
    // With cargo itself, both would have run: the test sees it if they do.
    rmSync(join(directory, 'target'), { recursive: true });
    await edited(directory, {});
    expect(traces(directory)).toEqual([true, true]);
  },
  // It indexes the standard library each time that it starts.
  480_000,
);
