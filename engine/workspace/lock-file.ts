import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The packages of Cargo.lock, for every target and feature; undefined where there is none that says so. */
export async function lockedPackages(root: string): Promise<ReadonlySet<string> | undefined> {
  const text = await readFile(join(root, 'Cargo.lock'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const names = [...text.matchAll(/^\[\[package\]\]\s*\nname = "([^"\n]+)"$/gm)];
  return new Set(names.map(([, name = '']) => name));
}
