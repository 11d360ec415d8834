import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FeatureChoice } from '../config/features.ts';
import type { Config } from '../config/types.ts';
import { answerPlace, readAnswer, writeAnswer } from '../facts/answers.ts';
import { cacheSetting, openPrivate } from '../facts/cache.ts';
import { openKey } from '../facts/seal.ts';
import { FACTS_VERSION } from '../facts/tables.ts';
import { type Inventory, inventorySchema } from '../inventory/types.ts';
import { userCache } from '../paths.ts';

/** Raise this when the same tree gives another inventory. */
const INVENTORY_VERSION = 4;
/** Inventories that are kept; each has some 100 kB. */
const KEPT = 300;

/** What an inventory depends on, as far as we can know it. */
export interface InventoryKey {
  /** The id of the tree in git, and the place of the workspace in it. */
  readonly tree: string;
  readonly place: string;
  /** What decides how git answers a build script: `situationOf` in private-repository.ts. */
  readonly situation: string;
  /** Cargo.lock where git does not keep it. */
  readonly lock: string;
  readonly target: string;
  readonly features: FeatureChoice | undefined;
  readonly profile: string | undefined;
  readonly packages: readonly string[];
  /** `rustc -vV` */
  readonly rustc: string;
  readonly config: Config;
}

/** Keeps inventories of revisions in the user's cache. Where that is off or cannot be trusted, it keeps none. */
export class KeptInventories {
  private readonly root: string | undefined;

  private constructor(root: string | undefined) {
    this.root = root;
  }

  /** Opens the cache. */
  static async open(): Promise<KeptInventories> {
    return new KeptInventories(await openKept('inventories'));
  }

  /** Returns the inventory that was kept for a key; undefined when there is none, or it cannot be trusted. */
  read(key: InventoryKey): Inventory | undefined {
    if (this.root === undefined) return undefined;
    const answer = readAnswer(placeOf(this.root, key));
    const parsed = inventorySchema.safeParse(answer);
    return parsed.success ? parsed.data : undefined;
  }

  /** Keeps an inventory, if nothing of it is unknown: what is held depends on permissions, which are not in the key. */
  async keep(key: InventoryKey, inventory: Inventory): Promise<void> {
    if (this.root === undefined || inventory.unknown.length > 0) return;
    await keepAnswer(this.root, placeOf(this.root, key), inventory, KEPT);
  }
}

function placeOf(root: string, key: InventoryKey) {
  const text = JSON.stringify([
    INVENTORY_VERSION,
    FACTS_VERSION,
    { ...key, config: ofConfig(key.config) },
  ]);
  // Each key has a file of its own.
  return answerPlace(root, text, text);
}

/** What of cackle.toml an inventory depends on: all but permissions. */
function ofConfig(config: Config): object {
  const { version, targets, features, builds, buildFlags, profile, apis, imports, rustcSandbox } =
    config;
  const scope = { package: '', suffix: 'build' } as const;
  const usual = JSON.stringify(config.sandbox(scope));
  const sandboxes = [...config.packages.keys()].map((name) => [
    name,
    JSON.stringify(config.sandbox({ ...scope, package: name })),
  ]);
  return {
    // Which builds are for the target depends on all of them.
    ...(builds.length === 0 ? {} : { targets, builds }),
    ...{ version, features, buildFlags, profile, rustcSandbox, usual },
    apis: [...apis.values()].map(({ name, include, exclude }) => ({ name, include, exclude })),
    imports: [...imports],
    sandboxes: sandboxes.filter(([, sandbox]) => sandbox !== usual),
    macros: [...config.macroSandboxes],
  };
}

/**
 * Opens a directory of the user's cache in which answers about revisions are kept; resolves to its path, or undefined where the
 * cache is off or cannot be trusted.
 */
export async function openKept(name: string): Promise<string | undefined> {
  const root = join(userCache(), 'diffs', name);
  try {
    if (!cacheSetting().shared || !(await openPrivate(root))) return undefined;
    openKey(root);
    return root;
  } catch {
    return undefined;
  }
}

/** Keeps an answer, and of all in its directory the newest `most`. Does not throw: the cache is never required. */
export async function keepAnswer(
  root: string,
  place: ReturnType<typeof answerPlace>,
  answer: object,
  most: number,
): Promise<void> {
  await writeAnswer(place, answer).catch(() => undefined);
  forgetOldest(join(root, 'answers'), most);
}

/** Removes all files of a directory but the newest `kept`, as far as that is possible. */
function forgetOldest(directory: string, kept: number): void {
  try {
    const files = readdirSync(directory).flatMap((name) => {
      const path = join(directory, name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found === undefined ? [] : [{ path, time: found.mtimeMs }];
    });
    files.sort((a, b) => b.time - a.time);
    for (const { path } of files.slice(kept)) rmSync(path, { force: true });
  } catch {
    // Another check may be doing the same.
  }
}

/** Returns a short name for a text, for directories in the cache. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}
