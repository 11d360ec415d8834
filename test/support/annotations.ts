import { join } from 'node:path';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { short } from './short.ts';

/** A use at a line of a source: what is expected there, or what was reported. */
export interface Annotation {
  /** Relative to the case. */
  readonly file: string;
  readonly line: number;
  /** The API; `unsafe` or `extern`; `off-tree:API`; `system:API`. */
  readonly use: string;
  readonly package: string;
  /** `''`, `build`, `from.test` …; undefined: any. */
  readonly scope: string | undefined;
}

/** What a check reported of one case. */
export interface Reported {
  readonly uses: readonly Annotation[];
  /** Problems, or parts of them, that have no place in a file of the case; in short. */
  readonly problems: readonly string[];
}

const marker = /\/\/~(\^*)[ \t]+([^\r\n]*)/;
const use =
  /^(?<use>(?:(?:off-tree|system):)?[A-Za-z_][\w-]*)(?:@(?<package>[\w-]\S*?))?(?<scope>\.(?:from\.)?(?:build|test)|\.pkg)?(?:\[(?<on>[!a-z,-]+)\])?$/;

/** May a file of a case hold annotations? */
export function isRead(path: string): boolean {
  return !/(^|\/)(case\.toml|Cargo\.toml|Cargo\.lock|cackle\.toml)$/.test(path);
}

/**
 * The annotations of a file of a case; `packages` are the names by directory. `isOn` says which words in brackets hold, where
 * there may be some. Throws where one cannot be read.
 */
export function annotationsOf(
  path: string,
  content: Buffer,
  packages: ReadonlyMap<string, string>,
  isOn?: (word: string) => boolean,
): Annotation[] {
  const owner = ownerOf(path, packages);
  return content
    .toString('latin1')
    .split('\n')
    .flatMap((text, index) => {
      const [, above, words] = marker.exec(text) ?? [];
      if (above === undefined || words === undefined) return [];
      return words
        .trim()
        .split(/\s+/)
        .flatMap((word): Annotation[] => {
          const line = index + 1 - above.length;
          const groups = use.exec(word)?.groups;
          const charged = groups?.package ?? owner;
          const on = groups?.on?.split(',');
          if (groups?.use === undefined || charged === undefined || (on && isOn === undefined))
            throw new Error(`${path}:${index + 1}: \`${word}\` is no annotation`);
          const holds = (name: string): boolean =>
            name.startsWith('!') ? !isOn?.(name.slice(1)) : isOn?.(name) === true;
          if (on !== undefined && !on.some(holds)) return [];
          const scope = groups.scope?.slice(1);
          return [
            {
              file: path,
              line,
              use: groups.use,
              package: charged,
              scope: scope === 'pkg' ? '' : scope,
            },
          ];
        });
    });
}

function ownerOf(path: string, packages: ReadonlyMap<string, string>): string | undefined {
  let directory = path;
  while (directory !== '') {
    directory = directory.replace(/\/?[^/]*$/, '');
    const name = packages.get(directory);
    if (name !== undefined) return name;
  }
  return packages.get('');
}

/**
 * Shares the problems of a report out among the cases: by the directory that a place lies in, else by package. `nobody`
 * is what belongs to none.
 */
export function reportedOf(
  report: CheckReport,
  cases: readonly { readonly name: string; readonly packages: ReadonlyMap<string, string> }[],
  directoryOf: (name: string) => string,
): { byCase: ReadonlyMap<string, Reported>; nobody: readonly string[] } {
  const byCase = new Map(
    cases.map(({ name }) => [name, { uses: [] as Annotation[], problems: [] as string[] }]),
  );
  const places = cases.map(({ name }) => ({ name, prefix: `${directoryOf(name)}/` }));
  const byPackage = new Map(
    cases.flatMap(({ name, packages }) => [...packages.values()].map((p) => [p, name] as const)),
  );
  const nobody: string[] = [];
  for (const problem of report.problems) {
    const words =
      'instructions' in problem
        ? problem.instructions.map((instruction) => `${short(problem)} ${instruction}`)
        : [short(problem)];
    let placeless = false;
    const found = placesOf(problem);
    for (const { file, line } of found) {
      const path = file.startsWith('/') ? file : join(report.workspaceRoot, file);
      const at = places.find(({ prefix }) => path.startsWith(prefix));
      if (at === undefined || line === 0) placeless = true;
      else
        byCase.get(at.name)?.uses.push({
          file: path.slice(at.prefix.length),
          line,
          use: nameOfUse(problem),
          package: 'packageName' in problem ? problem.packageName : '',
          scope: 'scope' in problem ? problem.scope.suffix : '',
        });
    }
    if (found.length > 0 && !placeless) continue;
    const name =
      ('packageName' in problem ? byPackage.get(problem.packageName) : undefined) ??
      (cases.length === 1 ? cases[0]?.name : undefined);
    const list = name === undefined ? nobody : (byCase.get(name)?.problems ?? nobody);
    list.push(...words.filter((word) => !list.includes(word)));
  }
  return { byCase, nobody };
}

function placesOf(problem: Problem): readonly SourcePlace[] {
  if ('usages' in problem) return problem.usages.map(({ place }) => place);
  return 'uses' in problem ? problem.uses.map(({ place }) => place) : [];
}

function nameOfUse(problem: Problem): string {
  const name = 'api' in problem ? problem.api : problem.kind.replace(/^disallowed-/, '');
  if (problem.kind === 'system-functions') return `system:${name}`;
  return problem.kind === 'off-tree-api' ? `off-tree:${name}` : name;
}

/** How what was reported differs from what was expected, a line for each difference; none: it does not. */
export function differences(
  expected: Reported,
  reported: Reported,
): { readonly missing: string[]; readonly extra: string[] } {
  const matches = (wanted: Annotation, found: Annotation): boolean =>
    wanted.file === found.file &&
    wanted.line === found.line &&
    wanted.use === found.use &&
    wanted.package === found.package &&
    (wanted.scope === undefined || wanted.scope === found.scope);
  const missing = expected.uses
    .filter((wanted) => !reported.uses.some((found) => matches(wanted, found)))
    .map(textOf);
  const extra = reported.uses
    .filter((found) => !expected.uses.some((wanted) => matches(wanted, found)))
    .map(textOf);
  missing.push(...expected.problems.filter((p) => !reported.problems.includes(p)));
  extra.push(...reported.problems.filter((p) => !expected.problems.includes(p)));
  return { missing: [...new Set(missing)].sort(), extra: [...new Set(extra)].sort() };
}

function textOf({ file, line, use: api, package: p, scope }: Annotation): string {
  return `${file}:${line}  ${api}@${p}${scope === undefined || scope === '' ? '' : `.${scope}`}`;
}
