import { join, relative } from 'node:path';
import { isWithin } from '../paths.ts';
import type { StandIn } from '../workspace/stand-in.ts';
import { type Access, type Mount, mountsInOrder } from './mounts.ts';

/**
 * Returns what a sandbox shows and hides of a copy beside `mounts`, such that a program sees of it what it would see of the original: a
 * build script that asks git, or reads a file beside its package, can do so on both sides of a comparison, or on neither. The places of
 * `standIns` are without symbolic links; `outside` is what is done with what no mount is about.
 */
export function mountsOfCopy(
  mounts: readonly Mount[],
  standIns: readonly StandIn[],
  outside: Access,
): Mount[] {
  if (standIns.length === 0) return [];
  const inOriginal = mountsInOrder(
    mounts.map((mount) => ({ ...mount, path: originalOf(mount.path, standIns) })),
    outside,
  );
  return standIns.flatMap(({ path, of, isGit }): Mount[] => {
    if (isShown(of, inOriginal, outside)) return [{ path, access: 'read' }];
    return isGit ? [{ path, access: 'hide' }] : [];
  });
}

function originalOf(path: string, standIns: readonly StandIn[]): string {
  const copy = standIns.find((place) => !place.isGit && isWithin(path, place.path));
  return copy === undefined ? path : join(copy.of, relative(copy.path, path));
}

function isShown(path: string, inOrder: readonly Mount[], outside: Access): boolean {
  const around = inOrder.findLast((mount) => isWithin(path, mount.path));
  const access = around?.access ?? outside;
  return access !== 'hide' && access !== 'empty';
}
