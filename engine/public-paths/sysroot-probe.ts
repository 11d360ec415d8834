import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../workspace/run-program.ts';

/** How the user's rustc resolves a path of the standard library. */
export interface Probed {
  /** Paths of definitions, one a namespace; empty for a private path, which can only be that of a definition. */
  readonly defined: readonly { readonly kind: string; readonly path: string }[];
  readonly exists: boolean;
  /** The name that rustc suggests when there is no such path. */
  readonly suggestion: string | undefined;
}

/** Programs of the toolchain in use. */
export interface ToolchainPrograms {
  readonly rustc: string;
  readonly rustdoc: string;
}

/**
 * Resolves paths of the standard library by rustc. Its listing of resolved imports is for compiler developers, so
 * RUSTC_BOOTSTRAP is set for this run. When a rustc lists them in another format, no path is resolved.
 */
export async function probe(
  paths: readonly string[],
  { rustc }: ToolchainPrograms,
): Promise<Map<string, Probed>> {
  const source = paths
    .map((path, i) => `pub mod p${i} { pub use ::${raw(path)} as _; }\n`)
    .join('');
  const options = ['--error-format', 'json', '-Zunpretty=hir-tree'];
  const ran = await compile(rustc, source, options, { RUSTC_BOOTSTRAP: '1' });
  const resolved = resolvedImports(ran.stdout.toString());
  const errors = errorsByLine(ran.stderr);
  return new Map(
    paths.map((path, i) => {
      const defined = resolved.get(i) ?? [];
      const error = errors.get(i + 1);
      const exists = defined.length > 0 || error?.code === 'E0603';
      return [path, { defined, exists, suggestion: error?.suggestion }];
    }),
  );
}

/** Resolves to those of the paths that name nothing: an associated item that its type or trait does not have. */
export async function missingItems(
  paths: readonly string[],
  { rustc }: ToolchainPrograms,
): Promise<Set<string>> {
  const source = paths.map((path, i) => `pub fn f${i}() { let _ = ::${raw(path)}; }\n`).join('');
  const ran = await compile(rustc, source, ['--error-format', 'json', '--emit=metadata']);
  const errors = errorsByLine(ran.stderr);
  // E0782: a trait has no such item, and is no type.
  return new Set(
    paths.filter((_, i) => ['E0599', 'E0782'].includes(errors.get(i + 1)?.code ?? '')),
  );
}

/**
 * Resolves to the public paths of the items in each module, to any depth: rustdoc writes a page for each item of a module
 * that is re-exported with `#[doc(inline)]`.
 */
export async function itemsOf(
  modules: readonly string[],
  { rustdoc }: ToolchainPrograms,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const source = modules
    .map((path, i) => `#[doc(inline)] pub use ::${raw(path)} as m${i};\n`)
    .join('');
  await inScratch(async (directory) => {
    const file = join(directory, 'probe.rs');
    await writeFile(file, source);
    const options = ['--edition', '2021', '--crate-name', 'probe', '-o', directory];
    await runProgram(rustdoc, [...options, file], { env: plain(), cwd: directory });
    for (const [i, path] of modules.entries())
      found.set(path, await pagesBelow(join(directory, 'probe', `m${i}`), path));
  });
  return found;
}

const page = /^(?:struct|enum|union|fn|trait|static)\.([A-Za-z_0-9]+)\.html$/;

async function pagesBelow(directory: string, path: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry): Promise<string[]> => {
      if (entry.isDirectory())
        return pagesBelow(join(directory, entry.name), `${path}::${entry.name}`);
      const name = page.exec(entry.name)?.[1];
      return name === undefined ? [] : [`${path}::${name}`];
    }),
  );
  return found.flat();
}

/** Keywords that can be names in a path. */
const keywords = new Set(['async', 'await', 'dyn', 'gen', 'match', 'move', 'ref', 'try', 'type']);

function raw(path: string): string {
  const segments = path.split('::');
  return segments.map((name) => (keywords.has(name) ? `r#${name}` : name)).join('::');
}

const plain = (): NodeJS.ProcessEnv => {
  const { RUSTFLAGS: _, RUSTDOCFLAGS: __, ...rest } = process.env;
  return rest;
};

function compile(
  rustc: string,
  source: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ stdout: Buffer; stderr: string }> {
  return inScratch(async (directory) => {
    const file = join(directory, 'probe.rs');
    await writeFile(file, source);
    const common = ['--edition', '2021', '--crate-type', 'lib', '--crate-name', 'probe'];
    const out = ['--out-dir', directory];
    return runProgram(rustc, [...common, ...options, ...out, file], {
      env: { ...plain(), ...env },
      cwd: directory,
    });
  });
}

async function inScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'cackle-paths-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Parses `Def(Struct, DefId(1:1005 ~ std[e282]::collections::hash::map::HashMap))` of each import, by number of the probe. */
function resolvedImports(tree: string): Map<number, { kind: string; path: string }[]> {
  const found = new Map<number, { kind: string; path: string }[]>();
  for (const item of tree.split(/^DefId\(/m)) {
    const number = /^\d+:\d+ ~ probe\[[0-9a-f]+\]::p(\d+)::\{use#0\}\)/.exec(item)?.[1];
    const start = item.indexOf('res: ');
    const end = item.indexOf('segments: ', start);
    if (number === undefined || start < 0 || end < 0) continue;
    const definition = /Def\(\s*([A-Za-z]+)[^~]*?DefId\(\d+:\d+ ~ ([^)\s]+)\)/g;
    const resolutions = [...item.slice(start, end).matchAll(definition)].map(
      ([, kind = '', path = '']) => ({ kind, path: path.replaceAll(/\[[0-9a-f]+\]/g, '') }),
    );
    if (resolutions.length > 0) found.set(Number(number), resolutions);
  }
  return found;
}

interface Diagnostic {
  readonly level: string;
  readonly code: { readonly code: string } | null;
  readonly spans: readonly { readonly line_start: number; readonly is_primary: boolean }[];
  readonly children: readonly {
    readonly message: string;
    readonly spans: readonly { readonly suggested_replacement: string | null }[];
  }[];
}

function errorsByLine(stderr: string): Map<number, { code: string; suggestion?: string }> {
  const errors = new Map<number, { code: string; suggestion?: string }>();
  for (const line of stderr.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { level, code, spans, children } = JSON.parse(line) as Diagnostic;
    const at = spans.find(({ is_primary }) => is_primary)?.line_start;
    if (level !== 'error' || code === null || at === undefined) continue;
    // rustc gives codes to errors, none to the help below them.
    const similar = children.find(({ message }) => message.startsWith('a similar name exists'));
    const suggestion = similar?.spans[0]?.suggested_replacement;
    errors.set(at, { code: code.code, ...(suggestion ? { suggestion } : {}) });
  }
  return errors;
}
