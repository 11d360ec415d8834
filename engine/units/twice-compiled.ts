import { isDeepStrictEqual } from 'node:util';
import { CheckError } from '../errors.ts';
import type { UnitRecord } from '../facts/unit-record.ts';

/**
 * Throws CheckError when a check compiled two units of one target to the same file, with other features or libraries: each of
 * them is found by its files.
 */
export function refuseOther(unit: UnitRecord, record: UnitRecord): void {
  const isOfTarget =
    unit.packageId === record.packageId &&
    unit.kind === record.kind &&
    unit.sourcePath === record.sourcePath;
  const isSame =
    isDeepStrictEqual(unit.cfg?.settings, record.cfg?.settings) &&
    isDeepStrictEqual(unit.externs, record.externs);
  if (!isOfTarget || isSame) return;
  const [file] = record.outputs.filter(({ path }) => unit.outputs.some((o) => o.path === path));
  throw new CheckError(
    `${file?.path} was compiled twice from ${record.sourcePath}, with other features or libraries, so that only one could be judged`,
    'write `[[common.build]]` into cackle.toml: cargo then gives each of them a file of its own',
  );
}
