// The inputs of a target that are kept in the repository: one compressed file each, so that a run begins where another ended.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const directory = join(import.meta.dirname, 'corpus');
/** Bytes of a file. What goes beyond is left out, the largest inputs first. */
const LARGEST = 256 * 1024;

/** The kept inputs of a target; none where it has no file. @param {string} name @returns {Buffer[]} */
export function keptInputs(name) {
  let bytes;
  try {
    bytes = brotliDecompressSync(readFileSync(join(directory, `${name}.br`)));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
  const inputs = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at + 4;
    at = start + bytes.readUInt32LE(at);
    inputs.push(bytes.subarray(start, at));
  }
  return inputs;
}

/** Writes a target's kept inputs as files into a directory, named by content as libFuzzer does.
 * @param {string} name @param {string} into */
export function unpackKept(name, into) {
  mkdirSync(into, { recursive: true });
  for (const input of keptInputs(name))
    writeFileSync(join(into, createHash('sha1').update(input).digest('hex')), input);
}

/** Keeps the inputs of a directory. Gives their number, and that of those for which there was no room.
 * @param {string} name @param {string} from */
export function keep(name, from) {
  const inputs = readdirSync(from)
    .map((file) => readFileSync(join(from, file)))
    .sort((a, b) => a.length - b.length || a.compare(b));
  for (let left = inputs.length; ; left = Math.floor(left * 0.9)) {
    const bytes = compressed(inputs.slice(0, left));
    if (bytes.length > LARGEST) continue;
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${name}.br`), bytes);
    return { kept: left, left: inputs.length - left };
  }
}

/** @param {readonly Buffer[]} inputs */
function compressed(inputs) {
  const parts = inputs.flatMap((input) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(input.length);
    return [length, input];
  });
  return brotliCompressSync(Buffer.concat(parts), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
}
