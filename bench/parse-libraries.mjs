/**
 * Reads libraries with the WASM parsers on one thread, as a worker of the pool does, and prints MB/s: of the first pass
 * (`cold`: the engine still compiles), of the second (`warm`), and with reading, hashing and writing (`extraction`).
 * Run by cases/parsers.mjs, in a process of its own each time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bench } from './places.mjs';

const files = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const { FileInput } = await import(engine('parsers-file-input'));
const { default: extract } = await import(engine('extract-worker'));

/** Bundled by importEngine. @param {string} name */
function engine(name) {
  return join(bench, 'engine', `engine-${name}.ts.mjs`);
}

function extractEach() {
  let bytes = 0;
  let milliseconds = 0;
  for (const file of files) {
    const input = new FileInput([file]);
    const started = performance.now();
    input.extract(true);
    milliseconds += performance.now() - started;
    bytes += input.size;
    input.free();
  }
  return bytes / 1e3 / milliseconds;
}

async function extractFiles() {
  const store = mkdtempSync(join(bench, 'store-'));
  try {
    let bytes = 0;
    const started = performance.now();
    for (const path of files)
      bytes += (await extract({ kind: 'extract', paths: [path], debugInfo: true, stores: [store] }))
        .value.bytes;
    return bytes / 1e3 / (performance.now() - started);
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

const cold = extractEach();
const warm = extractEach();
const extraction = await extractFiles();
process.stdout.write(JSON.stringify({ cold, warm, extraction }));
