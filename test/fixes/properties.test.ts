import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdits, type Edit } from '../../engine/config/edit/edit.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import { isSettledBy } from '../../engine/problems/kinds.ts';
import { checkFix, remains } from './checked.ts';
import { configText, drawer, problemAbout } from './generated.ts';
import { exporting, read } from './support.ts';

/** `RUNS=10000` for as many as this was written with; 2,000 of them take ten seconds. */
const RUNS = Number(process.env.RUNS ?? 2000);
/** The same files each time, or a run would fail that changed nothing; SEED=… tries others. */
const seed = Number(process.env.SEED ?? 20_261_124);
/** A smaller number is no simpler a file, nor a more likely one. */
const seeds = fc.noShrink(fc.noBias(fc.integer()));

const withoutMark = (text: string): string => text.replace(/^\ufeff/, '');

test('rules 5.22, 5.23: an edit changes what it says and keeps all else, in any style of file', () => {
  let changed = 0;
  let others = 0;
  fc.assert(
    fc.property(seeds, (number) => {
      const draw = drawer(number);
      const text = configText(draw);
      const problem = problemAbout(draw);
      const fix = draw(fixesFor(problem, read(withoutMark(text)), { exports: exporting }));
      const after = checkFix(text, problem, fix, draw([undefined, 'why this is\r\nso']));
      if (after !== text) changed++;
      const other = problemAbout(draw);
      const [config, edited] = [read(withoutMark(text)), read(withoutMark(after))];
      if (isSettledBy(other, config, config) || !isSettledBy(other, edited, config)) return;
      others++;
      expect(remains(other, edited)).toBe(false);
    }),
    { numRuns: RUNS, seed },
  );
  expect(changed).toBeGreaterThan(RUNS / 2);
  expect(others).toBeGreaterThan(RUNS / 200);
}, 600_000);

test('an edit that has nothing to do gives the same bytes', () => {
  fc.assert(
    fc.property(seeds, (number) => {
      const text = configText(drawer(number));
      const nothing: Edit = {
        steps: [
          { kind: 'drop', path: ['pkg', 'not-there'] },
          { kind: 'remove', path: ['pkg', 'not-there', 'allow_apis'], value: 'fs' },
        ],
      };
      expect(applyEdits(text, [nothing, { steps: [] }])).toBe(text);
    }),
    { numRuns: 500, seed },
  );
});
