import type { PermissionScope, ScopeSuffix } from '../config/types.ts';
import { demangle } from '../parsers/parsers.ts';
import type { SourcePlace } from '../problems/places.ts';
import { firstSegment, isPlain } from '../rust-paths.ts';
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
  /** The shortest matching name of the target. */
  readonly target: string;
  readonly targetNames: readonly string[];
  /** The package that provides the target when the user does not depend on that package (off-tree). */
  readonly offTree: PackageIndex | undefined;
  /**
   * True when the user did not write the reference: only one of its types led the standard library there. Such a
   * usage is shown only when the user's own code has none that needs the same permission.
   */
  readonly byType: boolean;
}

/** Returns the scope of a usage by `user` in an output of `owner`. Rule 1.3. */
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

/**
 * Charges each reference to the packages that own its place, and drops references that are no usages (rules 4.12,
 * 4.14).
 */
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
      const crate = isPlain(target) ? undefined : firstSegment(target);
      const providers = (crate && workspace.byCrateName.get(crate)) || [];
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
 * Returns whether only the test harness makes this reference. Newer versions of libtest have a main that returns
 * `ExitCode`; rustc's C `main`, which has no debug info, calls it. A function in assembly may be called `main` too,
 * so only this type, as an argument of another name, is accepted.
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

/**
 * Returns whether `a` is shown rather than the equal usage `b`: the shorter target is, whatever the order of the
 * objects.
 */
function isPreferred(a: AttributedUsage, b: AttributedUsage): boolean {
  if (a.target.length !== b.target.length) return a.target.length < b.target.length;
  if (a.target !== b.target) return a.target < b.target;
  return a.reference.outerNames.join('\0') < b.reference.outerNames.join('\0');
}

/**
 * Returns a key that sorts the usages of an output by package, then by place. Link order would not do: it depends on
 * the hashes in the names of codegen units, which cargo may derive from the directory of the sources.
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
 * Returns whether code outside the user led to this usage of something off the tree, so that the user cannot have
 * named it: the function around it belongs to a provider, or the user's own type arguments led there.
 */
function isGivenFromOutside(
  { outerFile, byArguments, targetNames }: Reference,
  providers: readonly PackageIndex[],
  owners: FileOwners,
): boolean {
  if (byArguments && targetNames.every(({ own }) => !own)) return true;
  return outerFile !== undefined && owners.ownersOf(outerFile).some((o) => providers.includes(o));
}
