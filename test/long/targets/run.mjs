/**
 * `npm run targets [-- --write] [--only PROGRAM]`: which APIs real programs use on Linux, Windows and macOS, by one check for all four
 * targets, and for each use that Linux has not where the objects have it. `--write` keeps the tables in RESULT.md. Exit status 1
 * when a check was not made, or something was held.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';
import { addTargets } from '../../../setup/targets.mjs';
import { allowAll } from '../../../tools/allow-all.mjs';
import { fetchCrate } from '../../../tools/real-crates.mjs';

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, only: { type: 'string' } },
});

/** @typedef {{ name: string, version: string, flags: readonly string[] }} Program */
/** Programs, and the examples of two libraries that ask much of a system; without C code, which needs compilers for each target.
 * @type {readonly Program[]} */
const programs = [
  { name: 'ripgrep', version: '15.2.0', flags: ['--bins'] },
  {
    name: 'fd-find',
    version: '10.5.0',
    flags: ['--bins', '--no-default-features', '--features', 'completions'],
  },
  { name: 'hyperfine', version: '1.20.0', flags: ['--bins'] },
  { name: 'sysinfo', version: '0.37.2', flags: ['--examples'] },
  { name: 'crossterm', version: '0.29.0', flags: ['--examples', '--features', 'event-stream'] },
];
const linux = 'x86_64-unknown-linux-gnu';
const targets = [linux, 'x86_64-pc-windows-gnu', 'x86_64-pc-windows-msvc', 'aarch64-apple-darwin'];
const apis = ['fs', 'env', 'net', 'unix_sockets', 'process', 'terminate'];

await ensureBuilt();
addTargets();
const place = join(root, 'target', 'targets');
mkdirSync(place, { recursive: true });
/** @type {string[]} */
const parts = [];
let isWrong = false;
for (const program of programs) {
  if (values.only !== undefined && values.only !== program.name) continue;
  const part = tableOf(program);
  parts.push(part);
  process.stdout.write(`${part}\n`);
}
if (values.write) writeFileSync(join(import.meta.dirname, 'RESULT.md'), page());
process.exitCode = isWrong ? 1 : 0;

/** @typedef {{ place: { file: string, line: number }, from: string, target: string, targets?: string[] }} Usage */

/** @param {Program} program */
function tableOf({ name, version, flags }) {
  const path = fetchCrate(name, version, join(place, name));
  const config = writeConfig(name, path, flags);
  const wanted = targets.flatMap((target) => ['--target', target]);
  const args = ['-n', '--path', path, '-c', config, '--output-format', 'json', ...wanted];
  const ran = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const title = `## ${name} ${version}, \`${flags.join(' ')}\`\n`;
  if (!ran.stdout.startsWith('{')) {
    isWrong = true;
    return `${title}\nNo check was made: status ${ran.status}: ${ran.stderr.trim().slice(-1500)}\n`;
  }
  /** @type {{ problems: { kind: string, packageLabel: string, scope: { suffix: string }, api: string, usages: Usage[] }[], unchecked: unknown[] }} */
  const report = JSON.parse(ran.stdout);
  if (report.unchecked.length > 0) isWrong = true;
  const rows = report.problems
    .filter(({ kind }) => kind === 'disallowed-api')
    .map(({ packageLabel, scope, api, usages }) => {
      const of = (/** @type {string} */ target) =>
        usages.filter((usage) => usage.targets?.includes(target) ?? true);
      const who = scope.suffix === '' ? packageLabel : `${packageLabel}.${scope.suffix}`;
      return { who, api, uses: targets.map((target) => of(target)) };
    });
  const elsewhere = rows.filter(({ uses }) => uses[0]?.length === 0);
  return `${title}
| package | API | ${targets.join(' | ')} |
|---|---|${targets.map(() => '---|').join('')}
${rows.map(({ who, api, uses }) => `| ${who} | ${api} | ${uses.map((some) => some.length || '–').join(' | ')} |\n`).join('')}
${rows.length} grants; ${elsewhere.length} of them Linux does not ask for${report.unchecked.length > 0 ? `; ${report.unchecked.length} things were not checked` : ''}.

${elsewhere.map(({ who, api, uses }) => `- ${who}, ${api}: ${explained(uses.flat()[0])}\n`).join('')}`;
}

/** Where the objects have a use. @param {Usage | undefined} usage */
function explained(usage) {
  if (usage === undefined) return 'no place';
  const file = usage.place.file.replace(/^.*\/(?=[^/]+\/(?:src|examples)\/)/, '');
  return `\`${usage.from.slice(0, 100)}\` at ${file}:${usage.place.line} uses \`${usage.target}\``;
}

/** All may be built and run; what the programs themselves use is a problem. @param {string} name @param {string} path @param {readonly string[]} flags */
function writeConfig(name, path, flags) {
  const file = join(place, `${name}.toml`);
  const tableOf = (/** @type {boolean} */ isMacro, /** @type {string} */ all) =>
    isMacro ? `allow_apis = ${all}\n` : '';
  writeFileSync(file, allowAll(path, { apis, flags, sandbox: 'Disabled', tableOf }));
  return file;
}

function page() {
  const { stdout } = spawnSync('rustc', ['--version'], { encoding: 'utf8' });
  return `# What real programs use on other systems: the last long run

Written by \`npm run targets -- --write\`; do not edit. One check for all four targets from Linux, by ${stdout.trim()}. A number
counts the places that use an API, each once for a program; a package with such a place needs a permission. Below each table
stands, for what Linux does not ask for, the first place in the objects of the other systems.

What windows-gnu alone has of the code that all systems share comes from \`.rdata\`: an object has one, its constants have no symbols,
and MinGW's linker keeps it whole. One live vtable there keeps all functions that the object's vtables name, here and in the file.

${parts.join('\n')}`;
}
