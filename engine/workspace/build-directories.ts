import type { Workspace } from './types.ts';

/** Returns the directories into which cargo and the programs that it runs write build output, each once. */
export function buildDirectories({
  targetDirectory,
  buildDirectory,
}: Pick<Workspace, 'targetDirectory' | 'buildDirectory'>): string[] {
  return [...new Set([targetDirectory, buildDirectory])];
}
