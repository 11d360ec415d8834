// Builds dist/ from a clone: npm packages, WASM parsers, the bundle; bubblewrap where it can be had.
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildParsers } from '../wasm/build.mjs';
import { cache, root } from './paths.mjs';
import { hashOf, parserSources } from './stamp.mjs';
import { all, output, run, step } from './steps.mjs';

/** Builds what is missing and writes the stamp last, so that a broken set-up is done again.
 * @param {string} stampFile @param {() => string} stampNow */
export async function buildAll(stampFile, stampNow) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`set-up: Node ${process.versions.node} is too old; 20.19 or newer is needed`);
  }
  if ((await output('cargo', ['--version'])) === undefined) {
    throw new Error('set-up: cargo was not found; install Rust (rustup) first');
  }
  await mkdir(join(root, 'dist'), { recursive: true });
  await all([ensurePackages(), ensureParsers()]);
  await step('bundle', () =>
    run(process.execPath, [join(root, 'setup', 'bundle.mjs')], { cwd: root }),
  );
  await ensureBubblewrap();
  await writeFile(stampFile, stampNow());
}

/** Installs what package-lock.json says, unless it was that which was installed last. */
async function ensurePackages() {
  const lockHash = hashOf(['package-lock.json'], true);
  const installed = join(root, 'node_modules', `.cackle-${lockHash}`);
  if (existsSync(installed)) return;
  await step('npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root }));
  await writeFile(installed, '');
}

/** Takes the parsers from the cache when these very sources were built before. */
async function ensureParsers() {
  const key = hashOf(parserSources, true);
  const kept = join(cache, 'parsers', key);
  const target = join(root, 'dist', 'wasm');
  if (!existsSync(join(kept, 'complete'))) {
    const work = join(cache, 'parsers', `${key}.${process.pid}`);
    await buildParsers(work);
    await writeFile(join(work, 'complete'), '');
    await rm(kept, { recursive: true, force: true });
    await rename(work, kept).catch(async () => rm(work, { recursive: true, force: true }));
  }
  await rm(target, { recursive: true, force: true });
  await cp(kept, target, { recursive: true });
}

/** Sandboxes need bwrap; a check without one does not. */
async function ensureBubblewrap() {
  if ((await output('bwrap', ['--version'])) !== undefined) return;
  const isRoot = process.getuid?.() === 0;
  const program = isRoot ? 'apt-get' : 'sudo';
  const args = isRoot ? [] : ['-n', 'apt-get'];
  const got =
    (await run(program, [...args, 'install', '-y', 'bubblewrap'], { allowFailure: true })) ||
    ((await run(program, [...args, 'update'], { allowFailure: true })) &&
      (await run(program, [...args, 'install', '-y', 'bubblewrap'], { allowFailure: true })));
  if (!got) {
    process.stderr.write(
      'cackle set-up: bubblewrap could not be installed; install your system\'s package `bubblewrap`, or let `kind = "Auto"` take Landlock (`cackle doctor` tells whether it works)\n',
    );
  }
}
