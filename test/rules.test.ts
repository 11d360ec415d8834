import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../engine/paths.ts';

const root = packageRoot();
const THIS = 'test/rules.test.ts';
const RULES = 'docs/rules.md';

/** What is made by a build or a run, or kept from others. */
const isMade = (name: string): boolean =>
  /^(?:node_modules|target|dist|\.git|\.cache|LICENSE-.*|package-lock\.json)$/.test(name);

/** Texts of the repository by path, in order. */
function textsBelow(directory: string): Map<string, string> {
  const texts = new Map<string, string>();
  const entries = readdirSync(join(root, directory), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isMade(entry.name)) continue;
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) for (const [file, text] of textsBelow(path)) texts.set(file, text);
    else if (entry.isFile() && isText(entry.name))
      texts.set(path, readFileSync(join(root, path), 'utf8'));
  }
  return texts;
}

const isText = (name: string): boolean =>
  /\.(?:ts|tsx|mjs|js|rs|md|toml|json|sh|c|h|s)$/.test(name) || !name.includes('.');

const texts = textsBelow('');

/** A line of `docs/rules.md` that defines a rule. */
const definitions = [...(texts.get(RULES) ?? '').matchAll(/^- \*\*(\d+\.\d+)\*\* \S/gm)].map(
  ([, number]) => number as string,
);

/** Rules that a text cites: `rule 4.3`, `rules 4.3, 5.1`, also across the lines of a comment or a wrapped paragraph. */
function citedRules(text: string): string[] {
  const flowing = text.replace(/\n[ \t]*(?:\/\/[/!]?|\*(?!\/)|#|\|)?[ \t]*/g, ' ');
  const citations = flowing.matchAll(
    /\brules? (\d+\.\d+\b(?!\.\d)(?:, (?:and )?\d+\.\d+\b(?!\.\d))*)/gi,
  );
  return [...citations].flatMap(([, list]) => list?.match(/\d+\.\d+/g) ?? []);
}

/** Is a file one whose citations say that it guards a rule? */
const isTest = (path: string): boolean =>
  path !== THIS && !path.endsWith('.md') && /^test\/|\/tests\/.*\.rs$/.test(path);

test('rules are numbered by their sections, each number once', () => {
  const sections = [
    ...(texts.get(RULES) ?? '').matchAll(/^(?:## (\d+)\. |- \*\*(\d+)\.(\d+)\*\*)/gm),
  ];
  const wrong: string[] = [];
  let [section, last] = [0, 0];
  for (const [, heading, of, number] of sections) {
    if (heading !== undefined) [section, last] = [Number(heading), 0];
    else if (Number(of) !== section || Number(number) <= last) wrong.push(`${of}.${number}`);
    else last = Number(number);
  }
  expect(definitions.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

test('a rule that is cited is there', () => {
  const known = new Set(definitions);
  const wrong: string[] = [];
  for (const [path, text] of texts) {
    if (path === THIS) continue;
    for (const rule of citedRules(text)) if (!known.has(rule)) wrong.push(`${path}: rule ${rule}`);
  }
  expect(wrong).toEqual([]);
});

test('every rule is cited by a test', () => {
  const cited = new Set(
    [...texts].flatMap(([path, text]) => (isTest(path) ? citedRules(text) : [])),
  );
  expect(definitions.filter((rule) => !cited.has(rule))).toEqual([]);
});

test('a citation is found in every form, and nothing else is one', () => {
  expect(citedRules('(rule 4.3)\n// Rules 1.2, 3.4: x')).toEqual(['4.3', '1.2', '3.4']);
  expect(citedRules(' * as in rules 4.10,\n * 4.11, and 5.1')).toEqual(['4.10', '4.11', '5.1']);
  expect(citedRules('the rules 1.2.3 and rule 15 of version 4.3')).toEqual([]);
});

/** How documents were cited that only their writers had. */
const elsewhere = [
  /§ ?\d/,
  /\bspec(?:ification)?s?,? \d/i,
  /\bspec, "?[A-Z]/i,
  /\bdesign, (?:"|decision|how)/i,
  /\b(?:design|spec)\.md\b/,
  /\bissue (?:"|#?\d)/i,
];

/** Paths of documents in a text: what a page links to, and names of pages with their directory. */
function citedDocuments(path: string, text: string): string[] {
  const named = text.matchAll(/(?<![\w./@$}-])(?:\.{0,2}\/)?(?:[\w.-]+\/)+[\w-]+\.md\b/g);
  const linked = path.endsWith('.md') ? text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g) : [];
  return [...named, ...linked]
    .map(([whole, link]) => link ?? whole)
    .filter((name) => !/^(?:\w+:|target\/)/.test(name));
}

test('nothing cites a document that is not in the repository', () => {
  const wrong: string[] = [];
  for (const [path, text] of texts) {
    if (path === THIS) continue;
    for (const line of text.split('\n'))
      if (elsewhere.some((pattern) => pattern.test(line))) wrong.push(`${path}: ${line.trim()}`);
    for (const name of citedDocuments(path, text)) {
      const places = [root, dirname(join(root, path))];
      if (!places.some((place) => existsSync(resolve(place, name)))) wrong.push(`${path}: ${name}`);
    }
  }
  expect(wrong).toEqual([]);
});

/** Scripts of package.json that a document tells the reader to run: `npm run NAME`. */
const namedScripts = (text: string): string[] =>
  [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name]) => name as string);

test('every `npm run NAME` of a document is a script of package.json', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    texts.get('package.json') ?? '',
  );
  const documents = [...texts].filter(([path]) => path.endsWith('.md'));
  const named = documents.flatMap(([path, text]) =>
    namedScripts(text).map((name) => ({ path, name })),
  );
  expect(new Set(named.map(({ name }) => name)).size).toBeGreaterThan(10);
  expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
});
