import type { PageData, PagePackage, PageUsage } from '../types.ts';

/** What the reader looks for. */
export interface Filter {
  /** Words that all have to be found. */
  readonly words: readonly string[];
  /** Indexes of capabilities, of which one has to be there; none: any. */
  readonly capabilities: ReadonlySet<number>;
  /** Only what cackle.toml does not allow. */
  readonly refused: boolean;
}

/** Returns which packages and usages a filter leaves, by texts that are made once. */
export class Finder {
  private readonly packageTexts: readonly string[];
  private readonly usageTexts: readonly string[];

  private readonly data: PageData;

  constructor(data: PageData) {
    this.data = data;
    this.packageTexts = data.packages.map((p) =>
      [p.label, p.version, p.source, p.description, ...p.facts.map(({ text }) => text)]
        .join('\n')
        .toLowerCase(),
    );
    this.usageTexts = data.usages.map((u) =>
      [
        data.packages[u.package]?.label,
        ...[u.fact, data.files[u.place[0]]?.name, u.from, u.target, u.output],
      ]
        .join('\n')
        .toLowerCase(),
    );
  }

  /** Returns the indexes of packages. */
  packages(filter: Filter): number[] {
    const { capabilities, refused } = filter;
    const wanted = ({ facts }: PagePackage): boolean =>
      (capabilities.size === 0 && !refused) ||
      facts.some(
        (fact) =>
          (capabilities.size === 0 || capabilities.has(fact.capability)) &&
          (!refused || !fact.allowed),
      );
    return found(this.data.packages, this.packageTexts, filter.words, wanted);
  }

  /** Returns the indexes of usages. */
  usages(filter: Filter): number[] {
    const { capabilities, refused } = filter;
    const wanted = (usage: PageUsage): boolean =>
      usage.package >= 0 &&
      (capabilities.size === 0 || capabilities.has(usage.capability)) &&
      (!refused || !usage.allowed);
    const all = found(this.data.usages, this.usageTexts, filter.words, wanted);
    // The most dangerous first; the order of packages stays.
    const rank = (index: number): number => this.data.usages[index]?.capability ?? 0;
    return all.sort((a, b) => rank(a) - rank(b));
  }
}

function found<T>(
  items: readonly T[],
  texts: readonly string[],
  words: readonly string[],
  wanted: (item: T) => boolean,
): number[] {
  const result: number[] = [];
  for (const [index, item] of items.entries())
    if (wanted(item) && words.every((word) => texts[index]?.includes(word) === true))
      result.push(index);
  return result;
}
