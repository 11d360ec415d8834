import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';
import { noTargets } from '../support/targets.ts';
import { sampled } from '../support/whole.ts';

const windows = ['x86_64-pc-windows-msvc', 'x86_64-pc-windows-gnu'];
const sections = ['hooks', '.hooks', '.hooks$b', '.rdata$hooks_b'];

async function problems(target: string, section: string, as: string): Promise<string[]> {
  const source = readFileSync(join(fixture('section-named-by-nobody', { as }), 'src', 'main.rs'));
  const directory = fixture('section-named-by-nobody', {
    files: { 'src/main.rs': String(source).replace('"hooks"', JSON.stringify(section)) },
    as,
  });
  return (await check(directory, ['--target', target])).problems.map(short);
}

describe.skipIf(noTargets !== undefined)(`sections that a program names ${noTargets ?? ''}`, () => {
  // Linkers of Windows leave out COMDATs alone, and code walks from one place in a section to the next without a reference.
  test.each(
    sampled(
      windows.flatMap((target) => sections.map((section) => [target, section])),
      3,
    ),
  )('rules 4.3, 4.25: on Windows what lies there is live, on %s in %s', async (target, section) => {
    const as = `kept-${target}-${section.replace(/\W/g, '-')}`;
    expect(await problems(target as string, section as string, as)).toEqual([
      'disallowed-api unhooked fs',
    ]);
  });

  test('rules 4.3, 4.25: a section of the compiler, and one on macOS, lives by what refers to it', async () => {
    for (const [target, section] of [
      ['x86_64-pc-windows-gnu', '.data'],
      ['aarch64-apple-darwin', '__DATA,__hooks'],
    ] as const)
      expect(await problems(target, section, `left-out-${target}`)).toEqual([]);
  });
});
