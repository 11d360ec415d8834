import { realpathSync } from 'node:fs';
import { type CheckRequest, checkTree } from '../check/check.ts';
import { refuseUnjudged } from '../check/gates-only.ts';
import { targetOf } from '../check/inventory.ts';
import type { CheckObserver, CheckOptions } from '../check/options.ts';
import type { FinishedCheck } from '../check/report.ts';
import type { Tree } from '../check/tree.ts';
import { readConfig } from '../config/read.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { inventoryOfLock, LOCK_NAME, type Lock, parseLock } from '../inventory/lock.ts';
import type { Inventory } from '../inventory/types.ts';
import { OF_HOOKS } from '../revisions/ask-git.ts';
import { checkOut } from '../revisions/check-out.ts';
import { type InventoryKey, KeptInventories } from '../revisions/kept.ts';
import { sortedBy } from '../sorted-by.ts';
import { seconds } from '../trace/seconds.ts';
import { forgetPackages } from '../units/forget.ts';
import { readCargoConfig } from '../workspace/cargo-config.ts';
import { cargoLockText, lockEntries, lockEntriesOf } from '../workspace/lock-file.ts';
import {
  findPackage,
  identityKey,
  identityOf,
  type PackageIdentity,
} from '../workspace/package-identity.ts';
import { readToolchain } from '../workspace/toolchain.ts';
import { type BaseConfig, compareConfigs } from './base-config.ts';
import { BaseSources } from './base-sources.ts';
import {
  type Comparison,
  copyWorkspace,
  otherLock,
  placeIn,
  placeOf,
  updateLock,
  type WorkspaceCopy,
  writeLockFile,
} from './bases.ts';
import { builtForEach } from './built-for-each.ts';
import { claims } from './claims.ts';
import { changeOf } from './compare.ts';
import { keywordsOf } from './keyword-places.ts';
import { newFacts, type Pair, pairPackages } from './match.ts';
import { type KnownSide, Reviews } from './reviews.ts';
import {
  type AskedCommit,
  cleanTree,
  commitAround,
  type Revision,
  readRevision,
} from './revision.ts';
import { changedSettings } from './settings.ts';
import type { Loosened, Side } from './types.ts';
import { setVariables } from './variables.ts';
import { versionWorkspace, withoutWrapper } from './versions.ts';
import type { WorkDirectories } from './work-directory.ts';

type Versions = Extract<Comparison, { readonly kind: 'versions' }>;

/** What a diff is asked for. */
export interface DiffRequest {
  readonly options: CheckOptions;
  readonly comparison: Comparison;
  readonly observer: CheckObserver;
  readonly signal: AbortSignal;
}

/** Both sides, with the check of the head. */
export interface BothSides {
  readonly base: KnownSide;
  readonly head: KnownSide;
  readonly finished: FinishedCheck;
  /** Names of packages whose files differ. */
  readonly edited: ReadonlySet<string>;
  /** What could hide a gain, or let programs run, that the base has not. */
  readonly loosened?: readonly Loosened[] | undefined;
  /** What the base's own cackle.toml allowed; undefined where there is none of its own. */
  readonly allowedBefore?: BaseConfig['allowed'];
  /** Comparisons of sources that began with the check of the head. */
  readonly reviews?: Reviews | undefined;
}

/** What the check of one side is told besides. */
type SideCheck = Pick<CheckObserver, 'waits'> &
  Pick<CheckOptions, 'standIns'> &
  Partial<Pick<NonNullable<CheckOptions['inventory']>, 'wantsKeywordPlaces'>>;

/** Finds out what both sides do. */
export class Comparing {
  readonly timing: Record<string, number> = {};
  private readonly request: DiffRequest;
  private readonly tree: Tree;
  private readonly config: Config;
  private readonly directories: WorkDirectories;

  /** Reads the configuration of a tree, and waits for comparisons in its target directory. Throws ConfigError. */
  static async begin(
    request: DiffRequest,
    tree: Tree,
    directories: WorkDirectories,
  ): Promise<Comparing> {
    const config = await readConfig(tree.configFile, tree.exports);
    refuseUnjudged({ wholeFor: '`cackle diff`' }, config);
    await directories.hold(tree.workspace.targetDirectory);
    return new Comparing(request, tree, config, directories);
  }

  private constructor(
    request: DiffRequest,
    tree: Tree,
    config: Config,
    directories: WorkDirectories,
  ) {
    this.request = request;
    this.tree = tree;
    this.config = config;
    this.directories = directories;
  }

  /** `asked`: what git was asked of the commit before the tree was known. */
  async withRevision(
    name: string | undefined,
    asked: Promise<AskedCommit> | undefined,
  ): Promise<BothSides> {
    const { workspace, configFile } = this.tree;
    const opening = KeptInventories.open();
    const commit = await commitAround(workspace, name, {
      path: this.request.options.path,
      asked,
    });
    const revision = await readRevision(commit, workspace, configFile);
    const { base: of, edited } = revision;
    const { repository } = of;
    const kept = await opening;
    const lock = revision.cargoLock ?? cargoLockText(workspace.root);
    const place = placeOf(repository, workspace);
    const key = await this.keyOf(revision, revision.tree, place, lock);
    const root = realpathSync(workspace.root);
    const settings = await changedSettings(repository, of.commit, root, revision.changed);
    const doomed = builtForEach(workspace, edited, lock, settings.env);
    const forget = (): Promise<void> => forgetPackages(workspace, doomed);
    await forget();
    const base = await this.timed('base', () => this.sideOfCommit(revision, key, lock, kept));
    // What is edited while the check of the head goes on ends it, but not while one of the base does.
    const clean = base.from === 'check' ? await cleanTree(repository) : revision.clean;
    const changed = this.changedPairs(base, edited);
    const reviews =
      base.from === 'check' ? undefined : new Reviews(base, workspace, this.target(), changed);
    await forget();
    const headKey =
      clean === undefined
        ? undefined
        : await this.keyOf(revision, clean, place, cargoLockText(workspace.root));
    const head = await this.head(base.taken.inventory, 'the work tree', {
      waits: () => void reviews?.begin(),
      wantsKeywordPlaces: keywordsOf(headKey === undefined ? base : undefined, changed),
    });
    // Nor may the next one take it for the same, of this or another revision.
    await forget();
    const inventory = head.finished.inventory?.inventory;
    if (headKey !== undefined && inventory !== undefined) await kept.keep(headKey, inventory);
    const config = compareConfigs(revision.config, this.tree, this.config);
    return {
      ...{ base, ...head, edited, reviews, allowedBefore: config.allowed },
      loosened: [
        ...config.loosened,
        ...settings.texts,
        ...(inventory === undefined ? [] : claims(workspace.root, inventory, revision.cackleLock)),
      ],
    };
  }

  /** The packages of the head that changed, which is known before it is checked. */
  private changedPairs(base: KnownSide, edited: ReadonlySet<string>): Pair<PackageIdentity>[] {
    const { packages, root } = this.tree.workspace;
    const headLock = lockEntries(cargoLockText(root));
    const changes = { edited, baseLock: lockEntries(base.lock), headLock };
    const after = sortedBy(packages.map(identityOf), identityKey);
    return pairPackages(base.taken.inventory.packages, after).filter(
      (pair) => pair.after !== undefined && changeOf(pair, changes) !== 'same',
    );
  }

  async withLock(file: string): Promise<BothSides> {
    const { workspace } = this.tree;
    const lock = otherLock(file);
    const copy = await copyWorkspace(
      workspace,
      await this.directories.take('lock', workspace.root),
    );
    await writeLockFile(copy.workspace, lock);
    const base = await this.timed('base', () => this.sideOfCopy(copy, file, lock));
    const head = await this.head(base.taken.inventory, 'the work tree');
    return { base, ...head, edited: new Set() };
  }

  async withUpdate(packages: readonly string[]): Promise<BothSides> {
    const { workspace } = this.tree;
    const copy = await copyWorkspace(
      workspace,
      await this.directories.take('update', workspace.root),
    );
    await updateLock(copy.workspace, packages);
    const now = await this.timed('base', () => this.head(undefined, 'the work tree'));
    const checked = await this.timed('head', () => this.checked(copy, now.head.taken.inventory));
    const what = packages.length === 0 ? 'cargo update' : `cargo update ${packages.join(' ')}`;
    const head = this.side(checked, `after \`${what}\``, cargoLockText(copy.workspace));
    return { base: now.head, head, finished: checked, edited: new Set() };
  }

  /** Two versions of a crate, one after the other in the same place. */
  async withVersions({ crate, from, to }: Versions): Promise<BothSides> {
    const { root } = this.tree.workspace;
    const before = cargoLockText(root);
    const base = await this.timed('base', () => this.head(undefined, `${crate} ${from}`));
    await versionWorkspace({ crate, version: to }, this.directories);
    const finished = await this.timed('head', () =>
      this.checked({ workspace: root, standIns: [] }, base.head.taken.inventory),
    );
    const head = this.side(finished, `${crate} ${to}`, cargoLockText(root));
    return {
      base: withoutWrapper({ ...base.head, lock: before }),
      head: withoutWrapper(head),
      finished,
      edited: new Set(),
    };
  }

  /** The base as cackle.lock of that commit says, or as it was kept, or by a check of its files. */
  private async sideOfCommit(
    { base: commit, cackleLock }: Revision,
    key: InventoryKey,
    lock: string,
    kept: KeptInventories,
  ): Promise<KnownSide> {
    const { workspace } = this.tree;
    const { repository } = commit;
    const files = async () => {
      const directory = await this.directories.take('base', repository.root);
      const standIns = await checkOut(repository, commit.commit, directory);
      const copy = placeIn(directory, placeOf(repository, workspace), commit.label);
      // Where git does not keep Cargo.lock, the same packages are compared.
      await writeLockFile(copy, lock);
      return { top: directory, workspace: copy, standIns };
    };
    const known = (from: Side['from'], inventory: Inventory): KnownSide => {
      const sources = new BaseSources({
        ...{ head: workspace, repository: repository.root, lock, files },
      });
      return {
        ...{ label: commit.label, from, unknown: inventory.unknown, lock },
        taken: { inventory, evidence: new Map(), refusedInstructions: new Set() },
        sourcesOf: (p) => sources.of(p),
      };
    };
    if (cackleLock !== undefined) {
      const facts = this.factsOf(cackleLock, `${LOCK_NAME} of ${commit.label}`, lock);
      if (facts?.targets.includes(key.target))
        return known('cackle.lock', inventoryOfLock(facts, key.target));
    }
    const inventory = kept.read(key);
    if (inventory !== undefined) return known('kept', inventory);
    const copy = await files();
    const base = await this.sideOfCopy(copy, commit.label, lock);
    await kept.keep(key, base.taken.inventory);
    return base;
  }

  /** What cackle.lock of a commit records; undefined for one that is broken, or older than the Cargo.lock beside it. */
  private factsOf(text: string, label: string, cargoLock: string): Lock | undefined {
    const note = (why: string): undefined => {
      this.request.observer.cargoOutput(`note: ${why}, so the base is checked`);
      return undefined;
    };
    try {
      const facts = parseLock(text, label);
      if (facts.version < 2)
        return note(`${label} does not record what is read while compiling (version 1)`);
      const entries = lockEntries(cargoLock);
      const gone = facts.packages.find((p) => lockEntriesOf(p, entries).length === 0);
      return gone === undefined
        ? facts
        : note(`${label} has ${gone.name} ${gone.version}, which Cargo.lock has not`);
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      return note(error.message);
    }
  }

  /** Checks a copy of the workspace as the base. */
  private async sideOfCopy(copy: WorkspaceCopy, label: string, lock: string): Promise<KnownSide> {
    this.request.observer.log?.('info', `checking ${label} in ${copy.workspace}`);
    try {
      return this.side(await this.checked(copy, undefined), label, lock);
    } catch (error) {
      if (!(error instanceof CheckError) || this.request.signal.aborted) throw error;
      throw new CheckError(`${label} cannot be checked: ${error.message}`, error.help, {
        cause: error,
      });
    }
  }

  /** Checks the workspace itself. */
  private async head(
    base: Inventory | undefined,
    label: string,
    more: SideCheck = {},
  ): Promise<{ head: KnownSide; finished: FinishedCheck }> {
    const { root } = this.tree.workspace;
    const finished = await this.timed('head', () =>
      this.run({ tree: this.tree }, undefined, base, more),
    );
    return { head: this.side(finished, label, cargoLockText(root)), finished };
  }

  /** Checks a copy, with the target directory of the workspace: what does not differ is not built again. */
  private async checked(
    { workspace: copy, standIns }: WorkspaceCopy,
    base: Inventory | undefined,
  ): Promise<FinishedCheck> {
    const { workspace } = this.tree;
    const ours: NodeJS.ProcessEnv = {
      // A hook's are about the repository that is not to be written.
      ...Object.fromEntries(OF_HOOKS.map((name) => [name, undefined])),
      CARGO_TARGET_DIR: workspace.targetDirectory,
      ...(workspace.buildDirectory === workspace.targetDirectory
        ? {}
        : { CARGO_BUILD_BUILD_DIR: workspace.buildDirectory }),
    };
    const before = Object.keys(ours).map((name) => [name, process.env[name]] as const);
    setVariables(Object.entries(ours));
    try {
      const finished = await this.run({}, copy, base, { standIns });
      const { root } = finished.workspace;
      if (realpathSync(root) !== realpathSync(copy))
        throw new CheckError(
          `cargo takes ${copy} for a part of the workspace ${root}`,
          'a Cargo.toml above claims it: give the workspace a `[workspace]` of its own',
        );
      return finished;
    } finally {
      setVariables(before);
    }
  }

  private run(
    given: Pick<CheckRequest, 'tree'>,
    path: string | undefined,
    base: Inventory | undefined,
    { waits, wantsKeywordPlaces, standIns }: SideCheck = {},
  ): Promise<FinishedCheck> {
    const { options, signal } = this.request;
    const observer = { ...this.request.observer, ...(waits === undefined ? {} : { waits }) };
    const isNew = base === undefined ? () => false : newFacts(base);
    const { configFile } = this.tree;
    const own = path === undefined ? options : { ...options, path, questions: undefined };
    return checkTree({
      ...{ observer, signal, ...given },
      options: { ...own, configFile, standIns, inventory: { isNew, wantsKeywordPlaces } },
    });
  }

  private side({ inventory, workspace }: FinishedCheck, label: string, lock: string): KnownSide {
    if (inventory === undefined) throw new Error('a check took no inventory');
    return {
      ...{ label, from: 'check', lock, taken: inventory },
      unknown: inventory.inventory.unknown,
      sourcesOf: async (p) => findPackage(workspace, p)?.directory,
    };
  }

  private async keyOf(
    { situation }: Revision,
    tree: string,
    place: string,
    lock: string,
  ): Promise<InventoryKey> {
    const { options } = this.request;
    const { root } = this.tree.workspace;
    const cargo = await readCargoConfig(root);
    const { version } = await readToolchain(root, cargo.rustc);
    return {
      ...{ tree, place, situation, lock, rustc: version, config: this.config },
      target: await this.target(),
      features: options.features,
      profile: options.profile,
      packages: options.packages,
    };
  }

  /** Resolves to the target triple of both sides. */
  target(): Promise<string> {
    return targetOf(this.request.options.targets?.[0], this.tree.workspace.root);
  }

  private async timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.timing[phase] = seconds(started);
    return result;
  }
}
