import type { BacktraceFrame, SourcePlace } from '../problems/places.ts';
import * as z from '../schemas.ts';
import { identityKey, type PackageIdentity } from '../workspace/package-identity.ts';
import { parseFact } from './fact.ts';

/** A fact as {@link factText} writes it. */
const fact = z.string().check(z.refine((text) => parseFact(text) !== undefined));

const keywordPlace = z.object({
  keyword: z.enum(['unsafe', 'extern']),
  /** Relative to the package. */
  file: z.string(),
  line: z.number(),
  /** The line of the source, without the white space around it. */
  text: z.string(),
});

const packageFacts = z.object({
  name: z.string(),
  version: z.string(),
  /** As {@link Package.source}. */
  source: z.string(),
  isMember: z.boolean(),
  /** Did cargo compile any of it for this target? */
  isBuilt: z.boolean(),
  /** Names of the packages that depend on it. */
  neededBy: z.array(z.string()),
  facts: z.array(fact),
  /** Every place of `unsafe` and `extern`. */
  keywords: z.array(keywordPlace),
});

/** The schema of an inventory, as it is kept. */
export const inventorySchema = z.object({
  version: z.literal(1),
  /** The target triple that was built for. */
  target: z.string(),
  /** Sorted by name, version and source. */
  packages: z.array(packageFacts),
  /** Texts about what was held, failed or left out: the facts of these, and of what needs them, are not known. */
  unknown: z.array(z.string()),
});

/** What every package of a tree does, by what was built and judged for one target (rule 11.1). */
export type Inventory = z.infer<typeof inventorySchema>;

/** One package of an inventory. */
export type PackageFacts = z.infer<typeof packageFacts>;

/** A place of `unsafe` or `extern` in a package. */
export type KeywordPlace = z.infer<typeof keywordPlace>;

/** A step of a path to a use, with the package that owns its file, where one does. */
export interface PathStep extends BacktraceFrame {
  readonly package: string | undefined;
}

/** A place at which a fact was found. */
export interface FoundPlace {
  readonly place: SourcePlace;
  /** The referring function and its target; undefined for a keyword. */
  readonly from: string | undefined;
  readonly target: string | undefined;
  readonly output: string | undefined;
  /** The shortest path to it from a root; empty where nobody asked for it. */
  readonly path: readonly PathStep[];
}

/** Where a fact was found: some places, each once, and how many there are. */
export interface Evidence {
  readonly places: readonly FoundPlace[];
  readonly count: number;
}

/** An inventory that a check took, with what it saw. */
export interface TakenInventory {
  readonly inventory: Inventory;
  /** By {@link evidenceKey}, of the facts of which it was wanted. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Build instructions that cackle.toml refuses, by {@link evidenceKey}: a fact leaves out what decides that. */
  readonly refusedInstructions: ReadonlySet<string>;
}

/** Returns the key of a fact's evidence. */
export function evidenceKey(p: PackageIdentity, factText: string): string {
  return [identityKey(p), factText].join('\0');
}
