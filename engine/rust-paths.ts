/** The first segment of a path such as `std::fs::File`: its crate. */
export function firstSegment(path: string): string {
  const end = path.indexOf('::');
  return end < 0 ? path : path.slice(0, end);
}

/** True for the name of a function without a path, such as `socket`: no crate tells whose it is. */
export function isPlain(name: string): boolean {
  return !name.includes('::');
}

/** True when a path is the prefix or lies below it, by whole segments. */
export function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}::`);
}

/** The name of a crate in a path: where packages and targets may have a `-`, crates have a `_`. */
export function crateNameOf(name: string): string {
  return name.replaceAll('-', '_');
}
