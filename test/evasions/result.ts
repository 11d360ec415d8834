import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../engine/paths.ts';
import { type Case, readCases } from './cases.ts';

/** How the cases came out: what is wrong with each that was checked, or undefined. */
type Found = ReadonlyMap<string, string | undefined>;

const corpus = join(packageRoot(), 'test', 'evasions');
const page = join(corpus, 'RESULT.md');

/** Writes a target's counts into RESULT.md; those of others stay, and what the corpus itself says of targets is written anew. */
export function keepResult(target: string, cases: readonly Case[], found: Found): void {
  const rows = new Map(rowsOf(existsSync(page) ? readFileSync(page, 'utf8') : ''));
  rows.set(target, rowOf(target, cases, found));
  const targets = [...rows.keys()].sort();
  writeFileSync(
    page,
    pageOf(targets, rows, new Map(targets.map((t) => [t, readCases(corpus, t)]))),
  );
}

function rowsOf(text: string): [string, string][] {
  return [...text.matchAll(/^\| `([^`]+)` \| \d.*$/gm)].map(([row, target = '']) => [target, row]);
}

function rowOf(target: string, cases: readonly Case[], found: Found): string {
  const checked = cases.filter(({ name }) => found.has(name));
  const right = checked.filter(({ name }) => found.get(name) === undefined);
  const counts = [
    cases.length,
    cases.filter(({ left }) => left !== undefined).length,
    checked.length,
    right.length,
    right.filter(({ differs }) => differs !== undefined).length,
    checked.length - right.length,
  ];
  const day = new Date().toISOString().slice(0, 10);
  return `| \`${target}\` | ${counts.join(' | ')} | ${day} |`;
}

function pageOf(
  targets: readonly string[],
  rows: ReadonlyMap<string, string>,
  cases: ReadonlyMap<string, readonly Case[]>,
): string {
  const short = (target: string): string => target.replace(/^[^-]+-(?:pc-|apple-)?/, '');
  const collected = (reasonOf: (c: Case) => string | undefined): string => {
    const byReason = new Map<string, Map<string, string[]>>();
    for (const target of targets)
      for (const c of cases.get(target) ?? []) {
        const reason = reasonOf(c);
        if (reason === undefined) continue;
        const named = byReason.get(reason) ?? new Map<string, string[]>();
        byReason.set(reason, named.set(c.name, [...(named.get(c.name) ?? []), short(target)]));
      }
    const everywhere = targets.map(short).join(', ');
    return [...byReason]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, named]) => {
        const names = [...named].map(([name, on]) =>
          on.join(', ') === everywhere ? name : `${name} (${on.join(', ')})`,
        );
        return `| ${reason} | ${named.size} | ${names.join(', ')} |\n`;
      })
      .join('');
  };
  return `# The corpus for targets of other systems

\`npm run evasions:targets\` checks the cases for other targets and writes this page; \`EVASIONS_TARGETS\` chooses some, whose rows
are then new. On Linux, \`npm test\` and \`npm run evasions\` check the same cases.

| target | cases | left out | checked | as expected | of these otherwise than on Linux | not as expected | on |
|---|---|---|---|---|---|---|---|
${targets.map((target) => `${rows.get(target)}\n`).join('')}
## Left out

| why | | cases |
|---|---|---|
${collected(({ left }) => left)}
## Otherwise than on Linux

| why | | cases |
|---|---|---|
${collected(({ left, differs }) => (left === undefined ? differs : undefined))}`;
}
