import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptInputs } from './corpus.mjs';
import { targetsInTypeScript } from './targets.mjs';
import { checkTime, type Target } from './ts/target.ts';

const directory = join(import.meta.dirname, 'ts/targets');
const names = readdirSync(directory).map((file) => basename(file, '.ts'));
/** Of what the fuzzers kept, so many inputs are enough to see that a target is not out of date. */
const MOST = 400;

test('every fuzzer in TypeScript is known to `npm run fuzz`', () => {
  expect(Object.keys(targetsInTypeScript).sort()).toEqual([...names].sort());
});

describe('what the fuzzers kept is read as they want it', () => {
  test.each(names)('%s', async (name) => {
    const target = (await import(join(directory, `${name}.ts`))) as Target;
    const kept = keptInputs(name);
    const each = Math.max(1, Math.ceil(kept.length / MOST));
    const inputs = [
      ...target.seeds.map((seed) => Buffer.from(seed)),
      ...kept.filter((_, index) => index % each === 0),
    ];
    for (const input of inputs) target.fuzz(input);
    for (const [index, input] of inputs.entries())
      if (index % 40 === 0 && input.length > 0) checkTime(target, input, index);
  });
});
