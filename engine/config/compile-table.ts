import type { DocumentReader } from './document-reader.ts';
import { compileKeys } from './keys.ts';
import type { TomlEntry } from './toml-tree.ts';
import type { ConfigText } from './types.ts';

/** The rules of a scope's table `compile`. */
export interface CompileTable {
  readonly env: readonly ConfigText[];
  readonly files: readonly ConfigText[];
}

/** Reads a scope's table `compile` (rule 2.19); faults go to the reader. `where` is its name, e.g. `[pkg.x.compile]`. */
export function readCompileTable(
  reader: DocumentReader,
  entry: TomlEntry | undefined,
  where: string,
): CompileTable {
  const table = reader.table(entry);
  if (table === undefined) return { env: [], files: [] };
  reader.checkKeys(table, compileKeys, where);
  const rules = (key: keyof typeof compileKeys, fault: (rule: string) => string | undefined) => {
    const texts = reader.items(table.entries.get(key));
    for (const { value, place, length } of texts) {
      const found = fault(value);
      if (found !== undefined) reader.report(place, length, found);
    }
    return texts;
  };
  return { env: rules('env', variableFault), files: rules('files', fileFault) };
}

function variableFault(rule: string): string | undefined {
  return rule === '' || /[=\0]/.test(rule)
    ? 'the name of an environment variable is expected'
    : undefined;
}

function fileFault(rule: string): string | undefined {
  if (rule.includes('\0')) return 'a NUL character cannot stand here';
  return rule === '' ? 'a path is expected here' : undefined;
}
