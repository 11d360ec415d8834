import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './cases.ts';

/** Keeps how the cases came out for a target of another system, for `npm run evasions:result`. */
export function keepOutcomes(
  target: string,
  cases: readonly Case[],
  outcomes: ReadonlyMap<string, string | undefined>,
  directory: string,
): void {
  const rows = cases.map(({ name, left, differs }) => ({
    name,
    left,
    differs,
    ran: outcomes.has(name),
    fault: outcomes.get(name),
  }));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'outcomes.json'), JSON.stringify({ target, rows }));
}
