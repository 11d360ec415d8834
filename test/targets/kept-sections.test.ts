import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';
import { sampled } from '../support/whole.ts';

const [gnu, msvc, macos] = [
  'x86_64-pc-windows-gnu',
  'x86_64-pc-windows-msvc',
  'aarch64-apple-darwin',
];

/** Puts a static that points to a function into a section; nothing refers to it, or `main` calls it. Returns the workspace. */
function withStatic(target: string, section: string, main: string): string {
  const as = ['kept', target, section, main].join('-').replace(/\W+/g, '-');
  const source = readFileSync(join(fixture('section-named-by-nobody', { as }), 'src', 'main.rs'));
  const text = String(source)
    .replace('"hooks"', JSON.stringify(section))
    .replace('fn main() {  }', `fn main() { ${main} }`);
  return fixture('section-named-by-nobody', { files: { 'src/main.rs': text }, as });
}

async function problems(target: string, section: string, main = ''): Promise<string[]> {
  const directory = withStatic(target, section, main);
  return (await check(directory, ['--target', target])).problems.map(short);
}

const calling = 'std::hint::black_box(&HOOK)();';

const pairs = (targets: readonly string[], sections: readonly string[]): [string, string][] =>
  targets.flatMap((target) => sections.map((section): [string, string] => [target, section]));

describe.skipIf(noTargets !== undefined)(`sections that a program names ${noTargets ?? ''}`, () => {
  // Linkers of Windows leave out COMDATs alone, and code walks from one place in a section to the next without a reference.
  const named = ['hooks', '.hooks', '.hooks$b', '.rdata$hooks_b', '.text$f', '.tls$b', '.CRT$XCU'];
  const tables = ['.xdata', '.xdata$b', '.eh_frame'];
  // Of what the compiler's own sections hold, MinGW's ld may leave out some.
  const own = pairs([msvc], ['.data', '.rdata', '.tls', '.text']);
  test.each(sampled([...pairs([gnu, msvc], [...named, ...tables]), ...own], 4))(
    'rules 4.3, 4.25: on Windows what lies there is live, on %s in %s',
    async (target, section) => {
      expect(await problems(target, section)).toEqual(['disallowed-api unhooked fs']);
    },
  );

  test('rules 4.3, 4.25: a section of the compiler, and one on macOS, lives by what refers to it', async () => {
    for (const [target, section] of [
      [gnu, '.data'],
      [macos, '__DATA,__hooks'],
    ] as const)
      expect(await problems(target, section)).toEqual([]);
  });

  // What stands among tables of unwinding was taken for a table, and its targets for dead.
  const places = [...pairs([gnu, msvc], tables), ...pairs([macos], ['__LD,x'])];
  test.each(sampled(places, 3))(
    'rules 4.3, 4.25: a static is what code calls it by, on %s in %s',
    async (target, section) => {
      const found = await problems(target, section, calling);
      expect(found).toContain('disallowed-api unhooked fs');
    },
  );

  test('rule 9.12: what is no table among those of unwinding on macOS ends the check', async () => {
    const directory = withStatic(macos, '__TEXT,__eh_frame', calling);
    const { status, stderr } = await cackle(['-n', '--path', directory, '--target', macos]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('__eh_frame has a relocation outside of its entries'),
    ]);
  });
});
