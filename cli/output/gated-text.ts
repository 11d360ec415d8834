import { join } from 'node:path';
import type { GatedResult } from '../../engine/cargo/result.ts';
import { howToSeeTheCommand } from '../../engine/problems/failure.ts';
import { shellWords } from '../../engine/shell-words.ts';
import { paintFor } from './paint.ts';
import { printable, printableLines } from './printable.ts';
import { failedTestText, problemLines } from './report.ts';

/** What a command of cargo's is told after cargo has ended (rule 13.2): what was held, why, and what allows it. */
export function gatedText(
  { held, problems, rustcSandbox, forgotten, failedTests, ranUnjudged, workspaceRoot }: GatedResult,
  {
    colour,
    everything,
    outer,
  }: {
    readonly colour: boolean;
    readonly everything: boolean;
    /** The workspace whose cackle.toml decides, where a program of it has started cargo. */
    readonly outer?: string | undefined;
  },
): string {
  const paint = paintFor(colour);
  const options = {
    ...{ backtraces: false, everyUsage: everything, failOnWarnings: false },
    keepsLog: false,
  };
  const lines: string[] = [];
  for (const { packageLabel, what } of held) {
    // What a script says is held after it ran.
    const effect = what.startsWith('output') ? '' : ' did not run';
    lines.push(`${paint.yellow('held')}: the ${what} of ${printable(packageLabel)}${effect}`);
  }
  for (const failed of failedTests) lines.push(failedTestText(failed, everything, false).trimEnd());
  if (problems.length > 0)
    lines.push('', ...problemLines(problems, { workspaceRoot }, paint, options));
  if (rustcSandbox?.words !== undefined)
    lines.push(
      `note: rustc ran in the sandbox of [rustc.sandbox], which ${printableLines(rustcSandbox.words)}`,
      ...(everything
        ? ['  its command line was:', `  ${printable(shellWords(rustcSandbox.command ?? []))}`]
        : [`  (${howToSeeTheCommand(false)})`]),
    );
  if (held.length > 0)
    lines.push(
      outer === undefined
        ? 'cackle.toml decides what may run: `cackle` in a terminal asks, `cackle -n` lists all that it would ask; `command cargo` goes around it'
        : `${printable(join(outer, 'cackle.toml'))} decides what may run, also of what a program has cargo build; a package that only such builds have goes into common.nested_packages`,
    );
  if (forgotten.length > 0)
    lines.push(
      `note: ${forgotten.length === 1 ? 'a file' : `${forgotten.length} files`} of earlier builds could not be judged and will be built anew: run the command again`,
    );
  if (ranUnjudged)
    lines.push(
      'note: programs and tests ran as under cargo, and were not judged: cackle.toml has gates_only = true',
    );
  return `${lines.join('\n')}\n`;
}
