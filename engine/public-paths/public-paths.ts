import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtinApis } from '../config/builtin.ts';
import type { ApiDefinition } from '../config/types.ts';
import { answerPlace, readAnswer, writeAnswer } from '../facts/answers.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import type { Workspace } from '../workspace/types.ts';
import { CratePaths, stampText } from './crate-paths.ts';
import { isSysrootPath, type ResolvedPath, resolveSysrootPaths } from './sysroot-paths.ts';

/** Increment it when paths of the same toolchain resolve differently. */
const PROBE_VERSION = 2;

/** The part of an API definition that the judge matches names against. */
export type Definition = Pick<ApiDefinition, 'name' | 'include' | 'exclude'>;

/** Paths resolved by sources, and the files that were read for it. */
interface FromSources {
  readonly files: readonly (readonly [file: string, stamp: string])[];
  readonly found: readonly (readonly [path: string, resolved: ResolvedPath])[];
}

/** Paths of the built-in APIs, whoever names them: of the modules among them only re-exports of their own crate are resolved. */
const builtinPaths: ReadonlySet<string> = new Set(
  [...builtinApis.values()].flatMap(({ include, exclude }) => [...include, ...exclude]),
);

/**
 * The paths of a definition that came with `import_std`: they are paths of definitions already, on every known toolchain. The
 * same path in another API, or in one of that name that was not imported, stands there by itself and is resolved.
 */
function importedPaths({ name, include }: Definition): ReadonlySet<string> {
  const builtin = builtinApis.get(name);
  const isImported = builtin?.include.every((path) => include.includes(path)) === true;
  return new Set(isImported ? [...builtin.include, ...builtin.exclude] : []);
}

/**
 * Resolves the public paths in cackle.toml to the paths of definitions, which symbols contain: by the user's rustc for the
 * standard library, by sources for the tree's crates. What `import_std` brought needs no resolution.
 */
export class PublicPaths {
  private readonly workspace: Workspace;
  private readonly store: string;
  private readonly answered: (file: string) => void;
  private readonly known = new Map<string, Promise<ResolvedPath>>();

  /** `store` is the directory of the facts; `answered` receives each of its files that is in use. */
  constructor(workspace: Workspace, store: string, answered: (file: string) => void) {
    this.workspace = workspace;
    this.store = store;
    this.answered = answered;
  }

  /** Resolves to the definitions with the paths of all definitions behind their public paths. Rejects with a CheckError. */
  async definitions(apis: Iterable<Definition>): Promise<Definition[]> {
    const list = [...apis];
    const paths = list.flatMap((api) => {
      const imported = importedPaths(api);
      return [...api.include, ...api.exclude].filter((path) => !imported.has(path));
    });
    const resolved = await this.resolve([...new Set(paths)]);
    const all = (written: readonly string[]): string[] => [
      ...new Set(written.flatMap((path) => [path, ...(resolved.get(path)?.defined ?? [])])),
    ];
    return list.map(({ name, include, exclude }) => ({
      name,
      include: all(include),
      exclude: all(exclude),
    }));
  }

  /** Resolves each path. Rejects with a CheckError when the toolchain cannot be run. */
  async resolve(paths: readonly string[]): Promise<Map<string, ResolvedPath>> {
    const missing = paths.filter((path) => !this.known.has(path));
    if (missing.length > 0) {
      const answers = this.ask(missing);
      for (const path of missing)
        this.known.set(
          path,
          answers.then((all) => all.get(path) ?? { defined: [], exists: false }),
        );
    }
    const entries = paths.map(async (path) => [path, await this.known.get(path)] as const);
    const found = new Map<string, ResolvedPath>();
    for (const [path, resolved] of await Promise.all(entries))
      if (resolved !== undefined) found.set(path, resolved);
    return found;
  }

  private async ask(paths: readonly string[]): Promise<Map<string, ResolvedPath>> {
    const results = await this.inCrates(paths.filter((path) => !isSysrootPath(path)));
    // A crate's re-exports of the standard library are public paths, to be resolved in turn.
    const shown = [...results.values()].flatMap(({ defined }) => defined.filter(isSysrootPath));
    const sysroot = await this.sysroot([...new Set([...paths.filter(isSysrootPath), ...shown])]);
    for (const [path, { defined, exists }] of results) {
      const further = defined.flatMap((other) => sysroot.get(other)?.defined ?? []);
      if (further.length > 0) results.set(path, { defined: [...defined, ...further], exists });
    }
    for (const path of paths) {
      const found = sysroot.get(path);
      if (found !== undefined) results.set(path, found);
    }
    return results;
  }

  private async inCrates(paths: readonly string[]): Promise<Map<string, ResolvedPath>> {
    if (paths.length === 0) return new Map();
    const { packages } = this.workspace;
    const tree = packages.map(({ id, dependencies, calledAs }) => [
      id,
      dependencies,
      [...calledAs],
    ]);
    const question = JSON.stringify([PROBE_VERSION, tree, [...paths].sort()]);
    const place = answerPlace(this.store, `crate paths ${question}`, question);
    this.answered(place.file);
    const stored = readAnswer(place) as FromSources | undefined;
    if (stored?.files.every(([file, stamp]) => stampText(file) === stamp))
      return new Map(stored.found);
    const crates = new CratePaths(this.workspace);
    const found = paths.map((path) => [path, crates.resolve(path)] as const);
    const answer: FromSources = { files: [...crates.files], found };
    await writeAnswer(place, answer);
    return new Map(found);
  }

  private async sysroot(paths: readonly string[]): Promise<Map<string, ResolvedPath>> {
    if (paths.length === 0) return new Map();
    const { sysroot, root } = this.workspace;
    const own = (name: string): string => {
      const program = join(sysroot, 'bin', name);
      return existsSync(program) ? program : name;
    };
    const { version } = await readToolchain(root, own('rustc'));
    const question = JSON.stringify([PROBE_VERSION, version, sysroot, [...paths].sort()]);
    const place = answerPlace(this.store, `public paths ${question}`, question);
    this.answered(place.file);
    const stored = readAnswer(place);
    if (stored !== undefined) return new Map(stored as [string, ResolvedPath][]);
    const tools = { rustc: own('rustc'), rustdoc: own('rustdoc') };
    const found = await resolveSysrootPaths(paths, tools, builtinPaths);
    await writeAnswer(place, [...found]);
    return found;
  }
}
