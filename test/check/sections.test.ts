/** Rule 4.3: sections that are kept because code names them. */
import { expect, test } from 'vitest';
import { check, fixture, short } from '../support/cackle.ts';

test('__start_NAME keeps every section called NAME, and nothing else does', async () => {
  const problems = async (name: string): Promise<string[]> =>
    (await check(fixture(name))).problems.map(short);
  expect(await problems('section-named-by-code')).toEqual(['disallowed-api hooked fs']);
  expect(await problems('section-named-by-nobody')).toEqual([]);
});
