import { firstSegment, isUnder } from '../rust-paths.ts';
import {
  itemsOf,
  missingItems,
  type Probed,
  probe,
  type ToolchainPrograms,
} from './sysroot-probe.ts';

/** The definitions that a path of an API names. */
export interface ResolvedPath {
  /** Paths of definitions that do not lie below the path itself. */
  readonly defined: readonly string[];
  /** False when nothing has this path. */
  readonly exists: boolean;
  /** A similar path that exists. */
  readonly suggestion?: string | undefined;
}

const family = new Set(['std', 'core', 'alloc']);

/** True for a path of the standard library. */
export function isSysrootPath(path: string): boolean {
  return family.has(firstSegment(path)) || path.startsWith('proc_macro::');
}

/** Kinds of definitions that leave no name of their own in compiled code. */
const nameless = new Set(['Macro', 'TyAlias', 'Const', 'AssocTy', 'PrimTy']);
const modules = new Set(['Mod']);

/**
 * Resolves public paths of the standard library by the user's own rustc. A module resolves to itself and its re-exports:
 * `std::collections` includes the maps of alloc. A module among `literal` gets only re-exports of its own crate, if it has
 * items itself.
 */
export async function resolveSysrootPaths(
  paths: readonly string[],
  toolchain: ToolchainPrograms,
  literal: ReadonlySet<string>,
): Promise<Map<string, ResolvedPath>> {
  const prefixes = [...new Set(paths.flatMap(prefixesOf))];
  const probed = await probe(prefixes, toolchain);
  const results = new Map<string, ResolvedPath>();
  const associated: string[] = [];
  const expanded: string[] = [];
  for (const path of paths) {
    const known = nearestKnown(path, probed);
    const { prefix, found } = known;
    const definitions = found?.defined ?? [];
    const rest = path.slice(prefix.length);
    const isModule = definitions.some(({ kind }) => modules.has(kind));
    if (found === undefined || (rest !== '' && isModule)) {
      const next = probed.get(nextPrefix(path, prefix))?.suggestion;
      const suggestion = next === undefined ? undefined : `${prefix}::${next}`;
      // rustc does not list the inside of a private module: such a path is that of a definition.
      results.set(path, { defined: [], exists: hidden(path, probed), suggestion });
      continue;
    }
    if (rest !== '') associated.push(path);
    else if (isModule && path.includes('::')) expanded.push(path);
    const named = definitions.filter(({ kind }) => !nameless.has(kind));
    const defined = named.map((definition) => `${definition.path}${rest}`);
    results.set(path, {
      defined: defined.filter((definition) => !isUnder(definition, path)),
      exists: named.length > 0 || found.defined.length === 0,
    });
  }
  if (associated.length > 0)
    for (const path of await missingItems(associated, toolchain))
      results.set(path, { defined: [], exists: false });
  if (expanded.length > 0) await expand(expanded, toolchain, literal, results);
  return results;
}

/** Adds the re-exports of modules. */
async function expand(
  paths: readonly string[],
  toolchain: ToolchainPrograms,
  literal: ReadonlySet<string>,
  results: Map<string, ResolvedPath>,
): Promise<void> {
  // rustdoc would write ten thousand pages for the intrinsics of processors.
  const intrinsics = paths.filter((path) => /^(?:std|core)::arch(?:::|$)/.test(path));
  for (const path of intrinsics) results.set(path, { defined: ['core::core_arch'], exists: true });
  const listed = paths.filter((path) => !intrinsics.includes(path));
  if (listed.length === 0) return;
  const items = await itemsOf(listed, toolchain);
  const definitions = await probe([...new Set([...items.values()].flat())], toolchain);
  for (const path of listed) {
    const own = results.get(path)?.defined ?? [];
    const inside = (items.get(path) ?? []).flatMap((item) =>
      (definitions.get(item)?.defined ?? [])
        .filter(({ kind }) => !nameless.has(kind))
        .map((definition) => definition.path),
    );
    const here = [path, ...own];
    const hasOwn = inside.some((definition) => here.some((prefix) => isUnder(definition, prefix)));
    const crate = firstSegment(path);
    const kept = inside.filter(
      (definition) =>
        !here.some((prefix) => isUnder(definition, prefix)) &&
        (!literal.has(path) || !hasOwn || definition.startsWith(`${crate}::`)),
    );
    results.set(path, {
      defined: [...own, ...new Set(kept)].sort(),
      exists: own.length > 0 || inside.length > 0,
    });
  }
}

function prefixesOf(path: string): string[] {
  const segments = path.split('::');
  return segments.map((_, i) => segments.slice(0, i + 1).join('::'));
}

/** The longest prefix that rustc resolves. */
function nearestKnown(
  path: string,
  probed: ReadonlyMap<string, Probed>,
): { prefix: string; found: Probed | undefined } {
  for (const prefix of prefixesOf(path).reverse()) {
    const found = probed.get(prefix);
    if (found !== undefined && found.defined.length > 0) return { prefix, found };
  }
  return { prefix: '', found: undefined };
}

function nextPrefix(path: string, prefix: string): string {
  return prefixesOf(path).find((longer) => longer.length > prefix.length) ?? path;
}

/** True when some prefix is private: rustc does not resolve paths below it. */
function hidden(path: string, probed: ReadonlyMap<string, Probed>): boolean {
  return prefixesOf(path).some((prefix) => {
    const found = probed.get(prefix);
    return found?.exists === true && found.defined.length === 0;
  });
}
