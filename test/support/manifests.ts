/** The built-in APIs, no sandbox, and what a test adds. */
export const config = (rest = '', version = 3): string => `[common]
version = ${version}
import_std = ["fs", "net", "process", "env"]

[sandbox]
kind = "Disabled"

${rest}`;

/** A manifest of a tiny offline package. */
export const manifest = (name: string, rest = ''): string =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n${rest}`;
