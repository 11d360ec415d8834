import type { Workspace } from './types.ts';

/** The directories in which cargo and what it runs leave what they build, each once. */
export function buildDirectories({
  targetDirectory,
  buildDirectory,
}: Pick<Workspace, 'targetDirectory' | 'buildDirectory'>): string[] {
  return [...new Set([targetDirectory, buildDirectory])];
}
