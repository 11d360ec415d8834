import type { ConfigPlace, PermissionScope } from '../config/types.ts';

/** A scope in words, behind a verb; empty for the whole package. */
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

/** A place in cackle.toml, in front of what is wrong there. */
export function at({ line }: ConfigPlace): string {
  return `cackle.toml:${line}:`;
}

/** The known name that may be meant, behind what is wrong; empty when none is near. */
export function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
}
