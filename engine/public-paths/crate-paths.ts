import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { crateNameOf, firstSegment } from '../rust-paths.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import { addWritten, type ModuleSource, moduleSource, type Use } from './module-source.ts';
import { rustTokens } from './rust-tokens.ts';
import { isSysrootPath, type ResolvedPath } from './sysroot-paths.ts';

/** Bytes; longer than any source that people write. Longer files are ignored. */
const MAX_SOURCE = 16 * 1024 * 1024;
const MAX_STEPS = 5_000;
/** Two `use` declarations that name each other would lengthen a path forever. */
const MAX_SEGMENTS = 32;

const ofTypes: ReadonlySet<string> = new Set(['struct', 'enum', 'union', 'trait']);

/** A module of a crate, read at its first use. */
interface Module {
  readonly owner: Package;
  /** From the crate's name on. */
  readonly path: readonly string[];
  readonly source: ModuleSource;
  /** Directory of the files of modules below it. */
  readonly directory: string;
  readonly parent: Module | undefined;
}

interface Found {
  /** Paths of definitions; those of the standard library are still public ones. */
  readonly defined: Set<string>;
  exists: boolean;
}

/** Resolves paths of the tree's crates to definitions, by the `use` declarations in their sources. */
export class CratePaths {
  /** Every file that was read, or looked for, with its {@link stampText}. */
  readonly files = new Map<string, string>();
  private readonly workspace: Workspace;
  private readonly roots = new Map<string, Module | undefined>();
  private readonly children = new Map<Module, Map<string, Module | undefined>>();
  private readonly expanded = new Set<Module>();
  private readonly openGlobs = new Set<Use>();
  private steps = 0;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** Resolves a path that begins with a crate's name; several packages may have a crate of that name. */
  resolve(path: string): ResolvedPath {
    const [crate = '', ...rest] = path.split('::');
    const found: Found = { defined: new Set(), exists: false };
    this.steps = 0;
    for (const index of this.workspace.byCrateName.get(crate) ?? []) {
      const p = this.workspace.packages[index];
      const root = p && this.root(p, crate);
      if (root !== undefined) this.follow(root, rest, found, new Set());
    }
    const defined = [...found.defined].filter(
      (other) => other !== path && !other.startsWith(`${path}::`),
    );
    return { defined: defined.sort(), exists: found.exists };
  }

  private follow(
    module: Module,
    path: readonly string[],
    found: Found,
    visited: Set<string>,
    globs = true,
  ): void {
    const key = [module.owner.index, ...module.path, globs ? '' : '*', ...path].join('\0');
    if (visited.has(key) || path.length > MAX_SEGMENTS || ++this.steps > MAX_STEPS) return;
    visited.add(key);
    const [name, ...rest] = path;
    if (name === undefined) {
      this.show(module, found, visited);
      return;
    }
    this.expand(module);
    const { items, uses } = module.source;
    const child = this.child(module, name);
    if (child !== undefined) this.follow(child, rest, found, visited);
    const kind = items.get(name);
    // Only an associated item can follow the name of a type.
    if (kind !== undefined && rest.length <= (ofTypes.has(kind) ? 1 : 0)) {
      found.exists = true;
      found.defined.add([...module.path, ...path].join('::'));
    }
    for (const use of uses) {
      if (use.name === name && use.path[0] === name) {
        // `use spawn::spawn`: its first name is not its own.
        const inside = [...use.path.slice(1), ...rest];
        if (child === undefined) this.external(module, [name, ...inside], found, visited);
        else this.follow(child, inside, found, visited);
      } else if (use.name === name) this.used(module, [...use.path, ...rest], found, visited);
      // A glob may bring the name: follow it.
      else if (globs && use.name === undefined && child === undefined && kind === undefined) {
        // A glob does not resolve its own path.
        if (this.openGlobs.has(use)) continue;
        this.openGlobs.add(use);
        this.used(module, [...use.path, ...path], found, visited);
        this.openGlobs.delete(use);
      }
    }
  }

  /** Adds a module as a whole: itself, and what it re-exports; items of other crates only when it has none of its own. */
  private show(module: Module, found: Found, visited: Set<string>): void {
    found.exists = true;
    found.defined.add(module.path.join('::'));
    this.expand(module);
    const { items, uses, modules } = module.source;
    const isFacade = items.size === 0 && modules.size === 0;
    for (const use of uses.filter(({ isPublic }) => isPublic)) {
      const inside: Found = { defined: new Set(), exists: false };
      this.used(module, use.path, inside, visited);
      for (const path of inside.defined)
        if (isFacade || firstSegment(path) === module.path[0]) found.defined.add(path);
    }
  }

  /** Follows a path as a `use` in a module writes it. */
  private used(module: Module, path: Use['path'], found: Found, visited: Set<string>): void {
    const [first, ...rest] = path;
    if (first === 'crate') this.follow(rootOf(module), rest, found, visited);
    else if (first === 'self') this.follow(module, rest, found, visited);
    else if (first === 'super') {
      if (module.parent === undefined) return;
      if (rest[0] === 'super') this.used(module.parent, rest, found, visited);
      else this.follow(module.parent, rest, found, visited);
    } else if (first === '') this.external(module, rest, found, visited);
    else {
      const before = found.defined.size;
      // Without globs: otherwise the first name of a glob would be resolved by the glob itself.
      this.follow(module, path, found, visited, false);
      if (found.defined.size === before) this.external(module, path, found, visited);
    }
  }

  /** Follows a path that begins with another crate's name. */
  private external(
    module: Module,
    path: readonly string[],
    found: Found,
    visited: Set<string>,
  ): void {
    const [crate = '', ...rest] = path;
    const whole = path.join('::');
    if (isSysrootPath(whole)) {
      found.exists = true;
      found.defined.add(whole);
      return;
    }
    // Before edition 2018 paths began at the crate's root.
    if (module.parent !== undefined && this.child(rootOf(module), crate) !== undefined)
      this.follow(rootOf(module), path, found, visited, false);
    // The manifest may rename a dependency.
    const called = module.owner.calledAs.get(crate);
    const named = this.workspace.byCrateName.get(crate) ?? [];
    for (const index of new Set(called === undefined ? named : [called, ...named])) {
      const p = this.workspace.packages[index];
      if (p === undefined || !this.workspace.dependsOn(module.owner.index, index)) continue;
      const root = this.root(p, index === called ? libraryOf(p, crate) : crate);
      if (root !== undefined) this.follow(root, rest, found, visited);
    }
  }

  /** Adds the declarations of the crate's macros to a module that calls them. */
  private expand(module: Module): void {
    if (this.expanded.has(module)) return;
    this.expanded.add(module);
    const { calls } = module.source;
    // A macro may add further calls; each macro is expanded once.
    for (const [i, name] of calls.entries()) {
      if (calls.indexOf(name) < i) continue;
      const arms = this.macro(module, name);
      if (arms !== undefined) addWritten(arms, module.source);
    }
  }

  /** A macro in textual scope: of the module, of one around it, or of a module beside these. */
  private macro(module: Module, name: string): readonly string[] | undefined {
    for (let at: Module | undefined = module; at !== undefined; at = at.parent) {
      const own = at.source.macros.get(name);
      if (own !== undefined) return own;
      for (const beside of at.source.modules.keys()) {
        const found = this.child(at, beside)?.source.macros.get(name);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  private root(owner: Package, crate: string): Module | undefined {
    const key = `${owner.index}\0${crate}`;
    if (this.roots.has(key)) return this.roots.get(key);
    const file = owner.targets.find((t) => crateNameOf(t.name) === crate)?.sourcePath;
    const source = file === undefined ? undefined : this.read(file);
    const root =
      file === undefined || source === undefined
        ? undefined
        : { owner, path: [crate], source, directory: dirname(file), parent: undefined };
    this.roots.set(key, root);
    return root;
  }

  /** The declarations of a source; undefined when there is no such file: another `cfg` may have it. */
  private read(file: string): ModuleSource | undefined {
    this.files.set(file, stampText(file));
    try {
      return moduleSource(rustTokens(readRegularFile(file, MAX_SOURCE).toString()));
    } catch {
      return undefined;
    }
  }

  private child(parent: Module, name: string): Module | undefined {
    let known = this.children.get(parent);
    if (known === undefined) {
      known = new Map();
      this.children.set(parent, known);
    }
    if (known.has(name)) return known.get(name);
    const child = this.readChild(parent, name);
    known.set(name, child);
    return child;
  }

  private readChild(parent: Module, name: string): Module | undefined {
    const declared = parent.source.modules.get(name);
    if (declared === undefined) return undefined;
    const common = { owner: parent.owner, path: [...parent.path, name], parent };
    const below = join(parent.directory, name);
    if (declared.tokens !== undefined)
      return { ...common, source: moduleSource(declared.tokens), directory: below };
    const files =
      declared.path === undefined
        ? [`${below}.rs`, join(below, 'mod.rs')]
        : [join(parent.directory, declared.path)];
    for (const file of files) {
      const source = this.read(file);
      if (source === undefined) continue;
      const own = declared.path !== undefined || basename(file) === 'mod.rs';
      return { ...common, source, directory: own ? dirname(file) : below };
    }
    return undefined;
  }
}

function rootOf(module: Module): Module {
  let root = module;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Returns a text that changes when a file does. */
export function stampText(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false });
  return status === undefined ? '' : `${status.size} ${status.mtimeMs} ${status.ino}`;
}

/** The name of a package's library; `otherwise` when it has none. */
function libraryOf({ targets }: Package, otherwise: string): string {
  const library = targets.find(({ kind }) => kind.some((k) => /lib$|^proc-macro$/.test(k)));
  return library === undefined ? otherwise : crateNameOf(library.name);
}
