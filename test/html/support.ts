import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PageData } from '../../cli/html/types.ts';
import { packageRoot } from '../../engine/paths.ts';
import { findChromium } from './chromium.ts';

/** A page in the browser, with all that must not happen there. */
export interface Opened {
  readonly page: Page;
  /** Errors, messages of the console, dialogs, and requests for anything but the page. */
  readonly wrong: string[];
}

/** Starts the browser; resolves to the reason where there is none. */
export async function startBrowser(): Promise<Browser | string> {
  const found = await findChromium();
  if (typeof found === 'string') return found;
  return chromium.launch({
    executablePath: found.program,
    env: { ...process.env, ...found.env },
    // The page under test is ours; a sandbox needs privileges that containers withhold.
    chromiumSandbox: false,
  });
}

/** Opens a file as a reader would; `scheme` is what the system prefers. */
export async function open(
  browser: Browser,
  file: string,
  scheme: 'light' | 'dark' = 'light',
): Promise<Opened> {
  const page = await browser.newPage({
    colorScheme: scheme,
    viewport: { width: 1280, height: 800 },
  });
  const wrong: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && url !== 'data:,') wrong.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector('[role=tab]');
  return { page, wrong };
}

/** Returns the path of a file of these tests. */
export function pagePlace(name: string): string {
  const directory = join(packageRoot(), 'target', 'fixtures', 'html pages');
  mkdirSync(directory, { recursive: true });
  return join(directory, name);
}

/** Writes a page; gives its path. */
export function writePage(name: string, text: string): string {
  const file = pagePlace(name);
  writeFileSync(file, text);
  return file;
}

/** Returns data of a page with so many usages of so many packages. */
export function manyUsages(usages: number, packages: number): PageData {
  const of = (index: number): number => index % packages;
  const allowed = (index: number): boolean => index % 7 !== 0;
  return {
    ...{ title: 'many', workspaceRoot: '/w', configFile: '/w/cackle.toml', target: 'x86_64' },
    ...{ summary: 'no problems', problems: [], unknown: [], diff: undefined, limits: [] },
    packages: Array.from({ length: packages }, (_, index) => ({
      ...{ label: `package-${index}`, version: '1.0.0', source: 'crates.io', description: '' },
      ...{ isMember: index === 0, isBuilt: true, needs: [], neededBy: [], may: ['api fs'] },
      ...{ danger: 'fs' as const },
      facts: [
        {
          ...{ text: 'api fs', capability: 0, allowed: true, count: usages / packages },
          usages: Array.from({ length: usages / packages }, (_, n) => n * packages + index),
        },
      ],
    })),
    capabilities: [
      { name: 'fs', danger: 'fs' },
      { name: 'net', danger: 'net' },
    ],
    usages: Array.from({ length: usages }, (_, index) => ({
      ...{ package: of(index), fact: index % 5 === 0 ? 'api net' : 'api fs' },
      ...{ capability: index % 5 === 0 ? 1 : 0, allowed: allowed(index), output: 'many (bin)' },
      ...{ place: [of(index), 10 + index, 5] as const, from: `many::function_${index}` },
      ...{ target: 'std::fs::read', path: [0, 1] },
    })),
    frames: [
      { name: 'main', place: undefined, isInlined: false },
      { name: 'many::run', place: [0, 10, 5], isInlined: false },
    ],
    files: Array.from({ length: packages }, (_, index) => ({
      name: `src/file_${index}.rs`,
      lines: Object.fromEntries(
        Array.from({ length: usages }, (_, line) => [line, `    std::fs::read(path_${line});`]),
      ),
    })).map((file, index) => (index === 0 ? file : { ...file, lines: {} })),
    graph: { width: 0, height: 0, nodes: [], edges: [] },
  };
}
