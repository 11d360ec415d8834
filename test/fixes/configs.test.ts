import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyEdits } from '../../engine/config/edit/edit.ts';
import type { Config, ScopeSuffix } from '../../engine/config/types.ts';
import { packageRoot } from '../../engine/paths.ts';
import { fixesFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { checkFix } from './checked.ts';
import { apiProblem, read, usage } from './support.ts';

const directory = join(packageRoot(), 'test', 'fixes', 'configs');
const files = readdirSync(directory).filter((name) => name.endsWith('.toml'));
const suffixes: readonly ScopeSuffix[] = ['', 'build', 'test', 'from.build', 'from.test'];
const configPlace = { line: 1, column: 1 };

/** Problems about the names that a file has, and about one that it has not. */
function problemsOf(config: Config): Problem[] {
  const names = [...config.packages.keys(), 'new-one'];
  const apis = [...config.apis.keys()];
  const written = config.tables.flatMap(({ scope, allowApis }) =>
    allowApis.map(({ api }) => ({ scope, api })),
  );
  return [
    ...names.flatMap((packageName): Problem[] => {
      const common = { packageName, packageLabel: packageName };
      return [
        ...suffixes.flatMap((suffix) =>
          apis.map((api) => apiProblem(packageName, suffix, api, [usage(['std::fs::write'])])),
        ),
        ...suffixes.flatMap((suffix): Problem[] => {
          const keyword = { ...common, scope: { package: packageName, suffix }, uses: [] };
          return [
            { kind: 'disallowed-unsafe', ...keyword },
            { kind: 'disallowed-extern', ...keyword },
          ];
        }),
        { kind: 'proc-macro-not-allowed', ...common },
        { kind: 'build-script-not-allowed', ...common },
        {
          kind: 'disallowed-build-instruction',
          ...common,
          instruction: 'cargo:rustc-link-lib=static=x',
          instructions: ['cargo:rustc-link-lib=static=x'],
        },
        {
          kind: 'execution-failed',
          ...common,
          executable: 'build script',
          output: '',
          sandboxCommand: ['bwrap'],
        },
        { kind: 'unknown-package', packageName, configPlace, nearest: undefined },
      ];
    }),
    ...written.map(
      ({ scope, api }): Problem => ({
        kind: 'unused-allow-api',
        packageName: scope.package,
        packageLabel: scope.package,
        scope,
        api,
        configPlace,
      }),
    ),
    { kind: 'sandbox-not-chosen' },
    { kind: 'newer-config-version', version: config.version, newest: 3 },
  ];
}

/** The styles in which editors store one and the same text. */
const stored: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with other line ends': (text) =>
    text.includes('\r') ? text.replaceAll('\r', '') : text.replaceAll('\n', '\r\n'),
  'without an end of line': (text) => text.trimEnd(),
  'with a byte order mark': (text) => `\ufeff${text}`,
};

test('there are ten files that look like those of real projects', () => {
  expect(files).toHaveLength(10);
});

test.each(files)('rule 5.22: %s is read, and every fix of every problem keeps all else', (file) => {
  const original = readFileSync(join(directory, file), 'utf8');
  let edits = 0;
  for (const [turn, store] of Object.values(stored).entries()) {
    const text = store(original);
    const config = read(text.replace(/^\ufeff/, ''));
    expect(applyEdits(text, [{ steps: [] }])).toBe(text);
    for (const [number, problem] of problemsOf(config).entries()) {
      // All of them in the file as it is; each in one of the other styles: generated files mix them (properties.test.ts).
      if (turn > 0 && number % 3 !== turn - 1) continue;
      for (const fix of fixesFor(problem, config)) {
        edits++;
        checkFix(text, problem, fix, edits % 2 === 0 ? 'agreed' : undefined);
      }
    }
  }
  expect(edits).toBeGreaterThan(40);
});
