import { type Conditions, type Part, shown } from './parts.ts';
import type { RustText } from './rust-text.ts';

/**
 * The conditions that macros put before the code that their callers give them, by name: `#[cfg(feature = "net")] $item`.
 * Undefined for one that depends on the call.
 */
export type MacroConditions = ReadonlyMap<string, string | undefined>;

/** Returns those of the macros that these sources define. */
export function macroConditions(sources: Iterable<RustText>): MacroConditions {
  const found = new Map<string, string | undefined>();
  for (const rust of sources)
    for (const [name, cfg] of definedIn(rust))
      found.set(name, found.has(name) && found.get(name) !== cfg ? undefined : cfg);
  return found;
}

/** Yields each macro of a source with a condition that it writes before a variable of its own. */
function* definedIn(rust: RustText): Generator<[name: string, cfg: string | undefined]> {
  const { tokens, closing } = rust;
  const text = (index: number): string => tokens[index]?.text ?? '';
  for (let i = 0; i < tokens.length; i++) {
    if (text(i) !== 'macro_rules' || text(i + 1) !== '!') continue;
    const end = closing.get(i + 3) ?? i + 3;
    for (let at = i + 4; at < end; at++) {
      if (text(at) !== '#' || text(at + 1) !== '[' || text(at + 2) !== 'cfg') continue;
      if (!isBeforeVariable(rust, at)) continue;
      const inner = tokens.slice(at + 4, closing.get(at + 3) ?? at + 4).map((token) => token.text);
      // The whole of it may come from the call: `#[cfg $($condition)*]`.
      const isOfCall = text(at + 3) !== '(' || inner.includes('$');
      yield [text(i + 2), isOfCall ? undefined : inner.join(' ').replace(/ ,$/, '')];
    }
    i = end;
  }
}

/** Is the attribute at a token of the body of a macro one of what a variable of the macro stands for? */
export function isBeforeVariable({ tokens, closing }: RustText, at: number): boolean {
  let next = at;
  while (tokens[next]?.text === '#' && tokens[next + 1]?.text === '[')
    next = (closing.get(next + 1) ?? next + 1) + 1;
  return next > at && tokens[next]?.text === '$';
}

/** Words that begin what a macro may leave out. */
const items = new Set(['fn', 'mod', 'impl', 'struct', 'enum', 'trait', 'use', 'static', 'extern']);

/** Finds the calls of such macros: what conditions concern, and the names of those whose conditions depend on the call. */
export function partsOfCalls(
  { tokens, closing }: RustText,
  macros: MacroConditions,
  conditions: Conditions,
): { readonly parts: Part[]; readonly unknown: Set<string> } {
  const text = (index: number): string => tokens[index]?.text ?? '';
  const parts: Part[] = [];
  const unknown = new Set<string>();
  for (let i = 0; i < tokens.length; i++) {
    const name = text(i);
    if (text(i + 1) !== '!' || !macros.has(name) || text(i - 1) === '!') continue;
    const end = closing.get(i + 2) ?? i + 2;
    const cfg = macros.get(name);
    if (cfg === undefined) {
      const inside = tokens.slice(i + 3, end);
      if (inside.some((token) => items.has(token.text))) unknown.add(name);
      continue;
    }
    if (!conditions.concern(cfg)) continue;
    parts.push({ start: i, end, cfg: shown(cfg) });
    for (let at = i + 3; at < end; at++)
      if (text(at) === 'mod' && text(at + 2) === ';')
        parts.push({
          ...{ start: i, end: i - 1, cfg: shown(cfg) },
          module: { below: [], name: text(at + 1) },
        });
    i = end;
  }
  return { parts, unknown };
}
