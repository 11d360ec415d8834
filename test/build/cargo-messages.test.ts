import { expect, test } from 'vitest';
import { CargoStderr } from '../../engine/build/cargo-messages.ts';
import type { BuildProgress } from '../../engine/build/types.ts';

function read(...chunks: string[]): { progress: BuildProgress[]; text: string[] } {
  const progress: BuildProgress[] = [];
  const text: string[] = [];
  const stderr = new CargoStderr(
    (p) => progress.push(p),
    (line) => text.push(line),
  );
  for (const chunk of chunks) stderr.write(chunk);
  stderr.end();
  return { progress, text };
}

const bar = '    Building [=====>       ] 2/9: notes, foobar(build)      \r';

test('rule 8.1: cargo’s bar is read, in colour too, and cut anywhere', () => {
  const told = [{ built: 2, total: 9, current: 'notes, foobar(build)' }];
  expect(read(bar)).toEqual({ progress: told, text: [] });
  const coloured = '\u001b[1m\u001b[96m    Building\u001b[0m [=> ] 2/9: notes, foobar(build)  \r';
  expect(read(coloured)).toEqual({ progress: told, text: [] });
  for (let cut = 1; cut < coloured.length; cut++)
    expect(read(coloured.slice(0, cut), coloured.slice(cut))).toEqual({ progress: told, text: [] });
});

test('other text comes through without what clears the bar; blank lines of a message stay', () => {
  const line = '\u001b[K\u001b[1m\u001b[92m   Compiling\u001b[0m notes v1.0.0\n';
  expect(read(bar, line, '\n', `\u001b[K${bar}`).text).toEqual([
    '\u001b[1m\u001b[92m   Compiling\u001b[0m notes v1.0.0',
    '',
  ]);
});
