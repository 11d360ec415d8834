import { constants } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import type { PermissionScope } from '../../engine/config/types.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { Denial } from '../../engine/sandbox/denied.ts';
import { printable } from './printable.ts';

/** The package that a problem is about, or the file. */
export function labelOf(problem: Problem): string {
  if ('packageLabel' in problem) return problem.packageLabel;
  return problem.kind === 'unknown-package' || problem.kind === 'ambiguous-package'
    ? problem.packageName
    : 'cackle.toml';
}

/** What is wrong, in a line that follows on {@link labelOf}. */
export function titleOf(problem: Problem): string {
  switch (problem.kind) {
    case 'disallowed-api':
      return `uses the API \`${problem.api}\`${inScope(problem.scope)}, which is not allowed`;
    case 'off-tree-api':
      return `uses the API \`${problem.api}\` of ${problem.providedBy}, on which it does not depend${inScope(problem.scope)}`;
    case 'disallowed-unsafe':
      return `has unsafe code${inScope(problem.scope)}, which is not allowed`;
    case 'disallowed-extern':
      return `declares extern functions${inScope(problem.scope)}, which is not allowed`;
    case 'proc-macro-not-allowed':
      return 'is a proc macro, which is not allowed';
    case 'build-script-not-allowed':
      return 'has a build script, and no build section allows it';
    case 'disallowed-build-instruction':
      return problem.never === undefined
        ? `its build script gives the instruction \`${problem.instruction}\`, which is not allowed`
        : `its build script gives the instruction \`${problem.instruction}\`, which no rule can allow: ${problem.never}`;
    case 'execution-failed':
      return `its ${problem.executable} failed${endingOf(problem)}`;
    case 'configuration-missing':
      return 'there is no cackle.toml; nothing is allowed yet';
    case 'std-api-on-offer':
      return `the built-in API \`${problem.api}\` is not watched`;
    case 'sandbox-not-chosen':
      return 'no sandbox is chosen for build scripts, tests and rustc; until then no build script runs';
    case 'sandbox-kind-without-meaning':
      return `cackle.toml:${problem.configPlace.line}: a package as a whole has no sandbox kind; set it under build.sandbox or test.sandbox, or in [sandbox]`;
    case 'unused-allow-api':
      return `cackle.toml:${problem.configPlace.line}: the permission \`${problem.api}\`${inScope(problem.scope)} is not used; remove it`;
    case 'unused-setting': {
      const what =
        problem.value === undefined
          ? `\`${problem.setting}\``
          : `\`${problem.value}\` in ${problem.setting}`;
      return `cackle.toml:${problem.configPlace.line}: ${what}${inScope(problem.scope)} has no effect; remove it`;
    }
    case 'unmatched-api-path':
      return `cackle.toml:${problem.configPlace.line}: \`${problem.path}\` in [api.${problem.api}] ${problem.list} can match nothing in this tree${problem.nearest === undefined ? '' : `; did you mean \`${problem.nearest}\`?`}`;
    case 'unknown-package':
      return `cackle.toml:${problem.configPlace.line}: no package of this name is in the tree${problem.nearest === undefined ? '' : `; did you mean \`${problem.nearest}\`?`}`;
    case 'ambiguous-package':
      return `cackle.toml:${problem.configPlace.line}: packages of this name come from ${problem.sources.join(' and ')}; the table allows nothing to any of them until its \`source\` says which is meant`;
    case 'possible-export':
      return `seems to provide the API \`${problem.api}\` in \`${problem.path}\`: include it under [api.${problem.api}], or name the package in its no_auto_detect`;
    case 'export-not-imported':
      return problem.readable
        ? `exports the API definitions ${problem.apis.map((api) => `\`${api}\``).join(', ')}, and cackle.toml does not say whether they are imported`
        : `its cackle/export.toml cannot be read, and cackle.toml does not say that it is ignored`;
    case 'newer-config-version':
      return `common.version is ${problem.version}; version ${problem.newest} is the newest`;
  }
}

/** How a program ended. Inside a sandbox a signal shows as 128 and its number (bwrap's manual). */
export function endingOf(
  problem: Pick<
    Extract<Problem, { kind: 'execution-failed' }>,
    'status' | 'signal' | 'sandboxCommand'
  >,
): string {
  const { status, signal, sandboxCommand } = problem;
  const sandboxed = sandboxCommand === undefined ? '' : ' in its sandbox';
  if (signal !== undefined) return `${sandboxed}: ${signalText(signal)}`;
  if (status === undefined) return sandboxed;
  const within = sandboxCommand !== undefined && status > 128 && status <= 128 + 64;
  return `${sandboxed}: exit status ${status}${within ? `, as for ${signalText(status - 128)}` : ''}`;
}

/** What its sandbox kept from a program that failed, one line each; and what to do where no setting helps. */
export function deniedText({
  denied = [],
  sandboxCommand,
}: Pick<Extract<Problem, { kind: 'execution-failed' }>, 'denied' | 'sandboxCommand'>): string[] {
  if (sandboxCommand === undefined) return [];
  return denied.length > 0
    ? denied.map(textOfDenial)
    : [
        'nothing shows that its sandbox kept anything from it: see whether it fails under cargo alone, too',
      ];
}

function textOfDenial(denial: Denial): string {
  switch (denial.what) {
    case 'write':
      return `its sandbox does not let it write in ${denial.path}`;
    case 'mode':
      return `${denial.path} is read-only by its own permissions, which only root outside a sandbox passes over: \`chmod u+w\` it`;
    case 'read':
      return `its sandbox hides ${denial.path}; \`extra_args = ["--ro-bind", "${denial.path}", "${denial.path}"]\` in the section of its sandbox shows it`;
    case 'network':
      return 'its sandbox has no network';
    case 'variable':
      return `its sandbox does not show it the variable ${denial.name}`;
  }
}

function signalText(signal: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `signal ${signal}${name === undefined ? '' : ` (${name})`}`;
}

function inScope({ suffix }: PermissionScope): string {
  const where: Record<PermissionScope['suffix'], string> = {
    '': '',
    build: ' in its build script',
    test: ' in its tests',
    'from.build': ' from a build script',
    'from.test': " from another package's tests",
  };
  return where[suffix];
}

/** A place in short: from the workspace, the registry or the standard library on. */
export function placeText(place: SourcePlace, workspaceRoot: string): string {
  const registry = /\/registry\/src\/[^/]+\/(.*)$/.exec(place.file)?.[1];
  const inside = relative(workspaceRoot, place.file);
  const library = /^\/rustc\/[0-9a-f]+\/(library\/.*)$/.exec(place.file)?.[1];
  const file =
    library ?? registry ?? (inside.startsWith('..') || isAbsolute(inside) ? place.file : inside);
  const position =
    place.line === 0 ? '' : `:${place.line}${place.column === 0 ? '' : `:${place.column}`}`;
  return printable(`${file}${position}`);
}
