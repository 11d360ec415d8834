import { join } from 'node:path';
import type { RustcInvocation } from '../build/types.ts';
import type { UnitRecord } from '../facts/unit-record.ts';
import type { Records } from './records.ts';

/** The libraries that rustc may load: outputs of cargo's units, from this check or an earlier one. */
export class KnownLibraries {
  /** What this check's units were compiled with, by their libraries without endings: a unit that uses them need not wait for records. */
  private readonly begun = new Map<string, readonly string[]>();
  private readonly directories = new Set<string>();
  private readonly records: Records;

  constructor(records: Records) {
    this.records = records;
  }

  /** Records that a unit is about to be compiled. */
  began(invocation: RustcInvocation): void {
    const { outDir, crateName, extraFilename } = invocation;
    this.begun.set(join(outDir, `lib${crateName}${extraFilename}`), pathsOf(invocation));
    this.directories.add(outDir);
  }

  /** Returns whether units leave their libraries in a directory. */
  isIn(directory: string): boolean {
    return this.directories.has(directory) || this.records.holdsOutputs(directory);
  }

  /** Returns the proc macros that a rustc may load: those that the unit names, and those of the libraries that these name. */
  procMacrosFor(invocation: RustcInvocation): Set<UnitRecord> {
    const macros = new Set<UnitRecord>();
    const pending = pathsOf(invocation);
    const seen = new Set(pending);
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      // A library that is being compiled has no record yet, or one of what it was before.
      const begun = this.begun.get(withoutEnding(path));
      const record = begun === undefined ? this.records.ofLibrary(path) : undefined;
      if (record?.isProcMacro) macros.add(record);
      // What a proc macro was compiled with is linked into it.
      const beside = begun ?? (record?.isProcMacro ? [] : (record?.externs ?? []));
      for (const next of beside) {
        if (seen.has(next)) continue;
        seen.add(next);
        pending.push(next);
      }
    }
    return macros;
  }

  /**
   * Resolves to the files that a rustc would load although, by the records, no unit left them. For metadata, the
   * library counts too.
   */
  async lackingFor(invocation: RustcInvocation): Promise<string[]> {
    const named = pathsOf(invocation);
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

const pathsOf = ({ externs }: RustcInvocation): string[] =>
  externs.map(({ path }) => path).filter((path) => path !== undefined);

function withoutEnding(path: string): string {
  return path.replace(/\.(?:rmeta|rlib)$/, '');
}
