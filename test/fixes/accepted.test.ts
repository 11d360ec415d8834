import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyEdits } from '../../engine/config/edit/edit.ts';
import { readConfigText, writeConfigText } from '../../engine/config/edit/write.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import { check, fixture } from '../support/cackle.ts';
import { commentsOf } from './comments.ts';
import { dataOf, read, said } from './support.ts';

test('rule 8.5: with the best fix of each problem made, a check finds none', async () => {
  const directory = fixture('fixes-accepted');
  const file = join(directory, 'cackle.toml');
  const before = readFileSync(file, 'utf8');
  // A held build script or proc macro hides what depends on it: what is allowed shows the next.
  for (let round = 1; ; round++) {
    const report = await check(directory);
    if (report.problems.length === 0 && report.unchecked.length === 0) break;
    expect(round, JSON.stringify(report.problems)).toBeLessThan(6);
    const text = await readConfigText(file);
    const edits = report.problems.flatMap((problem) =>
      fixesFor(problem, read(text.text))
        .slice(0, 1)
        .map((fix) => fix.edit),
    );
    await writeConfigText(text, applyEdits(text.text, edits));
  }
  const { text } = await readConfigText(file);
  // In which order a check finds problems is of no account.
  expect(said(dataOf(text)).pkg).toEqual({
    app: {
      allow_apis: ['fs', 'process'],
      allow_unsafe: true,
      allow_extern: true,
      build: { allow_build_instructions: ['cargo:rustc-env=*'] },
    },
    macros: { allow_proc_macro: true },
  });
  const kept = before.split('\n').slice(0, -3);
  expect(text.split('\n').slice(0, kept.length)).toEqual(kept);
  expect(commentsOf(text)).toEqual(commentsOf(before));
});
