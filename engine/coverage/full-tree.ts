import * as z from '../schemas.ts';
import { cargoProgram, runProgram } from '../workspace/run-program.ts';

const dependencySchema = z.object({
  name: z.string(),
  rename: z.nullish(z.string()),
  kind: z.nullish(z.string()),
  target: z.nullish(z.string()),
  optional: z.boolean(),
  features: z.array(z.string()),
});
const treeSchema = z.object({
  packages: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      targets: z.array(z.object({ kind: z.array(z.string()) })),
      dependencies: z.array(dependencySchema),
      features: z.record(z.string(), z.array(z.string())),
    }),
  ),
  workspace_members: z.array(z.string()),
  resolve: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        deps: z.array(
          z.object({
            name: z.string(),
            pkg: z.string(),
            dep_kinds: z.array(
              z.object({ kind: z.nullish(z.string()), target: z.nullish(z.string()) }),
            ),
          }),
        ),
      }),
    ),
  }),
});
type CargoTree = z.infer<typeof treeSchema>;
type CargoPackage = CargoTree['packages'][number];

/** A package, with what it needs for any target and with any feature. */
export interface TreeNode {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly isMember: boolean;
  readonly isProcMacro: boolean;
  readonly needs: readonly {
    readonly to: TreeNode;
    /** `cfg(…)` or a triple. */
    readonly target: string | undefined;
    readonly kind: 'dev' | 'build' | undefined;
    /** Features one of which an optional dependency wants; empty for one that is always there. */
    readonly features: readonly string[];
  }[];
}

/** Who can turn on a feature of a package. */
export interface Asking {
  /** Does whoever needs the package turn it on? */
  readonly isAlways: boolean;
  /** What `--features` and cackle.toml take: `MEMBER/FEATURE`, or `DEPENDENCY/FEATURE` of a direct dependency; undefined where nothing does. */
  readonly option: string | undefined;
}

/** The tree with all features, for all targets. */
export interface FullTree {
  readonly nodes: readonly TreeNode[];
  /** Returns who can turn on a feature of a package. */
  asking(node: TreeNode, feature: string): Asking;
}

/**
 * Asks cargo for the tree with all features and for all targets, without the network. Resolves to a text that says why it has
 * no answer: the manifests of packages for other targets may never have been downloaded.
 */
export async function readFullTree(
  root: string,
  more: readonly string[],
): Promise<FullTree | string> {
  const args = ['metadata', '--format-version=1', '--all-features', '--offline', ...more];
  const env = { ...process.env, CARGO_CACHE_RUSTC_INFO: '0' };
  const { status, stdout, stderr } = await runProgram(cargoProgram(), args, { cwd: root, env });
  if (status !== 0) {
    const said = stderr.split('\n').find((line) => line.startsWith('error'));
    return said ?? `cargo metadata ended with status ${status}`;
  }
  let answer: unknown;
  try {
    answer = JSON.parse(stdout.toString());
  } catch {
    return 'the output of cargo metadata is no JSON';
  }
  const parsed = treeSchema.safeParse(answer);
  if (parsed.success) return fullTree(parsed.data);
  return `the output of cargo metadata is not as documented: ${z.prettifyError(parsed.error)}`;
}

function fullTree({ packages, workspace_members, resolve }: CargoTree): FullTree {
  const byId = new Map(packages.map((p) => [p.id, p]));
  const members = new Set(workspace_members);
  const nodes = new Map(
    packages.map(({ id, name, version, targets }) => {
      const isProcMacro = targets.some(({ kind }) => kind.includes('proc-macro'));
      const isMember = members.has(id);
      return [id, { id, name, version, isMember, isProcMacro, needs: [] as Need[] }];
    }),
  );
  type Need = TreeNode['needs'][number];
  const users = new Map<string, User[]>();
  for (const { id, deps } of resolve.nodes) {
    const p = byId.get(id);
    for (const { name: crate, pkg, dep_kinds } of deps) {
      const of = byId.get(pkg);
      const to = nodes.get(pkg);
      if (p === undefined || of === undefined || to === undefined) continue;
      const declared = declaredAs(p, of.name, crate);
      users.set(pkg, [...(users.get(pkg) ?? []), { user: p, declared }]);
      for (const { kind, target } of dep_kinds)
        nodes.get(id)?.needs.push({
          to,
          target: target ?? undefined,
          kind: kind === 'dev' || kind === 'build' ? kind : undefined,
          features: wanted(p, of.name, kind, target),
        });
    }
  }
  return {
    nodes: [...nodes.values()],
    asking: ({ id }, feature) => {
      const p = byId.get(id);
      return p === undefined
        ? { isAlways: false, option: undefined }
        : asking(p, feature, users, members);
    },
  };
}

/** Who needs a package, and the entries of its Cargo.toml that say so. */
interface User {
  readonly user: CargoPackage;
  readonly declared: CargoPackage['dependencies'];
}

/** The entries by which a package needs another of this name, seen by it as `crate`: it may need several versions of one. */
function declaredAs({ dependencies }: CargoPackage, name: string, crate: string): User['declared'] {
  const all = dependencies.filter((dependency) => dependency.name === name);
  const renamed = all.filter(({ rename }) => rename?.replaceAll('-', '_') === crate);
  return renamed.length > 0 ? renamed : all.filter(({ rename }) => (rename ?? null) === null);
}

/** The features of a package that turn on one of its dependencies; empty when it is not optional. */
function wanted(
  { dependencies, features }: CargoPackage,
  name: string,
  kind: string | null | undefined,
  target: string | null | undefined,
): string[] {
  const declared = dependencies.filter(
    (d) => d.name === name && (d.kind ?? null) === (kind ?? null) && d.target === (target ?? null),
  );
  if (declared.length === 0 || declared.some(({ optional }) => !optional)) return [];
  const called = declared.map(({ rename }) => rename ?? name);
  const direct = Object.entries(features).filter(([, entries]) =>
    entries.some((entry) =>
      called.some((word) => entry === `dep:${word}` || entry.startsWith(`${word}/`)),
    ),
  );
  // A feature that is called as the dependency is the most plain; `default` is on already.
  return direct
    .map(([feature]) => feature)
    .sort((a, b) => Number(called.includes(b)) - Number(called.includes(a)));
}

/** Features that are followed upward. */
const MOST_STEPS = 1000;

/** Looks for what turns on a feature of a package, from feature to feature upward; for a member's feature first. */
function asking(
  p: CargoPackage,
  feature: string,
  users: ReadonlyMap<string, readonly User[]>,
  members: ReadonlySet<string>,
): Asking {
  const seen = new Set<string>();
  const pending: [CargoPackage, string][] = [[p, feature]];
  let isAlways = false;
  let ofDirect: string | undefined;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = pending.shift();
    if (next === undefined) break;
    const [at, name] = next;
    if (seen.has(`${at.id}\0${name}`)) continue;
    seen.add(`${at.id}\0${name}`);
    if (members.has(at.id)) return { isAlways, option: `${at.name}/${name}` };
    for (const { user, declared } of users.get(at.id) ?? []) {
      if (declared.some(({ features }) => features.includes(name))) isAlways = true;
      const called = declared.map(({ rename, name: own }) => rename ?? own);
      const words = called.flatMap((word) => [`${word}/${name}`, `${word}?/${name}`]);
      for (const [above, entries] of Object.entries(user.features))
        if (entries.some((entry) => words.includes(entry))) pending.push([user, above]);
      // cargo takes a feature of what a member itself needs, by the name that it has there.
      if (members.has(user.id)) ofDirect ??= called[0] && `${called[0]}/${name}`;
    }
    for (const [above, entries] of Object.entries(at.features))
      if (entries.includes(name)) pending.push([at, above]);
  }
  return { isAlways, option: ofDirect };
}
