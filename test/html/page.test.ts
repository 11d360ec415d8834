import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutOf } from '../../cli/html/graph.ts';
import { pageText, scriptJson } from '../../cli/html/page.ts';
import { cackle, fixture } from '../support/cackle.ts';
import { manyUsages, open, pagePlace, startBrowser, writePage } from './support.ts';

let browser: Browser | string = 'not started';
const report = pagePlace('report.html');

/** Skips a test, with the reason, where no browser can be had. */
function started(skip: (why: string) => never): Browser {
  return typeof browser === 'string' ? skip(browser) : browser;
}

beforeAll(async () => {
  rmSync(report, { force: true });
  browser = await startBrowser();
  if (typeof browser === 'string') console.warn(`skipped: ${browser}`);
  const ran = await cackle(['report', '--html', report, '--path', fixture('page')]);
  expect(ran, ran.stderr).toMatchObject({ status: 1 });
  expect(ran.stdout).toMatch(/report\.html: \d+ problems?, /);
});
afterAll(async () => {
  if (typeof browser !== 'string') await browser.close();
});

describe('rule 6.22: the page is one file in which nothing but its own script runs', () => {
  test('it loads without an error, a refusal by its policy, or a request', async ({ skip }) => {
    const { page, wrong } = await open(started(skip), report);
    for (const name of ['problems', 'packages', 'usages', 'graph']) {
      await page.getByRole('tab', { name }).click();
      expect(await page.getByRole('tabpanel').count(), name).toBe(1);
    }
    expect(await page.title()).toBe('page: Cackle');
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('its policy refuses a script, a style and a request of others', async ({ skip }) => {
    const text = readFileSync(report, 'utf8').replace(
      '</body>',
      '<script>window.done = 1</script><style>body { opacity: 0 }</style><img src="http://127.0.0.1:9/x"></body>',
    );
    const { page, wrong } = await open(started(skip), writePage('added.html', text));
    expect(await page.evaluate('window.done')).toBeUndefined();
    expect(await page.evaluate('getComputedStyle(document.body).opacity')).toBe('1');
    await expect.poll(() => wrong.filter((w) => /Content Security Policy/.test(w)).length).toBe(3);
    await page.close();
  });

  test('names and sources of packages are text', async ({ skip }) => {
    const { page, wrong } = await open(started(skip), report);
    await page.getByRole('tab', { name: 'usages' }).click();
    await page.getByRole('searchbox').fill('reader std::fs::read');
    await page.keyboard.press('Enter');
    const detail = page.getByRole('region', { name: 'usage' });
    expect(await detail.textContent()).toContain('</script><img src=x onerror=alert(1)>');
    // A mark that turns the direction of text round is shown as an escape.
    expect(await detail.textContent()).toContain('\\u{202e}');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.content()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('data with whatever markup is one text in its element', async ({ skip }) => {
    const hostile =
      '</script><!--<script>alert(1)//\u2028\u2029&lt;]]><img src=x onerror=alert(1)>';
    expect(scriptJson(hostile)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(scriptJson(hostile))).toBe(hostile);
    const data = manyUsages(4, 2);
    const [first, ...rest] = data.packages;
    const named = { ...data, title: hostile, packages: [{ ...first, label: hostile }, ...rest] };
    const text = pageText(named as typeof data);
    const { page, wrong } = await open(started(skip), writePage('hostile.html', text));
    expect(await page.locator('.row .name').first().textContent()).toContain(hostile);
    expect(await page.locator('img').count()).toBe(0);
    expect(wrong).toEqual([]);
    await page.close();
  });
});

describe('rule 6.23: what the page shows, and how it is used', () => {
  test('a usage has its source with the line marked, and the path from a root', async ({
    skip,
  }) => {
    const { page } = await open(started(skip), report);
    await page.getByRole('tab', { name: 'usages' }).click();
    await page.getByRole('searchbox').fill('reader std::fs::read');
    await page.keyboard.press('Enter');
    const detail = page.getByRole('region', { name: 'usage' });
    expect(await detail.locator('.here').textContent()).toContain('std::fs::read(path)');
    expect(await detail.locator('.path').textContent()).toMatch(/main.*reader::load/s);
    await page.close();
  });

  test('a package has what it may and does; a capability filters', async ({ skip }) => {
    const { page } = await open(started(skip), report);
    await page.getByRole('tab', { name: 'packages' }).click();
    const names = (): Promise<string[]> =>
      page.locator('#panel-packages .row .name bdi').allTextContents();
    expect(await names()).toEqual(['page', 'reader', 'sender']);
    await page.getByRole('button', { name: 'net', exact: true }).click();
    expect(await names()).toEqual(['sender']);
    const detail = page.getByRole('region', { name: 'package' });
    expect(await detail.textContent()).toContain('api net not allowed');
    await page.getByRole('button', { name: 'net', exact: true }).click();
    await page.getByRole('searchbox').fill('reader');
    expect(await names()).toEqual(['reader']);
    expect(await detail.textContent()).toMatch(/may, by cackle\.tomlapi fs .*doesapi fs/s);
    await page.close();
  });

  test('all of it works by keys', async ({ skip }) => {
    const { page } = await open(started(skip), report);
    const at = (): Promise<unknown> =>
      page.evaluate('document.activeElement.getAttribute("aria-label")');
    await page.keyboard.press('/');
    expect(await at()).toBe('search packages and usages');
    await page.keyboard.type('er');
    await page.keyboard.press('ArrowDown');
    expect(await at()).toBe('packages');
    await page.keyboard.press('ArrowDown');
    const selected = page.locator('#panel-packages [aria-selected=true] bdi');
    expect(await selected.textContent()).toBe('sender');
    await page.keyboard.press('Enter');
    expect(await at()).toBe('package');
    await page.keyboard.press('Escape');
    expect(await at()).toBe('packages');
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
    await page.keyboard.press('Escape');
    expect(await at()).toBe('packages');
    await page.keyboard.press('4');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.tagName')).not.toBe('BODY');
    await page.locator('.canvas svg').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await at()).toBe('packages');
    await page.close();
  });

  test('the graph has every package, in the colour of the worst that it does', async ({ skip }) => {
    const { page } = await open(started(skip), report);
    await page.getByRole('tab', { name: 'graph' }).click();
    const nodes = await page.locator('.node').all();
    const classes = await Promise.all(
      nodes.map(
        async (n) => `${await n.getAttribute('aria-label')}: ${await n.getAttribute('class')}`,
      ),
    );
    expect(classes.sort()).toEqual([
      'page: node none member',
      'reader: node fs member',
      'sender: node net member',
    ]);
    expect(await page.locator('.edge').count()).toBe(2);
    await page.close();
  });

  test('of too many packages the graph leaves out those that do nothing, and a line leads through them', () => {
    const chain = (length: number) => {
      const { packages } = manyUsages(length, length);
      return packages.map((p, index) => ({
        ...p,
        danger: index % 10 === 0 ? p.danger : ('none' as const),
        // To the next, and to one after it that the next leads to as well.
        needs: [index + 1, index + 20].filter((to) => to < length),
      }));
    };
    const few = layoutOf(chain(50));
    expect([few.nodes.length, few.edges.length]).toEqual([50, 49]);
    const many = layoutOf(chain(500));
    expect(many.nodes.map((node) => node.package)).toEqual(
      Array.from({ length: 50 }, (_, index) => index * 10),
    );
    expect(many.edges.map(({ from, to }) => to - from)).toEqual(Array(49).fill(10));
    const allDo = chain(500).map((p) => ({ ...p, danger: 'fs' as const }));
    expect(layoutOf(allDo).nodes).toEqual([]);
  });

  test('with 5,000 usages it stays quick: few rows are elements', async ({ skip }) => {
    const text = pageText(manyUsages(5000, 50));
    const before = Date.now();
    const { page, wrong } = await open(started(skip), writePage('many.html', text));
    await page.getByRole('tab', { name: 'usages' }).click();
    console.log(
      `5,000 usages: ${(text.length / 2 ** 20).toFixed(1)} MiB, shown after ${Date.now() - before} ms`,
    );
    const rows = page.locator('#panel-usages .row');
    expect(await rows.count()).toBeLessThan(60);
    await page.getByRole('listbox', { name: 'usages' }).focus();
    await page.keyboard.press('End');
    const selected = page.locator('#panel-usages [aria-selected=true]');
    expect(await selected.getAttribute('aria-posinset')).toBe('5000');
    expect(await page.getByRole('region', { name: 'usage' }).textContent()).toContain(
      'many::function_4995',
    );
    await page.getByRole('searchbox').fill('function_4242');
    expect(await page.locator('.found').textContent()).toBe('0 packages, 1 usage');
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('light and dark differ, and paper has all packages', async ({ skip }) => {
    const shown: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const { page, wrong } = await open(started(skip), report, scheme);
      shown.push(String(await page.evaluate('getComputedStyle(document.body).backgroundColor')));
      for (const name of ['problems', 'packages', 'usages', 'graph']) {
        await page.getByRole('tab', { name }).click();
        await page.screenshot({ path: pagePlace(`${name}-${scheme}.png`) });
      }
      if (scheme === 'dark') {
        const paper = await page.pdf();
        expect(paper.length).toBeGreaterThan(10_000);
        writeFileSync(pagePlace('report.pdf'), paper);
      }
      await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
      await page.emulateMedia({ media: 'print' });
      const text = await page.locator('.printed').textContent();
      for (const name of ['reader 0.1.0', 'sender 0.1.0', 'Nothing is done by: page'])
        expect(text).toContain(name);
      expect(await page.locator('main').isVisible()).toBe(false);
      expect(wrong).toEqual([]);
      await page.close();
    }
    expect(shown).toEqual(['rgb(255, 255, 255)', 'rgb(20, 23, 27)']);
  });
});
