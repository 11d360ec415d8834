/** The command line that the scripts have in common: names of crates, where their copies are, and which cackle. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { REAL_CRATES } from '../../../tools/real-crates.mjs';

const repository = join(import.meta.dirname, '..', '..', '..');
const judged = REAL_CRATES.filter((crate) => crate.role === 'judged').map((crate) => crate.name);

/** Reads it; without names all crates are meant. Throws for what makes no sense. */
export function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      crates: { type: 'string', default: join(repository, 'target', 'differential') },
      cackle: { type: 'string', default: join(repository, 'cackle') },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.write && positionals.length > 0) {
    throw new Error('--write is for all crates: leave the names out');
  }
  return {
    write: values.write,
    cackle: resolve(values.cackle),
    names: positionals.length > 0 ? positionals : judged,
    /** @param {string} crate */
    directoryOf: (crate) => resolve(values.crates, crate),
  };
}
