import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Package, Workspace } from './types.ts';

/** More source files than a package has. */
const MAX_FILES = 5000;

/**
 * Resolves to the Rust sources in the directory of a package, without those of packages below it; undefined when there are
 * too many. cargo does not build the tests of a dependency, so they are left out.
 */
export async function sourceFiles(
  p: Package,
  { targetDirectory }: Pick<Workspace, 'targetDirectory'>,
): Promise<string[] | undefined> {
  const files: string[] = [];
  const list = async (directory: string): Promise<boolean> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    const isRoot = directory === p.directory;
    if (!isRoot && entries.some(({ name }) => name === 'Cargo.toml')) return true;
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isFile() && entry.name.endsWith('.rs')) files.push(path);
      if (files.length > MAX_FILES) return false;
      if (!entry.isDirectory() || entry.name.startsWith('.') || path === targetDirectory) continue;
      if (isRoot && !p.isWorkspaceMember && ['tests', 'benches', 'examples'].includes(entry.name))
        continue;
      if (!(await list(path))) return false;
    }
    return true;
  };
  return (await list(p.directory)) ? files : undefined;
}
