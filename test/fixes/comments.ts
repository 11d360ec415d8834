/** The comments of a TOML text, found without the program's own parser. */
export function commentsOf(text: string): string[] {
  const tokens =
    /"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|(#[^\r\n]*)/g;
  return [...text.matchAll(tokens)].flatMap((match) => match[1] ?? []);
}
