import type { ApiDefinition } from '../config/types.ts';
import { demangle, namesIn } from '../parsers/parsers.ts';
import type { SystemFunctions } from '../problems/kinds/system-functions.ts';
import type { BacktraceFrame, SourcePlace } from '../problems/places.ts';
import { isUnder } from '../rust-paths.ts';
import type { FileOwners } from '../workspace/owners.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import type { Reference } from './references.ts';
import { type OutputOwner, usersOf } from './users.ts';

/** A function of the system that live code of a package calls in an output (rule 4.26). */
export interface SystemCall {
  readonly package: PackageIndex;
  readonly api: string;
  readonly function: string;
  readonly place: SourcePlace;
  readonly reference: Reference;
}

/** A call with the path from a root to it; empty without backtraces. */
export interface ExplainedCall extends SystemCall {
  readonly backtrace: readonly BacktraceFrame[];
}

/**
 * Charges references to functions of the system as usages are charged (rule 4.7), and returns the first place of each package, API and
 * function. Packages of the workspace are left out, and what an API includes or excludes already.
 */
export function chargedCalls(
  references: readonly Reference[],
  output: OutputOwner,
  workspace: Workspace,
  owners: FileOwners,
  apis: ReadonlyMap<string, ApiDefinition>,
): SystemCall[] {
  const first = new Map<string, SystemCall>();
  for (const reference of references) {
    const { api, targetNames } = reference;
    const name = targetNames[0]?.text;
    if (name === undefined || isCovered(name, apis.get(api))) continue;
    const { users, place, targets, byType } = usersOf(reference, output, workspace, owners);
    // Only the standard library's own code is here.
    if (byType && targets.every(({ own }) => own)) continue;
    for (const user of users) {
      if (user.isWorkspaceMember) continue;
      // A definition by the package itself, imported in cackle.toml, covers it already.
      if (isCovered(name, apis.get(`${user.name}::${api}`))) continue;
      const call = { package: user.index, api, function: name, place, reference };
      const key = [user.index, api, name].join('\0');
      const known = first.get(key);
      if (known === undefined || order(call) < order(known)) first.set(key, call);
    }
  }
  return [...first.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** A text that sorts calls whatever the order of the objects. */
function order({ package: user, api, place, reference, function: name }: SystemCall): string {
  const number = (n: number): string => String(n).padStart(10, '0');
  return [
    ...[number(user), api, name, place.file, number(place.line), number(place.column)],
    demangle(reference.from),
  ].join('\0');
}

function isCovered(name: string, api: ApiDefinition | undefined): boolean {
  return api !== undefined && [...api.include, ...api.exclude].some((path) => isUnder(name, path));
}

/**
 * Returns the problem for a call in the output `label`, with its `target` where several are checked; undefined where the API's
 * `no_auto_detect` names the package.
 */
export function systemFunctionsProblem(
  { package: index, api, function: name, place, reference, backtrace }: ExplainedCall,
  { label, target }: { readonly label: string; readonly target: string | undefined },
  { packages }: Workspace,
  apis: ReadonlyMap<string, ApiDefinition>,
): SystemFunctions | undefined {
  const p = packages[index];
  if (p === undefined || apis.get(api)?.noAutoDetect.includes(p.name) !== false) return undefined;
  return {
    kind: 'system-functions',
    packageLabel: p.label,
    packageName: p.name,
    api,
    functions: [name],
    usages: [
      {
        place,
        from: demangle(reference.from),
        fromNames: namesIn(reference.from),
        target: name,
        targetNames: [name],
        output: label,
        ...(target === undefined ? {} : { targets: [target] }),
        backtrace,
      },
    ],
  };
}
