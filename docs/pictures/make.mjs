/**
 * `node docs/pictures/make.mjs [DIR]`: makes the pictures of the terminal UI anew, from the real program on examples/alex in
 * a pseudo-terminal. They go to DIR, or beside this file.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from '../../setup/ensure.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
/** Its path is on the pictures, so it is the same on every machine. */
const EXAMPLE = '/tmp/alex';
const SIZE = { columns: 100, rows: 30 };
const DOWN = '\u001b[B';

/** Makes all pictures; gives their names. @param {string} directory @returns {Promise<string[]>} */
export async function makePictures(directory) {
  const { svgOf } = await import('./svg.mjs');
  const { Terminal, close } = await terminalClass();
  mkdirSync(directory, { recursive: true });
  // Whatever is there is somebody's.
  if (existsSync(EXAMPLE)) throw new Error(`${EXAMPLE} is there already: take it away first`);
  const from = join(repository, 'examples', 'alex');
  cpSync(from, EXAMPLE, { recursive: true, filter: (file) => file !== join(from, 'target') });
  // One permission fewer, so that there is more to see.
  const config = join(EXAMPLE, 'cackle.toml');
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace('[pkg.notes]\nallow_apis = ["fs"]\n', ''));
  const terminal = new Terminal(
    process.execPath,
    [join(repository, 'dist', 'cli.js'), '--ui', 'full', '--path', EXAMPLE],
    // Of any terminal: the sixteen colours.
    { ...SIZE, env: { TERM: 'xterm-256color', CARGO_TARGET_DIR: join(EXAMPLE, 'target') } },
  );
  /** @type {string[]} */
  const made = [];
  const picture = (/** @type {string} */ name, /** @type {string} */ title) => {
    const looks = terminal.looks();
    writeFileSync(join(directory, `${name}.svg`), svgOf(looks, title));
    made.push(name);
  };
  try {
    // All pictures are of moments in which the build waits for the user: others differ from run to run, as
    // the rate does, which goes when nothing is built any more.
    await settled(terminal, /built 5 of 9 ·/);
    terminal.send('f');
    await settled(terminal, /^ *\+ /m);
    picture('fixes', 'The fixes of a problem, and what the selected one writes to cackle.toml');
    terminal.send('f');
    await settled(terminal, /what is left is up to you/);
    await select(terminal, 'uses the API `net`');
    picture('problems', 'The problems that were found, and the package of the selected one');
    terminal.send('d');
    await settled(terminal, /\d+ .*TcpStream/);
    picture('usages', 'The places where an API is used, with their sources');
    terminal.send('b');
    await settled(terminal, /── Backtrace/);
    picture('backtrace', 'How a place is reached from main');
    terminal.send('q');
    await terminal.end();
  } finally {
    terminal.close();
    close();
    rmSync(EXAMPLE, { recursive: true, force: true });
  }
  return made;
}

/** Moves down to a problem. @param {import('../../tools/terminal.ts').Terminal} terminal @param {string} title */
async function select(terminal, title) {
  for (let i = 0; i < 10; i++) {
    if (terminal.lines().some((line) => /^[▶>] /.test(line) && line.includes(title))) return;
    const before = terminal.screen();
    terminal.send(DOWN);
    await settled(terminal, (screen) => screen !== before);
  }
  throw new Error(`no problem "${title}" is on the screen:\n${terminal.screen()}`);
}

/** Waits for something to be shown, and then until nothing changes any more.
 * @param {import('../../tools/terminal.ts').Terminal} terminal
 * @param {RegExp | ((screen: string) => boolean)} wanted */
async function settled(terminal, wanted) {
  await terminal.until(wanted, 60_000);
  for (let last = '', same = 0; same < 10; ) {
    const screen = terminal.screen();
    same = screen === last ? same + 1 : 0;
    last = screen;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The tests' terminal, which is TypeScript. */
async function terminalClass() {
  const { build } = await import('esbuild');
  const directory = mkdtempSync(join(repository, 'target', 'pictures-'));
  const outfile = join(directory, 'terminal.mjs');
  await build({
    absWorkingDir: repository,
    entryPoints: ['tools/terminal.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  const { Terminal } = await import(pathToFileURL(outfile).href);
  return { Terminal, close: () => rmSync(directory, { recursive: true, force: true }) };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureBuilt();
  for (const name of await makePictures(resolve(process.argv[2] ?? here)))
    process.stdout.write(`${name}.svg\n`);
}
