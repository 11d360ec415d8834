// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const commands = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from a crate as it may be shown: control, bidi and zero-width characters become visible escapes. */
export function printable(text: string): string {
  return text.replace(commands, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`).replaceAll('\n', ' ');
}
