import type { ApiDefinition, PermissionScope, ScopeSuffix } from '../config/types.ts';
import { demangle } from '../parsers/parsers.ts';
import type { FileOwners } from '../workspace/owners.ts';
import { isStandardLibraryFile } from '../workspace/owners.ts';
import type { CrateKind, Package, PackageIndex, Workspace } from '../workspace/types.ts';
import type { SourcePlace } from './problems.ts';
import type { PossibleExport, Reference } from './references.ts';

/** What attribution has to know of the output in which references were found. */
export interface OutputOwner {
  readonly package: PackageIndex;
  readonly kind: CrateKind;
  /** By link input: the package whose unit made it; undefined for the standard library. */
  readonly inputPackages: readonly (PackageIndex | undefined)[];
}

/** A reference charged to a package (spec §4, "Who used it"). */
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
}

/** Crates of the sysroot: no package may pass its own code off as theirs by taking such a name. */
const sysrootCrates = new Set(['std', 'core', 'alloc', 'proc_macro', 'test']);

/** Spec §1: the scope of a usage by `user` in an output of `owner`. */
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

/** Charges each reference to the packages that own its place; drops what is no usage (spec §4). */
export function attribute(
  references: readonly Reference[],
  output: OutputOwner,
  workspace: Workspace,
  owners: FileOwners,
): AttributedUsage[] {
  const usages = new Map<string, AttributedUsage>();
  for (const reference of references) {
    const { users, place } = usersOf(reference, output, workspace, owners);
    for (const user of users) {
      const own = crateNamesOf(user, workspace);
      const names = reference.targetNames.filter((name) => !own.has(firstSegment(name)));
      const target = names.reduce<string | undefined>(
        (best, name) => (best === undefined || name.length < best.length ? name : best),
        undefined,
      );
      if (target === undefined) continue;
      const providers = workspace.byCrateName.get(firstSegment(target)) ?? [];
      const offTree =
        providers.length > 0 && !providers.some((p) => workspace.dependsOn(user.index, p));
      if (offTree && !reference.foreign && belongsTo(reference.outerFile, providers, owners))
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
  return [...usages.values()];
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

function usersOf(
  reference: Reference,
  output: OutputOwner,
  workspace: Workspace,
  owners: FileOwners,
): { users: readonly Package[]; place: SourcePlace } {
  const file = reference.place?.file ?? reference.outerFile;
  const packages = (indices: readonly PackageIndex[]): Package[] =>
    indices.map((index) => workspace.packages[index]).filter((p) => p !== undefined);
  if (file !== undefined && !reference.foreign) {
    const place = reference.place ?? { file, line: 0, column: 0 };
    const listed = owners.of(file);
    if (listed.length > 0) return { users: packages(listed), place };
    if (isStandardLibraryFile(file, workspace)) return { users: [], place };
  }
  // Foreign code, no debug info, or of a file that nobody lists: whoever built the object answers for it.
  const maker = makerOf(reference, output, workspace);
  const users = packages(maker);
  const root = users[0]?.targets[0]?.sourcePath ?? file ?? '';
  return { users, place: reference.place ?? { file: file ?? root, line: 0, column: 0 } };
}

/** The package whose unit made the input. LTO puts statics of dependencies into the program's object: their name tells. */
function makerOf(
  { input, outerNames, foreign }: Reference,
  output: OutputOwner,
  workspace: Workspace,
): readonly PackageIndex[] {
  const maker = output.inputPackages[input];
  if (maker === undefined) return [];
  const [name, ...others] = outerNames;
  if (foreign || maker !== output.package || name === undefined || others.length > 0)
    return [maker];
  const crate = firstSegment(name);
  if (workspace.packages[maker]?.targets.some((t) => t.name.replaceAll('-', '_') === crate))
    return [maker];
  const definers = (workspace.byCrateName.get(crate) ?? []).filter((index) =>
    workspace.dependsOn(maker, index),
  );
  return definers.length > 0 ? definers : [maker];
}

function belongsTo(
  file: string | undefined,
  packages: readonly PackageIndex[],
  owners: FileOwners,
): boolean {
  return file !== undefined && owners.of(file).some((owner) => packages.includes(owner));
}

const crateNames = new WeakMap<Package, ReadonlySet<string>>();

/**
 * The names of a package's own crates. One that a dependency has too is none of them: else a package would
 * only have to call an example `tokio` to use tokio's API unseen.
 */
function crateNamesOf(p: Package, workspace: Workspace): ReadonlySet<string> {
  let names = crateNames.get(p);
  if (names === undefined) {
    const isDependency = (name: string): boolean =>
      (workspace.byCrateName.get(name) ?? []).some(
        (index) =>
          workspace.packages[index]?.name !== p.name && workspace.dependsOn(p.index, index),
      );
    names = new Set(
      p.targets
        .map((t) => t.name.replaceAll('-', '_'))
        .filter((name) => !sysrootCrates.has(name) && !isDependency(name)),
    );
    crateNames.set(p, names);
  }
  return names;
}

function firstSegment(name: string): string {
  const end = name.indexOf('::');
  return end < 0 ? name : name.slice(0, end);
}

/** Possible exports that are worth a warning: a package of the tree, not yet included, not opted out. */
export function newExports(
  found: Iterable<PossibleExport>,
  workspace: Workspace,
  apis: ReadonlyMap<string, ApiDefinition>,
): {
  readonly package: Package;
  readonly api: string;
  readonly path: string;
  readonly symbol: string;
}[] {
  const suggestions = [];
  for (const { crate, module, symbol } of found) {
    const api = apis.get(module);
    if (api === undefined || sysrootCrates.has(crate)) continue;
    const path = `${crate}::${module}`;
    if (isCovered(path, api)) continue;
    for (const index of workspace.byCrateName.get(crate) ?? []) {
      const p = workspace.packages[index];
      if (p === undefined || p.isWorkspaceMember || api.noAutoDetect.includes(p.name)) continue;
      // What the package itself defines, and cackle.toml imports, says it already.
      const imported = apis.get(`${p.name}::${module}`);
      if (imported !== undefined && isCovered(path, imported)) continue;
      suggestions.push({ package: p, api: module, path, symbol });
    }
  }
  return suggestions;
}

function isCovered(path: string, { include, exclude }: ApiDefinition): boolean {
  return [...include, ...exclude].some(
    (p) => p === path || p.startsWith(`${path}::`) || path.startsWith(`${p}::`),
  );
}
