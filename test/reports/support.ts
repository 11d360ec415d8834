import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Result } from 'sarif';
import { SaxesParser } from 'saxes';
import { expect } from 'vitest';
import { cackle, fixture, type Ran } from '../support/cackle.ts';

/** A copy of the fixture whose dependencies lie as in a registry, in a git repository of its own. */
export function registryWorkspace(as: string): string {
  const directory = fixture('reports-of-registry/workspace', { as });
  mkdirSync(join(directory, '.git'));
  return directory;
}

/** Checks a workspace with a report of each format in a file; gives the texts by format. */
export async function allReports(
  directory: string,
  args: readonly string[] = [],
): Promise<{ readonly ran: Ran; readonly texts: Readonly<Record<string, string>> }> {
  const formats = ['human', 'json', 'sarif', 'github', 'markdown', 'junit'];
  const fileOf = (format: string): string => join(directory, `report.${format}`);
  const outputs = formats.flatMap((format) => ['--output', `${format}=${fileOf(format)}`]);
  const ran = await cackle(['-n', '--path', directory, ...outputs, ...args]);
  const texts = formats.map((format) => [format, readFileSync(fileOf(format), 'utf8')] as const);
  return { ran, texts: Object.fromEntries(texts) };
}

/** The only run of a SARIF log, with its results. */
export function runOf(text: string | undefined) {
  const [run, ...others] = (JSON.parse(text ?? '') as Log).runs;
  expect(others).toEqual([]);
  if (run === undefined) throw new Error('no run');
  return { ...run, results: run.results ?? ([] as Result[]) };
}

/** Fails the test where a text is no well-formed XML; gives its elements in order, with their attributes. */
export function elementsOf(
  xml: string,
): { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[] {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements.push({ name, attributes: attributes as Record<string, string> });
  });
  parser.write(xml).close();
  return elements;
}
