import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesPage, explainedKinds } from '../../cli/output/explain-text.ts';
import { packageRoot } from '../../engine/paths.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { cackle, check, fixture } from '../support/cackle.ts';

// Rule 5.26: a code never gets another meaning. Lines are added to this list, and never changed or removed: of a kind
// that is gone, the line stays, and the code goes to `retired`.
const codes = {
  C0101: 'disallowed-api',
  C0102: 'off-tree-api',
  C0201: 'disallowed-unsafe',
  C0202: 'disallowed-extern',
  C0203: 'disallowed-compile-files',
  C0301: 'proc-macro-not-allowed',
  C0302: 'build-script-not-allowed',
  C0303: 'disallowed-build-instruction',
  C0304: 'execution-failed',
  C0305: 'unnamed-act',
  C0401: 'configuration-missing',
  C0402: 'sandbox-not-chosen',
  C0403: 'std-api-on-offer',
  C0404: 'sandbox-kind-without-meaning',
  C0405: 'ambiguous-package',
  C0406: 'newer-config-version',
  C0501: 'unused-allow-api',
  C0502: 'unused-setting',
  C0503: 'unmatched-api-path',
  C0504: 'unknown-package',
  C0601: 'possible-export',
  C0602: 'export-not-imported',
  C0603: 'system-functions',
  C0604: 'disallowed-compile-env',
  C0701: 'not-locked',
};
const retired: readonly string[] = [];

test('rule 5.26: each code has the meaning that it always had', () => {
  const known = explainedKinds.map(({ code, kind }) => [code, kind]);
  expect(known).toEqual(Object.entries(codes).filter(([code]) => !retired.includes(code)));
});

test('docs/codes.md is what the texts say; `npm run codes` writes it', async () => {
  await expect(codesPage()).toMatchFileSnapshot(join(packageRoot(), 'docs', 'codes.md'));
});

test('every text ends a sentence, and every example is short', () => {
  for (const { code, explanation } of explainedKinds) {
    const { what, why, example, settle } = explanation;
    for (const text of [what, why, settle])
      expect(text, code).toMatch(/^(?:[A-Z`]|cackle\.toml ).*\.$/);
    expect(example.split('\n').length, code).toBeLessThan(8);
  }
});

test('rule 6.16: explain takes a code or a name, in upper and lower case', async () => {
  const byCode = await cackle(['explain', 'C0201']);
  expect(byCode).toMatchObject({ status: 0, stderr: '' });
  expect(byCode.stdout).toMatch(/^error\[C0201\]: disallowed-unsafe\n/);
  for (const title of ['Why it matters', 'Example', 'How to settle it'])
    expect(byCode.stdout).toContain(`\n\n${title}\n`);
  for (const word of ['c0201', 'disallowed-unsafe', 'Disallowed-Unsafe'])
    expect(await cackle(['explain', word])).toEqual(byCode);
});

test('rule 6.16: explain without a code lists all; an unknown one is an error with the nearest', async () => {
  const list = await cackle(['explain']);
  expect(list.status).toBe(0);
  for (const [code, kind] of Object.entries(codes))
    expect(list.stdout).toMatch(new RegExp(`^${code} .* ${kind}$`, 'm'));
  const cases = [
    ['C0104', /did you mean C010/],
    ['disalowed-api', /did you mean disallowed-api\?/],
    ['\u001b[31mx', /'\\u\{1b\}\[31mx'/],
  ] as const;
  for (const [word, message] of cases) {
    const ran = await cackle(['explain', word]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toContain('`cackle explain` lists them');
  }
});

test('rule 5.26: the report and the JSON output have the code', async () => {
  const directory = fixture('severities');
  const { problems } = await check(directory);
  const found = problems as readonly (Problem & { readonly code: string })[];
  expect(found.length).toBeGreaterThan(1);
  for (const { code, kind } of found) expect(Object.entries(codes)).toContainEqual([code, kind]);
  const human = await cackle(['-n', '--path', directory]);
  for (const { code } of found)
    expect(human.stdout).toMatch(new RegExp(`(error|warning)\\[${code}\\]: `));
});
