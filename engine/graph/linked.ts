import type { LinkedSymbol } from './join-input.ts';
import type { JoinedOutput } from './link.ts';

/**
 * Returns the symbols that the linker kept although the join calls them dead: then a linker does something that the join
 * does not know. Of a name that occurs more than once, as many have to be live.
 */
export function linkedButDead(
  joined: JoinedOutput,
  linked: readonly LinkedSymbol[],
): LinkedSymbol[] {
  const times = new Map<string, { symbol: LinkedSymbol; count: number }>();
  for (const symbol of linked) {
    const key = `${symbol.name}\0${symbol.file ?? ''}`;
    const known = times.get(key);
    if (known === undefined) times.set(key, { symbol, count: 1 });
    else known.count++;
  }
  const dead: LinkedSymbol[] = [];
  for (const { symbol, count } of times.values()) {
    const nodes = joined.nodesNamed(symbol);
    const live = nodes.filter((at) => joined.isLive(at)).length;
    if (live < Math.min(count, nodes.length)) dead.push(symbol);
  }
  return dead;
}
