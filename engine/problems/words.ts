import type { ConfigPlace, PermissionScope } from '../config/types.ts';

/** Returns a scope in words, to follow a verb; empty for the whole package. */
export function inScope({ suffix }: PermissionScope): string {
  const where: Record<PermissionScope['suffix'], string> = {
    '': '',
    build: ' in its build script',
    test: ' in its tests',
    'from.build': ' from a build script',
    'from.test': " from another package's tests",
  };
  return where[suffix];
}

/** Returns a place in cackle.toml, to precede what is wrong there. */
export function at({ line }: ConfigPlace): string {
  return `cackle.toml:${line}:`;
}

/** Returns a suggestion of the known name that may be meant, to follow what is wrong; empty when no name is near. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
}
