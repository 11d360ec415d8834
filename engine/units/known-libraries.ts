import { join } from 'node:path';
import type { RustcInvocation } from '../build/types.ts';
import type { Records } from './records.ts';

/** The libraries that rustc may load: outputs of cargo's units, from this check or an earlier one. */
export class KnownLibraries {
  /** Libraries of this check's units, without their endings: a unit that uses them need not wait for their records. */
  private readonly begun = new Set<string>();
  private readonly directories = new Set<string>();
  private readonly records: Records;

  constructor(records: Records) {
    this.records = records;
  }

  /** Records that a unit is about to be compiled. */
  began({ outDir, crateName, extraFilename }: RustcInvocation): void {
    this.begun.add(join(outDir, `lib${crateName}${extraFilename}`));
    this.directories.add(outDir);
  }

  /** Returns whether units leave their libraries in a directory. */
  isIn(directory: string): boolean {
    return this.directories.has(directory) || this.records.holdsOutputs(directory);
  }

  /**
   * Resolves to the files that a rustc would load although, by the records, no unit left them. For metadata, the
   * library counts too.
   */
  async lackingFor({ externs }: RustcInvocation): Promise<string[]> {
    const named = externs.map(({ path }) => path).filter((path) => path !== undefined);
    const lacking = (): string[] => {
      // rustc also loads the libraries with which a library was compiled.
      const loaded = [...this.records.closure(named)].flatMap((unit) =>
        unit.isProcMacro ? [] : unit.externs,
      );
      return [...new Set([...named, ...loaded])].filter(
        // rustc can use metadata whose library is still being compiled.
        (path) => !this.begun.has(withoutEnding(path)) && !this.records.isOutput(path),
      );
    };
    const first = lacking();
    if (first.length === 0) return first;
    await this.records.refreshFor(first);
    return lacking().flatMap((path) =>
      path.endsWith('.rmeta') ? [path, `${withoutEnding(path)}.rlib`] : [path],
    );
  }
}

function withoutEnding(path: string): string {
  return path.replace(/\.(?:rmeta|rlib)$/, '');
}
