import { describe, expect, test } from 'vitest';
import { cackle, fixture } from '../support/cackle.ts';
import { actsOf, noStrace, traced } from './support.ts';

describe.skipIf(noStrace !== undefined)('--tests', () => {
  test('rules 14.3, 14.5: what tests start, and what they may and never did', async () => {
    const directory = fixture('traced-tests');
    const found = await traced(directory, ['--tests']);
    expect(found.status, found.stderr).toBe(0);
    // What tests print is not part of the report.
    expect(found.stderr).toContain('test result: ok. 1 passed; 0 failed; 1 ignored');
    expect(actsOf(found, directory, 'traced-tests', 'test')).toEqual([
      expect.stringMatching(/^start .*\/cat by .*\/(?:da|ba)?sh \(system\)$/),
      expect.stringMatching(/^start .*\/(?:da|ba)?sh \(system\)$/),
      expect.stringMatching(/^read \/etc\/hostname by .*\/cat$/),
    ]);
    expect(found.neverDone).toEqual([
      { scope: { package: 'traced-tests', suffix: 'test' }, api: 'fs' },
    ]);
    const { stdout } = await cackle(['trace', '--tests', '--quiet', '--path', directory]);
    expect(stdout).toBe('');
  });

  test('rule 14.6: a test that fails', async () => {
    const directory = fixture('traced-tests', {
      files: { 'src/lib.rs': 'pub fn one() -> u32 {\n    2\n}\n' },
      as: 'traced-tests-that-fail',
    });
    const found = await traced(directory, ['--tests', '--quiet']);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain('test starts ... FAILED');
  });
});
