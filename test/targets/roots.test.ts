import { describe, expect, test } from 'vitest';
import { lackingTargets } from '../../setup/targets.mjs';
import { check, fixture, short } from '../support/cackle.ts';

const systems = ['x86_64-pc-windows-msvc', 'x86_64-pc-windows-gnu', 'i686-pc-windows-msvc'];
const lacking = lackingTargets(systems);

describe('rules 4.3, 4.25: names by which Windows calls into a program', () => {
  test('on Linux, what the shared library exports', async () => {
    // Its marks say the places.
    await check(fixture('roots-of-windows'));
  });

  test.skipIf(lacking.length > 0).each(systems)(
    `on %s, decorated or not, and not those that only look like them ${lacking.join(' ')}`,
    async (target) => {
      const directory = fixture('roots-of-windows', { as: `roots-${target}` });
      const { problems } = await check(directory, ['--target', target]);
      expect(problems.map(short).sort()).toEqual([
        ...['disallowed-api rooted env', 'disallowed-api rooted fs'],
        ...(target.startsWith('i686') ? ['disallowed-api rooted net'] : []),
        'disallowed-api rooted process',
      ]);
    },
  );
});
