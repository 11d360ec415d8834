/** Controls, bidi marks and zero-width characters: a terminal would act on them. */
const commands = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Bytes of a symbol that are no UTF-8, as wasm/artifact/src/text.rs writes them. */
const rawBytes = /[\u{10ff80}-\u{10ffff}]/gu;

const escaped = (c: string): string => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;

/** Returns a text from a crate for one line: characters that a terminal would act on become visible escapes. */
export function printable(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replace(commands, escaped)
    .replace(rawBytes, (c) => `\\x${((c.codePointAt(0) ?? 0) & 0xff).toString(16)}`);
}

/** Returns a printable text for a terminal that knows ASCII only. */
export function asciiOnly(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, escaped);
}

/** Like {@link printable}, but line breaks stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Colours and weights as cargo and rustc write them (ECMA-48, SGR); "concealed" and "blinking" are not among them. */
const colours =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  /\u001b\[(?:(?:0|1|2|3|4|22|23|24|39|49|3[0-7]|9[0-7]|38;5;\d{1,3})(?:;(?=[\dm])|(?=m)))*m/g;

/** Returns a line of cargo's own output, which quotes crates: tabs stay, and with `colour` colours too. */
export function printableOutput(line: string, colour: boolean): string {
  const safe = (text: string): string => text.split('\t').map(printable).join('\t');
  if (!colour) return safe(line);
  let result = '';
  let end = 0;
  for (const { 0: sequence, index } of line.matchAll(colours)) {
    result += safe(line.slice(end, index)) + sequence;
    end = index + sequence.length;
  }
  return result + safe(line.slice(end));
}

/** Returns equivalent JSON of a value without characters that a terminal would act on. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(commands, (c) =>
    Array.from(
      { length: c.length },
      (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
