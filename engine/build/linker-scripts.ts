/** A token, white space or a comment of a script; any other character is a token of its own. */
const tokens =
  /\s+|\/\*[\s\S]*?\*\/|#[^\n]*|"[^"]*"|[(){},;]|:(?!:)|(?:::|[^\s"#(){},;:])+|[\s\S]/g;

/**
 * Returns the words and punctuation of a script, names with their quotes. Returns undefined when a quote or comment
 * is not closed, or when `/*` is inside a word: ld takes that for the start of a comment, lld does not.
 */
function wordsOf(script: string): string[] | undefined {
  const words = (script.match(tokens) ?? []).filter(
    (word) => !/^(?:\s|#|\/\*[\s\S]*\*\/$)/.test(word),
  );
  const isUnclear = (word: string): boolean =>
    word === '"' || (!word.startsWith('"') && word.includes('/*'));
  return words.some(isUnclear) ? undefined : words;
}

const unquoted = (word: string): string => word.replace(/^"|"$/g, '');

/**
 * Returns the inputs that a linker script names if it does nothing else (`INPUT`, `GROUP`, `AS_NEEDED`; ld manual,
 * "Commands Dealing with Files"). Returns undefined for any other script: it may do everything that a linker can.
 */
export function scriptInputs(script: string): string[] | undefined {
  const words = wordsOf(script);
  if (words === undefined) return undefined;
  const inputs: string[] = [];
  let depth = 0;
  let ignoring = false;
  let commands = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (word === ',' || word === ';') continue;
    // A name does not begin with a colon (`-l:NAME`, `C:`), and a colon joins the words around it.
    if (/^[:{}]$/.test(word)) return undefined;
    if (word === '(') depth++;
    else if (word === ')') depth--;
    else if (words[index + 1] === '(') {
      if (!/^(?:INPUT|GROUP|AS_NEEDED|OUTPUT_FORMAT|OUTPUT_ARCH|TARGET)$/.test(word))
        return undefined;
      if (word !== 'AS_NEEDED') ignoring = !/^(?:INPUT|GROUP)$/.test(word);
      commands++;
    } else if (depth === 0) return undefined;
    else if (!ignoring) inputs.push(unquoted(word));
    if (depth < 0) return undefined;
  }
  return depth === 0 && commands > 0 ? inputs : undefined;
}

/**
 * Returns at least the names that a version script makes global or a dynamic list exports (ld manual, "VERSION"). The
 * names in nested `extern` blocks count. Returns undefined for a script that linkers read in different ways.
 */
export function exportedPatterns(script: string): string[] | undefined {
  const words = wordsOf(script);
  if (words === undefined) return undefined;
  const patterns: string[] = [];
  let global = true;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (words[index + 1] === ':' && (word === 'global' || word === 'local')) {
      global = word === 'global';
      index++;
    } else if (word === '{') global = true;
    else if (word === 'extern' && words[index + 1]?.startsWith('"') === true) index++;
    else if (global && !/^[(){},;:]$/.test(word)) patterns.push(unquoted(word));
  }
  return patterns;
}
