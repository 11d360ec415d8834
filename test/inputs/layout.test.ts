import { expect, test } from 'vitest';
import { columnTypes, FACTS_VERSION } from '../../engine/facts/tables.ts';
import { factsLayout } from '../../engine/parsers/parsers.ts';

// Facts files are written by wasm/facts and read by engine/facts: both have to speak of the same columns.
test('the parsers write the facts files that the engine reads', () => {
  expect(factsLayout()).toEqual({ version: FACTS_VERSION, columns: Object.keys(columnTypes) });
});
