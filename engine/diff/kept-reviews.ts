import { answerPlace, readAnswer } from '../facts/answers.ts';
import { keepAnswer, openKept } from '../revisions/kept.ts';
import * as z from '../schemas.ts';
import type { Review } from './types.ts';

/** Raise this when the same sources give another review. */
const REVIEW_VERSION = 3;
/** Reviews that are kept; most have less than 10 kB. */
const KEPT = 1000;

/** What of a review follows from the content of two versions alone. */
export type KeptReview = Pick<Review, 'size' | 'buildScript' | 'otherTargets'>;

const schema = z.object({
  size: z.optional(z.object({ files: z.number(), added: z.number(), removed: z.number() })),
  buildScript: z.optional(z.string()),
  otherTargets: z.object({
    places: z.array(z.object({ file: z.string(), line: z.number(), cfg: z.string() })),
    count: z.number(),
  }),
});

/** Keeps reviews by the content that they are about, in the user's cache; none where that is off or cannot be trusted. */
export class KeptReviews {
  private readonly root: string | undefined;

  private constructor(root: string | undefined) {
    this.root = root;
  }

  /** Opens the cache. */
  static async open(): Promise<KeptReviews> {
    return new KeptReviews(await openKept('reviews'));
  }

  /** Resolves to the review of a content, as it was kept, else as `make` makes it. `content`: all that it depends on. */
  async of(content: string, make: () => KeptReview): Promise<KeptReview> {
    if (this.root === undefined) return make();
    const key = JSON.stringify([REVIEW_VERSION, content]);
    const place = answerPlace(this.root, key, key);
    const kept = schema.safeParse(readAnswer(place));
    if (kept.success) {
      const { size, buildScript, otherTargets } = kept.data;
      return { size, buildScript, otherTargets };
    }
    const made = make();
    await keepAnswer(this.root, place, made, KEPT);
    return made;
  }
}
