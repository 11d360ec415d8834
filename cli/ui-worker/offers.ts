import type { ProblemFix } from '../../engine/problems/fixes.ts';
import type { FixName } from './api.ts';

/**
 * The lists of fixes that the UI was shown, by their revisions. What is taken is what was shown; once cackle.toml is
 * another, that is nothing any more.
 */
export class Offers {
  private readonly lists = new Map<number, { id: string; fixes: readonly ProblemFix[] }>();
  private revision = 0;
  private configText: string | undefined;

  /** Notes the fixes of a problem by a text of cackle.toml; gives the revision of the list. */
  put(id: string, fixes: readonly ProblemFix[], configText: string): number {
    this.outdate(configText);
    this.revision++;
    this.lists.set(this.revision, { id, fixes });
    return this.revision;
  }

  /** The fix of a problem that was shown under a name; undefined when that list is outdated. */
  get(id: string, { revision, index }: FixName, configText: string): ProblemFix | undefined {
    this.outdate(configText);
    const list = this.lists.get(revision);
    return list?.id === id ? list.fixes[index] : undefined;
  }

  private outdate(configText: string): void {
    if (configText !== this.configText) this.lists.clear();
    this.configText = configText;
  }
}
