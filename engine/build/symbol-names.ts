/** What facts have in front of a name that lacks the underscore of its format: LLVM's mark for such. */
const literal = '\u0001';

/**
 * Returns the names in facts that a symbol on a command line for Windows stands for: symbols for 32 bits have an underscore in front of
 * C names, which facts leave out, those for 64 bits none. The command line does not say which they are.
 */
export function namesOnWindows(symbol: string): string[] {
  return [symbol, symbol.startsWith('_') ? symbol.slice(1) : `${literal}${symbol}`];
}

/** Returns the patterns of names in facts that a pattern of symbols of Apple's systems stands for: there all C names have an underscore. */
export function namesOnApple(pattern: string): string[] {
  if (pattern.startsWith('_')) return [pattern.slice(1)];
  if (pattern.startsWith('*')) return [pattern];
  const [any] = /^(?:\?|\[[^\]]*\])/.exec(pattern) ?? [''];
  const others = [`${literal}${pattern}`];
  return any === '' ? others : [pattern.slice(any.length), ...others];
}
