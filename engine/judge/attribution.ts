import type { PermissionScope, ScopeSuffix } from '../config/types.ts';
import { demangle } from '../parsers/parsers.ts';
import type { SourcePlace } from '../problems/places.ts';
import { firstSegment } from '../rust-paths.ts';
import type { FileOwners } from '../workspace/owners.ts';
import type { CrateKind, Package, PackageIndex, Workspace } from '../workspace/types.ts';
import type { Reference } from './references.ts';
import { type OutputOwner, ownCratesOf, usersOf } from './users.ts';

/** A reference charged to a package (rule 4.7). */
export interface AttributedUsage {
  readonly package: PackageIndex;
  readonly scope: PermissionScope;
  readonly api: string;
  readonly place: SourcePlace;
  readonly reference: Reference;
  /** The shortest of the target's names that matched. */
  readonly target: string;
  readonly targetNames: readonly string[];
  /** Package that provides the target when the user does not depend on it (off-tree). */
  readonly offTree: PackageIndex | undefined;
  /** Only a type of theirs led the standard library there: shown where nothing that they wrote says the same. */
  readonly byType: boolean;
}

/** Rule 1.3: the scope of a usage by `user` in an output of `owner`. */
export function scopeOf(
  user: Package,
  owner: Pick<OutputOwner, 'package' | 'kind'>,
): PermissionScope {
  const own = user.index === owner.package;
  const suffixes: Record<CrateKind, ScopeSuffix> = {
    primary: '',
    'build-script': own ? 'build' : 'from.build',
    test: own ? 'test' : 'from.test',
  };
  return { package: user.name, suffix: suffixes[owner.kind] };
}

/** Charges each reference to the packages that own its place; drops what is no usage (rules 4.12, 4.14). */
export function attribute(
  references: readonly Reference[],
  output: OutputOwner,
  workspace: Workspace,
  owners: FileOwners,
): AttributedUsage[] {
  const usages = new Map<string, AttributedUsage>();
  for (const reference of references) {
    if (output.hasHarness && isOfHarness(reference)) continue;
    const { users, place, targets, byType } = usersOf(reference, output, workspace, owners);
    for (const user of users) {
      const own = ownCratesOf(user, workspace);
      const names = targets.filter((name) => !own.has(name, reference)).map(({ text }) => text);
      const target = names.reduce<string | undefined>(
        (best, name) => (best === undefined || name.length < best.length ? name : best),
        undefined,
      );
      if (target === undefined) continue;
      const providers = workspace.byCrateName.get(firstSegment(target)) ?? [];
      const offTree =
        providers.length > 0 && !providers.some((p) => workspace.dependsOn(user.index, p));
      if (offTree && !reference.foreign && isGivenFromOutside(reference, providers, owners))
        continue;
      const usage: AttributedUsage = {
        package: user.index,
        scope: scopeOf(user, output),
        api: reference.api,
        place,
        reference,
        target,
        targetNames: names,
        offTree: offTree ? providers[0] : undefined,
        byType,
      };
      const key = [
        user.index,
        usage.scope.suffix,
        usage.api,
        reference.from,
        place.file,
        place.line,
        place.column,
      ].join('\0');
      const known = usages.get(key);
      if (known === undefined || isPreferred(usage, known)) usages.set(key, usage);
    }
  }
  const all = [...usages.values()];
  const written = new Set(all.filter((usage) => !usage.byType).map(permissionKey));
  return all.filter((usage) => !usage.byType || !written.has(permissionKey(usage)));
}

/**
 * Is it what the harness alone writes? The C `main` that rustc makes, of which no debug info knows, starts a main that gives
 * an `ExitCode`: newer libtest's does. Assembly may call itself `main` too, so nothing but that type in another's arguments.
 */
function isOfHarness({ from, declared, foreign, targetNames }: Reference): boolean {
  return (
    from === 'main' &&
    !declared &&
    !foreign &&
    targetNames.every(({ text, own }) => !own && text === 'std::process::ExitCode')
  );
}

function permissionKey({ package: user, scope, api, offTree }: AttributedUsage): string {
  return [user, scope.suffix, api, offTree].join('\0');
}

/** Which of two equal usages is shown: the one with the shorter target, whatever the order of the objects. */
function isPreferred(a: AttributedUsage, b: AttributedUsage): boolean {
  if (a.target.length !== b.target.length) return a.target.length < b.target.length;
  if (a.target !== b.target) return a.target < b.target;
  return a.reference.outerNames.join('\0') < b.reference.outerNames.join('\0');
}

/**
 * Where a usage stands among those of its output: by package, then by place. The order of the link would change with the
 * hashes in the names of the codegen units, which cargo may make of the place where the sources lie.
 */
export function usageOrder({
  package: user,
  place,
  reference,
  target,
  api,
}: AttributedUsage): string {
  const number = (n: number): string => String(n).padStart(10, '0');
  const { file, line, column } = place;
  const from = demangle(reference.from);
  return [number(user), file, number(line), number(column), from, target, api].join('\0');
}

/**
 * Did the user of something off the tree get it from outside? It cannot have named it: the function around it is of who
 * provides it, or its own type arguments led there.
 */
function isGivenFromOutside(
  { outerFile, byArguments, targetNames }: Reference,
  providers: readonly PackageIndex[],
  owners: FileOwners,
): boolean {
  if (byArguments && targetNames.every(({ own }) => !own)) return true;
  return outerFile !== undefined && owners.ownersOf(outerFile).some((o) => providers.includes(o));
}
