import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userCache } from '../../engine/paths.ts';

/** The validator that GitHub's documentation names, a program of 100 MB for each platform: no dependency of this package. */
const PACKAGE = '@microsoft/sarif-multitool-linux';
const VERSION = '5.7.0';

/** Returns the validator's own program, which npm fetches once for the user; undefined where it cannot be had or run. */
export function sarifValidator(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const directory = join(userCache(), 'tools', `sarif-multitool-${VERSION}`);
  const program = join(directory, 'node_modules', PACKAGE, 'Sarif.Multitool');
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', directory];
    spawnSync('npm', ['install', ...options, `${PACKAGE}@${VERSION}`], { timeout: 120_000 });
    if (!existsSync(program)) return undefined;
    chmodSync(program, 0o755);
  }
  return spawnSync(program, ['--version']).status === 0 ? program : undefined;
}

/** Returns what the rules of SARIF and of GitHub's code scanning say against a file: `RULE level id`, sorted. */
export function sarifFaults(program: string, file: string): string[] {
  const output = `${file}.validated`;
  // Its wrapper in npm hands the semicolon to a shell.
  const ran = spawnSync(
    program,
    ['validate', file, '--rule-kind', 'Sarif;Ghas', '-o', output, '--log', 'ForceOverwrite'],
    { encoding: 'utf8', env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' } },
  );
  if (!existsSync(output)) throw new Error(`no validation: ${ran.stdout}${ran.stderr}`);
  const { runs } = JSON.parse(readFileSync(output, 'utf8')) as {
    runs: {
      results: { ruleId: string; level?: string; message: { id?: string } }[];
      tool: { driver: { rules?: { id: string }[] } };
    }[];
  };
  return runs
    .flatMap(({ results }) => results)
    .map(({ ruleId, level, message }) => `${ruleId} ${level ?? 'warning'} ${message.id ?? ''}`)
    .sort();
}
