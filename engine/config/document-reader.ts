import type { Keys } from './keys.ts';
import { nearest } from './nearest.ts';
import {
  parseToml,
  type TomlEntry,
  TomlSyntaxError,
  type TomlTable,
  type TomlValue,
} from './toml-tree.ts';
import type { ConfigDiagnostic, ConfigPlace, ConfigText } from './types.ts';

/** Reads typed values from a TOML document and collects a fault for each value of an unexpected type. */
export class DocumentReader {
  protected readonly file: string;
  protected readonly text: string;
  private readonly lines: readonly string[];
  protected readonly faults: ConfigDiagnostic[] = [];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lines = text.split(/\r?\n/);
  }

  /** Parses the document; undefined, with a fault, when the text is no TOML. */
  document(): TomlTable | undefined {
    try {
      return parseToml(this.text);
    } catch (error) {
      if (!(error instanceof TomlSyntaxError)) throw error;
      const { place } = error;
      this.report(place, 1, `this is not TOML: ${error.message}`, this.#firstOf(place.line));
      return undefined;
    }
  }

  /** Returns what to do where a line is the header of a table that stands above already, as when advice was pasted. */
  #firstOf(line: number): string | undefined {
    const header = this.lines[line - 1]?.trim() ?? '';
    const first = this.lines.findIndex((other) => other.trim() === header) + 1;
    if (!/^\[[^[]/.test(header) || first === line) return undefined;
    return `${header} stands in line ${first} already: put the keys there, and leave this line out`;
  }

  checkKeys(table: TomlTable, keys: Keys, where: string): void {
    const known = Object.keys(keys);
    for (const entry of table.entries.values()) {
      if (known.includes(entry.key)) continue;
      const near = nearest(entry.key, known);
      this.report(
        entry.place,
        entry.length,
        `unknown key \`${entry.key}\` in ${where}`,
        near === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${near}\`?`,
      );
    }
  }

  table(entry: TomlEntry | undefined): TomlTable | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'table') return entry.value;
    this.#expected(entry.value, 'a table');
    return undefined;
  }

  /** The tables of `[[NAME]]`, or of a list of inline tables. */
  tables(entry: TomlEntry | undefined): TomlTable[] {
    if (entry === undefined) return [];
    if (entry.value.kind !== 'array') {
      this.#expected(entry.value, `a list of tables, \`[[…${entry.key}]]\`,`);
      return [];
    }
    return entry.value.items.flatMap((item) => {
      if (item.kind === 'table') return [item];
      this.#expected(item, 'a table');
      return [];
    });
  }

  boolean(entry: TomlEntry | undefined): boolean | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'boolean') return entry.value.value;
    this.#expected(entry.value, 'true or false');
    return undefined;
  }

  string(entry: TomlEntry | undefined): string | undefined {
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'string') return entry.value.value;
    this.#expected(entry.value, 'a string');
    return undefined;
  }

  strings(entry: TomlEntry | undefined): string[] {
    return this.items(entry).map((item) => item.value);
  }

  items(entry: TomlEntry | undefined): ConfigText[] {
    if (entry === undefined) return [];
    if (entry.value.kind !== 'array') {
      this.#expected(entry.value, 'a list of strings');
      return [];
    }
    return entry.value.items.flatMap((item) => {
      if (item.kind === 'string')
        return [{ value: item.value, place: item.place, length: item.length }];
      this.#expected(item, 'a string');
      return [];
    });
  }

  #expected(value: TomlValue, what: string): void {
    const already = this.faults.some(
      (f) => f.place?.line === value.place.line && f.place.column === value.place.column,
    );
    if (!already) this.report(value.place, value.length, `${what} was expected here`);
  }

  /** Adds a fault of another file. */
  add(fault: ConfigDiagnostic): void {
    this.faults.push(fault);
  }

  report(place: ConfigPlace | undefined, length: number, message: string, help?: string): void {
    this.faults.push(this.diagnostic(place, length, message, help));
  }

  diagnostic(
    place: ConfigPlace | undefined,
    length: number,
    message: string,
    help?: string,
  ): ConfigDiagnostic {
    const sourceLine = place === undefined ? undefined : this.lines[place.line - 1];
    return { file: this.file, place, length, message, help, sourceLine };
  }
}
