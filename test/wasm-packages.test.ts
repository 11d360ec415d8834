import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { distPath, packageRoot } from '../engine/paths.ts';
import { run } from './support/cackle.ts';
import { whole } from './support/whole.ts';

const directory = join(packageRoot(), 'target', 'fixtures', 'wasm packages');
const source = join(directory, 'sample.rs');

const sample = `#![crate_type = "lib"]

#[inline(always)]
fn doubled(x: u32) -> u32 {
    x + x
}

#[inline(never)]
pub fn kept(x: u32) -> u32 {
    std::hint::black_box(x)
}

#[no_mangle]
pub fn doubled_and_kept(x: u32) -> u32 {
    kept(doubled(x))
}
`;

const tsconfig = {
  compilerOptions: {
    ...{ module: 'NodeNext', target: 'ES2023', strict: true, allowJs: true, noEmit: true },
    ...{ typeRoots: [join(packageRoot(), 'node_modules', '@types')], types: ['node'] },
  },
  files: ['program.mjs'],
};

/** Another program: it knows the packages alone, and its types are checked against theirs. */
const program = `// @ts-check
import { readFileSync } from 'node:fs';
import { readDebugInfo } from 'gimli-wasm';
import { demangle, readLinked, readObject } from 'object-wasm';

/** @param {() => unknown} read */
function thrown(read) {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? [error.name, error.message] : error;
  }
}

const bytes = readFileSync(process.argv[2] ?? '');
const half = bytes.subarray(0, bytes.length / 2);
const text = new TextEncoder().encode('fn main() {}');
const errors = [
  thrown(() => readObject(text)),
  thrown(() => readObject(half)),
  thrown(() => readLinked(bytes)),
  thrown(() => readDebugInfo(text)),
  thrown(() => readDebugInfo(half)),
];

const { members, sections, symbols, relocations } = readObject(bytes);
const row = symbols.findIndex(({ name }) => name === 'doubled_and_kept');
const symbol = symbols[row];
if (symbol === undefined) throw new Error('no symbol');
const calls = relocations
  .filter(({ from }) => from === row)
  .map(({ to, name }) => demangle((to === undefined ? name : symbols[to]?.name) ?? ''));

const debug = readDebugInfo(bytes);
/** @param {{ section: number }} row */
const here = ({ section }) => section === symbol.section;
console.log(
  JSON.stringify({
    errors,
    machine: members.map(({ machine }) => machine),
    symbol: { ...symbol, section: sections[symbol.section] },
    calls,
    lines: debug.lineRows.filter(here).map(({ file, line }) => [file, line]),
    functions: debug.functions.filter(here),
    inlined: debug.inlinedCalls.filter(here),
  }),
);
`;

beforeAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  for (const crate of ['object-wasm', 'gimli-wasm']) {
    const made = await run(process.execPath, [
      join(packageRoot(), 'setup', 'wasm-pack.mjs'),
      ...['build', join(packageRoot(), 'wasm', crate), '--target', 'nodejs'],
      // Optimised as a whole, they take some minutes of processor time.
      ...(whole ? [] : ['--dev']),
      ...['--out-dir', join(directory, 'node_modules', crate)],
    ]);
    expect(made, made.stderr).toMatchObject({ status: 0 });
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(source, sample);
  writeFileSync(join(directory, 'program.mjs'), program);
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(tsconfig));
  const object = ['--emit=obj', '-g', '-O', '--out-dir', directory, source];
  const compiled = await run('rustc', object);
  expect(compiled, compiled.stderr).toMatchObject({ status: 0 });
}, 900_000);

test('another program reads an object file by the packages object-wasm and gimli-wasm', async () => {
  const path = join(directory, 'program.mjs');
  const ran = await run(process.execPath, [path, join(directory, 'sample.o')]);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
  const found = JSON.parse(ran.stdout);
  expect(found.symbol).toMatchObject({
    name: 'doubled_and_kept',
    start: 0,
    kind: 'function',
    binding: 'global',
    section: { name: '.text.doubled_and_kept', allocated: true, executable: true, writable: false },
  });
  expect(found.symbol.size).toBe(found.symbol.section.size);
  expect(found.calls).toContain('sample::kept');
  expect(found.lines).toContainEqual([source, 15]);
  expect(found.functions).toMatchObject([
    { qualifiedName: 'sample::doubled_and_kept', file: source, line: 14 },
  ]);
  expect(found.inlined).toMatchObject([
    { qualifiedName: 'sample::doubled', depth: 0, callFile: source, callLine: 15, callColumn: 10 },
  ]);
  expect(found.machine).toHaveLength(1);
  expect(found.errors).toEqual([
    ['Error', 'neither an object file (ELF, COFF, Mach-O) nor an archive'],
    ['Error', expect.stringMatching(/\w/)],
    ['Error', 'neither an executable nor a shared object'],
    ['Error', 'neither an object file (ELF, COFF, Mach-O) nor an archive'],
    ['Error', expect.stringMatching(/\w/)],
  ]);
});

test('the packages describe the types of what they give', async () => {
  const checked = await run(process.execPath, [
    join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['--project', directory],
  ]);
  expect(checked, checked.stdout).toMatchObject({ status: 0 });
});

test('the module that the engine loads has nothing of them', async () => {
  const types = readFileSync(distPath('wasm', 'parsers', 'parsers_bg.wasm.d.ts'), 'utf8');
  expect(types).toContain('fileroom_extract');
  expect(types).not.toMatch(/readObject|readLinked|readDebugInfo/);
  const tree = ['tree', '--locked', '--edges', 'normal', '--prefix', 'none'];
  const manifest = ['--manifest-path', join(packageRoot(), 'wasm', 'parsers', 'Cargo.toml')];
  const crates = await run('cargo', [...tree, ...manifest]);
  expect(crates.stdout).toMatch(/^gimli-wasm /m);
  expect(crates.stdout).not.toMatch(/^(?:serde|tsify)/m);
});
