import type { Case } from './cases.ts';
import { rulesOfKind } from './rules.ts';

/** The Markdown page that counts the cases by kind. */
export function tableOf(cases: readonly Case[]): string {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const row = (name: string, rules: string, of: readonly Case[]): string => {
    const count = (is: Case['is']): number => of.filter((c) => c.is === is).length;
    return `| ${name} | ${rules} | ${of.length} | ${count('caught')} | ${count('clean')} | ${count('limit')} |\n`;
  };
  const limits = cases
    .filter(({ is }) => is === 'limit')
    .map(({ name, about, limit }) => `| ${name} | ${about} | ${limit?.replace(/\s+/g, ' ')} |\n`);
  return `# The corpus of evasions

Each case of \`test/evasions/\` tries something by which code might do more than cackle.toml allows: it is *caught*, or it is an honest
neighbour that has to stay *clean*, or a *limit* that the README admits. \`npm run evasions\` checks all of them;
\`npx vitest run test/evasions/table.test.ts -u\` writes this page anew. \`test/evasions/RESULT.md\` has the same corpus for targets of
other systems.

| kind | against | cases | caught | clean | limit |
|---|---|---|---|---|---|
${kinds
  .map((kind) =>
    row(
      kind,
      rulesOfKind[kind] ?? '',
      cases.filter((c) => c.kind === kind),
    ),
  )
  .join('')}${row('**all**', '', cases)}
${limits.length === 0 ? '' : `\n## Limits\n\n| case | what is tried | the README's words |\n|---|---|---|\n${limits.join('')}`}`;
}
