/** Controls, bidi marks and zero-width characters: a terminal would act on them. */
const commands = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from a crate as it may be shown: control, bidi and zero-width characters become visible escapes. */
export function printable(text: string): string {
  return text
    .replace(commands, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll('\n', ' ');
}
