// Makes the prebuilt fuzzer of Jazzer.js load on a C library older than the one that it was linked with (2.38; Debian 12 has 2.36).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** All that it takes from the newer libraries: C23's names of functions that are there, and one that does nothing. */
const missing = `#include <stdlib.h>
long __isoc23_strtol(const char *s, char **e, int b) { return strtol(s, e, b); }
unsigned long __isoc23_strtoul(const char *s, char **e, int b) { return strtoul(s, e, b); }
void _ZSt21ios_base_library_initv(void) {}
`;
const newer = ['GLIBC_2.38', 'GLIBCXX_3.4.32'];

/** What the environment needs so that `addon` can be loaded; nothing where the C library is new enough.
 * @param {string} addon @param {string} directory */
export function environmentFor(addon, directory) {
  const { header } = /** @type {{ header: { glibcVersionRuntime: string } }} */ (
    process.report.getReport()
  );
  const [major = 0, minor = 0] = header.glibcVersionRuntime.split('.').map(Number);
  if (major > 2 || minor >= 38) return {};
  mkdirSync(directory, { recursive: true });
  const source = join(directory, 'missing.c');
  const library = join(directory, 'missing.so');
  // Another fuzzer may have loaded them: what is loaded must not be written to.
  if (!existsSync(library)) {
    writeFileSync(source, missing);
    execFileSync('cc', ['-shared', '-fPIC', '-o', `${library}.new`, source]);
    renameSync(`${library}.new`, library);
  }
  const bytes = readFileSync(addon);
  const weak = Buffer.from(bytes);
  for (const need of newer) markWeak(weak, need);
  if (!weak.equals(bytes)) {
    writeFileSync(`${addon}.new`, weak);
    renameSync(`${addon}.new`, addon);
  }
  return { LD_PRELOAD: library };
}

/** Marks a version that an ELF file needs as one that may be missing (`vna_flags`: VER_FLG_WEAK; Linux Standard Base, "Symbol Versioning").
 * @param {Buffer} bytes @param {string} need */
function markWeak(bytes, need) {
  let hash = 0;
  for (const byte of Buffer.from(need)) {
    hash = (hash * 16 + byte) % 2 ** 32;
    const high = hash >>> 28;
    hash = ((hash ^ (high << 4)) & 0xfff_ffff) >>> 0;
  }
  for (let at = 0; at + 16 <= bytes.length; at += 4) {
    const flags = bytes.readUInt16LE(at + 4);
    if (bytes.readUInt32LE(at) === hash && flags <= 2) bytes.writeUInt16LE(2, at + 4);
  }
}
