import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LinkInput, UnitRecord } from '../facts/unit-record.ts';
import { type Compiled, nothingCompiled } from '../judge/foreign.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { PackageIndex, Workspace } from '../workspace/types.ts';
import type { Records } from './records.ts';

/** The package that is responsible for the code of a link input. */
export interface Maker {
  /** Undefined for the standard library. */
  readonly package: PackageIndex | undefined;
  /** The members that rustc compiled. All others are charged to `package`. */
  readonly compiled: Compiled;
}

/** What finding a maker needs. */
export interface MakerFacts {
  readonly workspace: Workspace;
  readonly records: Records;
  readonly packageOf: (record: UnitRecord) => PackageIndex;
  /** The packages to which a file belongs by its directory. */
  readonly ownersOf: (path: string) => readonly PackageIndex[];
}

/** Returns the maker of an input of a link by `record`: a unit, the toolchain, or the package that added the file. */
export function makerOf(record: UnitRecord, input: LinkInput, facts: MakerFacts): Maker {
  const { workspace, records, packageOf, ownersOf } = facts;
  if (input.own) return { package: packageOf(record), compiled: 'all' };
  const path = input.partOf ?? input.path;
  if (isSysroot(path, workspace)) return { package: undefined, compiled: 'toolchain' };
  const made = records.byOutput(path);
  if (made === undefined)
    return { package: ownersOf(path)[0] ?? packageOf(record), compiled: nothingCompiled };
  const compiled = path.endsWith('.rlib')
    ? { units: [stemOf(made)], toolchain: [] }
    : { units: [...records.all()].map(stemOf), toolchain: toolchainStems(workspace) };
  return { package: packageOf(made), compiled };
}

/** Returns the part before the first dot in the names of a unit's objects. */
function stemOf({ crateName, extraFilename }: UnitRecord): string {
  return `${crateName}${extraFilename}`;
}

/**
 * Returns the stems of all units and of the toolchain: a static library has the members of all rlibs that were linked
 * into it.
 */
export function everyStem(records: Records, workspace: Workspace): string[] {
  return [...new Set([...toolchainStems(workspace), ...[...records.all()].map(stemOf)])];
}

function toolchainStems({ sysroot }: Workspace): readonly string[] {
  return sysrootStems(join(sysroot, 'lib', 'rustlib'));
}

/** Stems by toolchain, whose libraries stay the same while this process runs. */
const stemsOfSysroots = new Map<string, readonly string[]>();

function sysrootStems(libraries: string): readonly string[] {
  let stems = stemsOfSysroots.get(libraries);
  if (stems === undefined) {
    stems = readdirSync(libraries).flatMap((triple) => {
      const directory = join(libraries, triple, 'lib');
      if (!existsSync(directory)) return [];
      return readdirSync(directory)
        .filter((name) => name.endsWith('.rlib'))
        .map((name) => name.replace(/^lib|\.rlib$/g, ''));
    });
    stemsOfSysroots.set(libraries, stems);
  }
  return stems;
}
