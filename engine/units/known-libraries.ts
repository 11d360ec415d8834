import { join } from 'node:path';
import type { RustcInvocation } from '../build/types.ts';
import type { Records } from './records.ts';

/** Which libraries rustc may load: those that units of cargo's left, in this check or an earlier one. */
export class KnownLibraries {
  /** Of this check, without their endings: what is compiled with them need not wait for their records. */
  private readonly begun = new Set<string>();
  private readonly directories = new Set<string>();
  private readonly records: Records;

  constructor(records: Records) {
    this.records = records;
  }

  /** A unit is about to be compiled. */
  began({ outDir, crateName, extraFilename }: RustcInvocation): void {
    this.begun.add(join(outDir, `lib${crateName}${extraFilename}`));
    this.directories.add(outDir);
  }

  /** Is a directory one of those where units leave their libraries? */
  isIn(directory: string): boolean {
    return this.directories.has(directory) || this.records.holdsOutputs(directory);
  }

  /** The files that a rustc would load and no unit left, as far as is recorded; with metadata its library too. */
  async lackingFor({ externs }: RustcInvocation): Promise<string[]> {
    const named = externs.map(({ path }) => path).filter((path) => path !== undefined);
    const lacking = (): string[] => {
      // What a library was compiled with is loaded with it.
      const loaded = [...this.records.closure(named)].flatMap((unit) =>
        unit.isProcMacro ? [] : unit.externs,
      );
      return [...new Set([...named, ...loaded])].filter(
        // rustc goes on from metadata whose library is still being compiled.
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
