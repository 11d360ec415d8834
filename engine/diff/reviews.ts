import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { OtherTargets } from '../conditions/other-cfg.ts';
import { CheckError } from '../errors.ts';
import type { TakenInventory } from '../inventory/types.ts';
import { readCfgSet } from '../workspace/cfg-expression.ts';
import { findPackage, identityKey, type PackageIdentity } from '../workspace/package-identity.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Workspace } from '../workspace/types.ts';
import { KeptReviews } from './kept-reviews.ts';
import type { Pair } from './match.ts';
import { reviewSources } from './review.ts';
import type { Review, Side } from './types.ts';

/** One side: its inventory, its lock file, and where its sources are. */
export interface KnownSide extends Side {
  readonly taken: TakenInventory;
  readonly lock: string;
  /** Finds the directory of a package; undefined where its sources are not on this machine. */
  sourcesOf(p: PackageIdentity): Promise<string | undefined>;
}

type SourceReview = Omit<Review, 'keywords'>;

/** Compares the sources of packages, each once. */
export class Reviews {
  /** That of the head. */
  readonly workspace: Workspace;
  private readonly base: KnownSide;
  private readonly target: Promise<string>;
  private readonly known = new Map<string, Promise<SourceReview>>();
  private readonly likely: readonly Pair<PackageIdentity>[];
  private others: Promise<OtherTargets> | undefined;
  private kept: Promise<KeptReviews> | undefined;

  /** `target`: the triple that is judged; `likely`: the pairs that differ at first sight. */
  constructor(
    base: KnownSide,
    workspace: Workspace,
    target: Promise<string>,
    likely: readonly Pair<PackageIdentity>[] = [],
  ) {
    this.base = base;
    this.workspace = workspace;
    this.target = target;
    this.likely = likely;
    target.catch(() => undefined);
  }

  /** Begins with the likely pairs, one after the other; whoever asks for one gets its error. */
  async begin(): Promise<void> {
    for (const { before, after } of this.likely) {
      if (after === undefined) continue;
      // The check goes first.
      await setImmediate();
      await this.of(before, after).catch(() => undefined);
    }
  }

  /** Resolves to what differs between the sources of two versions. Throws CheckError. */
  of(before: PackageIdentity | undefined, after: PackageIdentity): Promise<SourceReview> {
    const key = [before && identityKey(before), identityKey(after)].join('\0\0');
    let review = this.known.get(key);
    if (review === undefined) {
      review = this.review(before, after);
      this.known.set(key, review);
    }
    return review;
  }

  private async review(
    before: PackageIdentity | undefined,
    after: PackageIdentity,
  ): Promise<SourceReview> {
    this.others ??= this.target.then((target) => otherTargets(target, this.workspace));
    this.kept ??= KeptReviews.open();
    const [others, kept, sources] = await Promise.all([
      this.others,
      this.kept,
      before && this.base.sourcesOf(before),
    ]);
    const p = findPackage(this.workspace, after);
    return reviewSources({ before: sources, after: p }, others, kept);
  }
}

/** Asks rustc what the target sets. Throws CheckError. */
async function otherTargets(target: string, { root, sysroot }: Workspace): Promise<OtherTargets> {
  const rustc = join(sysroot, 'bin', 'rustc');
  const { status, stdout, stderr } = await runProgram(
    rustc,
    ['--print', 'cfg', '--target', target],
    { cwd: root },
  );
  if (status !== 0)
    throw new CheckError(`\`rustc --print cfg --target ${target}\` failed: ${stderr.trim()}`);
  return new OtherTargets(target, readCfgSet(stdout.toString()));
}
