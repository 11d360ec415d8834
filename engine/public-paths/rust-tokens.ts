const space = /\s/;
const word = /[\p{XID_Start}_]/u;
const wordRest = /\p{XID_Continue}/u;

/**
 * Splits a Rust source into words and signs, without comments; of a string only a `"` and its text remain. An unclosed
 * comment or string takes the rest: rustc would not compile it.
 */
export function rustTokens(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    const here = text[at] as string;
    if (space.test(here)) at++;
    else if (text.startsWith('//', at)) at = endOf(text, '\n', at);
    else if (text.startsWith('/*', at)) at = afterBlockComment(text, at);
    else if (here === '"') at = string(text, at, tokens);
    else if (here === "'") at = afterQuote(text, at);
    else if (word.test(here)) {
      const raw = /^(?:[bc]?r)(#*)"/.exec(text.slice(at, at + 300));
      if (raw !== null) {
        const close = text.indexOf(`"${raw[1]}`, at + raw[0].length);
        tokens.push('"');
        at = close < 0 ? text.length : close + 1 + (raw[1] as string).length;
        continue;
      }
      let end = at + 1;
      while (end < text.length && wordRest.test(text[end] as string)) end++;
      const found = text.slice(at, end);
      // `b"…"`, `c"…"` and `b'…'` are a prefix and a string.
      if (/^[bc]$/.test(found) && /["']/.test(text[end] ?? '')) {
        at = end;
        continue;
      }
      if (found === 'r' && text[end] === '#' && word.test(text[end + 1] ?? '')) {
        at = end + 1;
        continue;
      }
      tokens.push(found);
      at = end;
    } else {
      tokens.push(here);
      at++;
    }
  }
  return tokens;
}

function endOf(text: string, sign: string, from: number): number {
  const end = text.indexOf(sign, from);
  return end < 0 ? text.length : end + sign.length;
}

function afterBlockComment(text: string, start: number): number {
  let depth = 0;
  const signs = /\/\*|\*\//g;
  signs.lastIndex = start;
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    depth += sign[0] === '/*' ? 1 : -1;
    if (depth === 0) return signs.lastIndex;
  }
  return text.length;
}

function string(text: string, start: number, tokens: string[]): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  tokens.push(`"${text.slice(start + 1, at)}`);
  return at + 1;
}

/** The offset behind a character literal or, if it is none, behind the quote of a lifetime. */
function afterQuote(text: string, start: number): number {
  if (text[start + 1] === '\\') return endOf(text, "'", start + 3);
  const letter = String.fromCodePoint(text.codePointAt(start + 1) ?? 32);
  return text[start + 1 + letter.length] === "'" ? start + letter.length + 2 : start + 1;
}
