import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PageData } from '../../cli/html/types.ts';
import { commit, repository } from '../diff/support.ts';
import { cackle, fixture } from '../support/cackle.ts';

/** The data in a page. */
function dataOf(file: string): PageData {
  const text = readFileSync(file, 'utf8');
  return JSON.parse(/id="data">(.*?)<\/script>/s.exec(text)?.[1] ?? '') as PageData;
}

test('rule 6.22: bad arguments and a file that cannot be written end before a build', async () => {
  const directory = fixture('page');
  const place = join(directory, 'place');
  mkdirSync(place);
  const cases = [
    [[], /the file to write is missing/],
    [['--html', 'x.html', 'main'], /the base 'main' belongs to --diff/],
    [['--html', place], /cannot write the html report to .*place: it is a directory/],
    [
      ['--html', join(directory, 'none', 'x.html')],
      /cannot write the html report to .*x\.html: .*\n.*let --html name/,
    ],
  ] as const;
  for (const [args, message] of cases) {
    const ran = await cackle(['report', '--path', directory, ...args]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(message);
  }
  expect(existsSync(join(directory, 'target'))).toBe(false);
});

test('rules 6.22, 6.23: clean is status 0, the page is replaced, and --diff says what was gained', async () => {
  const directory = fixture('page', { as: 'page-compared' });
  rmSync(join(directory, '.git'), { recursive: true, force: true });
  const config = join(directory, 'cackle.toml');
  writeFileSync(config, `${readFileSync(config, 'utf8')}\n[pkg.sender]\nallow_apis = ["net"]\n`);
  await repository(directory);
  const source = join(directory, 'src', 'main.rs');
  const before = readFileSync(source, 'utf8');
  writeFileSync(
    source,
    before.replace('sender::send();', 'sender::send();\n    let _ = std::fs::read("y");'),
  );
  await commit(directory, 'second');
  const html = join(directory, 'report.html');
  writeFileSync(html, 'old');
  const args = ['report', '--path', directory, '--html', html];
  const compared = await cackle([...args, '--diff', 'HEAD~1']);
  expect(compared, compared.stderr).toMatchObject({ status: 1 });
  const { diff, usages } = dataOf(html);
  const [change] = diff?.packages ?? [];
  expect(diff?.packages.map(({ name }) => name)).toEqual(['page']);
  expect(change?.gained).toMatchObject([{ fact: 'api fs', allowed: false, count: 1 }]);
  expect(usages[change?.gained[0]?.usages[0] ?? -1]?.target).toBe('std::fs::read');
  // The check has the place too: the page has it once.
  const [own] = dataOf(html).packages.filter(({ label }) => label === 'page');
  expect(own?.facts[0]?.usages).toEqual(change?.gained[0]?.usages);
  expect(new Set(usages.map((usage) => JSON.stringify(usage))).size).toBe(usages.length);

  writeFileSync(source, before);
  const clean = await cackle(args);
  expect(clean, clean.stderr).toMatchObject({ status: 0 });
  expect(dataOf(html)).toMatchObject({ problems: [] });
  expect(dataOf(html).diff).toBeUndefined();
  expect(dataOf(html).packages.map(({ may, facts }) => [may, facts.map((f) => f.text)])).toEqual([
    [[], []],
    [['api fs'], ['api fs']],
    [['api net'], ['api net']],
  ]);
  expect(readdirSync(directory).filter((name) => name.includes('.tmp'))).toEqual([]);
});
