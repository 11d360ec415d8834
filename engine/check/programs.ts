import { realpathSync } from 'node:fs';
import { isPlaceholder, PLACEHOLDER_LENGTH } from '../build/link.ts';
import type { CargoArtifact, ProgramAnswer } from '../build/types.ts';
import { sameFile, stampOf } from '../facts/store.ts';
import type { FileStamp } from '../facts/unit-record.ts';
import { readRegularStart } from '../regular-file.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';

/** The programs and tests that a check has judged, as files. */
export class JudgedPrograms {
  private readonly judged = new Map<
    string,
    { stamp: FileStamp; package: PackageIndex; isTest: boolean }
  >();

  /** Adds the artifacts that cargo built or found fresh, after they were judged. */
  async add(artifacts: readonly CargoArtifact[], workspace: Workspace): Promise<void> {
    for (const { executable, packageId, isTest, targetKind } of artifacts) {
      if (executable === undefined) continue;
      const stamp = await stampOf(executable);
      const p = workspace.byId.get(packageId);
      if (stamp === undefined || p === undefined) continue;
      const test = isTest || targetKind.includes('test') || targetKind.includes('bench');
      this.judged.set(realpathSync.native(executable), { stamp, package: p.index, isTest: test });
    }
  }

  /** Returns the answer to a shim when cargo is about to run a file. */
  async answer(executable: string): Promise<ProgramAnswer> {
    const path = realPath(executable);
    const known = this.judged.get(path);
    if (known === undefined) return { do: 'refuse', reason: `${executable} was not judged` };
    const now = await stampOf(path);
    if (now === undefined || !sameFile(now, known.stamp) || now.ctime !== known.stamp.ctime)
      return { do: 'refuse', reason: `${executable} changed after it was judged` };
    return { do: 'run', package: known.package, isTest: known.isTest };
  }
}

/** The path without symbolic links; unchanged when the file is not there. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** Resolves to the artifacts that an earlier check judged without linking them: they cannot run. */
export async function placeholders(artifacts: readonly CargoArtifact[]): Promise<CargoArtifact[]> {
  const found: CargoArtifact[] = [];
  for (const artifact of artifacts) {
    const files = [artifact.executable, ...artifact.filenames].filter((f) => f !== undefined);
    for (const file of new Set(files)) {
      if (!startsAsPlaceholder(file)) continue;
      found.push(artifact);
      break;
    }
  }
  return found;
}

function startsAsPlaceholder(path: string): boolean {
  try {
    return isPlaceholder(readRegularStart(path, PLACEHOLDER_LENGTH + 1));
  } catch {
    return false;
  }
}
