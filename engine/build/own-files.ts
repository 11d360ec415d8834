import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { distPath, packageRoot, realPath } from '../paths.ts';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';

/** Packages that are not part of the bundle (setup/bundle.mjs). */
const outside = ['piscina', 'write-file-atomic'];

const manifest = z.object({
  dependencies: z.optional(z.record(z.string(), z.string())),
  optionalDependencies: z.optional(z.record(z.string(), z.string())),
});

let found: readonly string[] | undefined;

/** Returns the files and directories that this program runs from: Node's, ours, and the packages that ours loads. */
export function ownFiles(): readonly string[] {
  found ??= [
    realPath(process.execPath),
    join(packageRoot(), 'package.json'),
    distPath(),
    ...packagesFrom(packageRoot()),
  ];
  return found;
}

/** The directories of the packages outside of the bundle, with what they need in turn. */
function packagesFrom(root: string): Set<string> {
  const directories = new Set<string>();
  const pending = outside.map((name) => ({ name, from: root }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const directory = packageDirectory(next.name, next.from);
    if (directory === undefined || directories.has(directory)) continue;
    directories.add(directory);
    const text = readRegularFile(join(directory, 'package.json')).toString();
    const { dependencies, optionalDependencies } = manifest.parse(JSON.parse(text));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      pending.push({ name, from: directory });
  }
  return directories;
}

/** Where Node finds a package for a module in `from`; undefined for an optional one that is not installed. */
function packageDirectory(name: string, from: string): string | undefined {
  const directory = join(from, 'node_modules', name);
  if (existsSync(join(directory, 'package.json'))) return directory;
  return from === dirname(from) ? undefined : packageDirectory(name, dirname(from));
}
