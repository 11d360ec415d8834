import { nearest } from '../config/nearest.ts';
import { isSystemFunction } from '../config/system-functions.ts';
import type { ApiPath, Config } from '../config/types.ts';
import { decodeFacts } from '../facts/codec.ts';
import { readFacts } from '../facts/seal.ts';
import { factName } from '../facts/tables.ts';
import { plainName } from '../graph/loaded-facts.ts';
import type { Problem } from '../problems/kinds.ts';
import { crateNameOf, firstSegment } from '../rust-paths.ts';
import { lockedPackages } from '../workspace/lock-file.ts';
import type { Workspace } from '../workspace/types.ts';

const sysrootCrates = ['std', 'core', 'alloc', 'proc_macro'];
/** Modules of the standard library that exist for other targets only. */
const ofOtherTargets =
  /^(?:std::os|core::os|(?:std|core)::arch|core::core_arch)::[a-z0-9_]+(?:::|$)/;
const systems = new Set(
  'aix android cygwin darwin dragonfly emscripten espidf fd fortanix_sgx freebsd fuchsia haiku hermit horizon hurd illumos ios l4re linux macos motor netbsd nto openbsd raw redox rtems solaris solid trusty uefi unix vita vxworks wasi wasip2 windows xous'.split(
    ' ',
  ),
);

/** What is known about the paths of a tree. */
export interface TreePaths {
  /** Resolves to which paths exist publicly, and to the nearest path for each other one. */
  resolve(
    paths: readonly string[],
  ): Promise<
    ReadonlyMap<string, { readonly exists: boolean; readonly suggestion?: string | undefined }>
  >;
  /** Returns the paths of the facts files of all compiled code. */
  factsFiles(): Iterable<string>;
}

/**
 * Resolves to problems for paths in `[api.NAME]` that can match nothing in the whole tree: no item has this path, and
 * no compiled code has a name below it. A path that another target or feature may bring is not reported.
 */
export async function unmatchedPaths(
  config: Config,
  workspace: Workspace,
  tree: TreePaths,
): Promise<Problem[]> {
  if (config.apiPaths.length === 0) return [];
  const resolved = await tree.resolve([...new Set(config.apiPaths.map(({ path }) => path))]);
  const unknown = config.apiPaths.filter(({ path }) => resolved.get(path)?.exists === false);
  if (unknown.length === 0) return [];
  const locked = lockedPackages(workspace.root);
  const elsewhere = [...(locked?.names ?? [])].filter((name) =>
    locked?.hasMore(name, workspace.packages),
  );
  const ofOtherBuilds = new Set(elsewhere.map(crateNameOf));
  const doubtful = unknown.filter(({ path }) => {
    const crate = firstSegment(path);
    if (ofOtherBuilds.has(crate) || isSystemFunction(path)) return false;
    return !(ofOtherTargets.test(path) && !isUnknownSystem(path));
  });
  if (doubtful.length === 0) return [];
  const names = await namesOf(doubtful, tree.factsFiles());
  return doubtful
    .filter(({ path }) => !names.matched.has(path))
    .map(({ api, list, text, path, place }) => ({
      kind: 'unmatched-api-path',
      api,
      list,
      path: text,
      nearest: resolved.get(path)?.suggestion ?? nearestOf(path, names.near, workspace),
      configPlace: place,
    }));
}

function isUnknownSystem(path: string): boolean {
  const [, module, system = ''] = path.split('::');
  return module === 'os' && !systems.has(system);
}

/**
 * Resolves to the paths that have a name below them in compiled code, and to all names that are as long as a path and
 * share its crate.
 */
async function namesOf(
  paths: readonly ApiPath[],
  files: Iterable<string>,
): Promise<{ matched: Set<string>; near: Set<string> }> {
  const matched = new Set<string>();
  const near = new Set<string>();
  const lengths = new Map<string, Set<number>>();
  for (const { path } of paths) {
    const segments = path.split('::');
    const known = lengths.get(segments[0] as string) ?? new Set();
    lengths.set(segments[0] as string, known.add(segments.length));
  }
  for (const file of files) {
    const facts = decodeFacts(readFacts(file));
    for (let id = 0; id < facts.nameOffsets.length - 1; id++) {
      const { text: name } = plainName(factName(facts, id));
      const wanted = lengths.get(firstSegment(name));
      if (wanted === undefined) continue;
      const segments = name.split('::');
      for (const length of wanted) near.add(segments.slice(0, length).join('::'));
    }
  }
  for (const { path } of paths) if (near.has(path)) matched.add(path);
  return { matched, near };
}

function nearestOf(
  path: string,
  near: ReadonlySet<string>,
  { byCrateName }: Workspace,
): string | undefined {
  const crate = firstSegment(path);
  if (byCrateName.has(crate) || sysrootCrates.includes(crate)) return nearest(path, near);
  const other = nearest(crate, [...byCrateName.keys(), ...sysrootCrates]);
  return other === undefined ? undefined : `${other}${path.slice(crate.length)}`;
}
