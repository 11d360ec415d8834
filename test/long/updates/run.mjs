/**
 * `npm run updates [-- --write] [--only PROGRAM] [--minutes N]`: what updates of published programs gain, by
 * `cackle diff --lock OLD`. `--write` keeps the table in RESULT.md, with the sentences of gains.json about each gain. Exit
 * status 1 when a diff failed, or told of a gain that gains.json does not know.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';
import { fetchCrate } from '../../../tools/real-crates.mjs';
import { BUILD_FLAGS, UPDATES } from './updates.mjs';

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    only: { type: 'string' },
    minutes: { type: 'string', default: '60' },
  },
});
await ensureBuilt();

const place = join(root, 'target', 'updates');
mkdirSync(place, { recursive: true });
/** @type {Record<string, string>} What somebody found in the sources, by `PROGRAM: PACKAGE VERSION: FACT`. */
const known = JSON.parse(readFileSync(join(import.meta.dirname, 'gains.json'), 'utf8'));
const until = performance.now() + Number(values.minutes) * 60_000;
/** @type {{ update: string, gained: string, others: number, seconds: string, ratio: string, wrong: string[] }[]} */
const rows = [];
let skipped = 0;
for (const update of UPDATES) {
  if (values.only !== undefined && update.program !== values.only) continue;
  if (performance.now() > until) {
    skipped++;
    continue;
  }
  const row = compare(update);
  rows.push(row);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
if (values.write) writeFileSync(join(import.meta.dirname, 'RESULT.md'), page());
process.exitCode = rows.some(({ wrong }) => wrong.length > 0) ? 1 : 0;

/** Compares both locks of an update, and times the diff and a second check after it.
 * @param {import('./updates.mjs').Update} update */
function compare({ program, version, older, newer }) {
  const path = fetchCrate(program, version, join(place, program));
  const lock = join(path, 'Cargo.lock');
  const published = join(place, `${program}.lock`);
  if (!existsSync(published)) copyFileSync(lock, published);
  const old = join(place, `${program}-old.lock`);
  const name = `${program} ${version}: ${textOf(older, newer, published)}`;
  /** @param {string} problem */
  const failed = (problem) => ({
    ...{ update: name, gained: problem, others: 0, seconds: '', ratio: '', wrong: [problem] },
  });
  const sides = [
    { file: old, versions: older },
    { file: join(place, `${program}-new.lock`), versions: newer },
  ];
  for (const { file, versions } of sides) {
    copyFileSync(published, lock);
    for (const [pkg, to] of Object.entries(versions)) {
      const from = versionIn(published, pkg, to);
      const args = ['update', '-p', `${pkg}@${from}`, '--precise', to];
      const { status, stderr } = spawnSync('cargo', args, { cwd: path, encoding: 'utf8' });
      if (status !== 0)
        return failed(`cargo ${args.join(' ')}: ${stderr.trim().replaceAll('\n', '; ')}`);
    }
    copyFileSync(lock, file);
  }
  const config = writeConfig(program, [published, old, lock]);
  const common = ['--path', path, '-c', config];
  // What no update changes is built once: a diff without that would measure a first check.
  if (!existsSync(join(path, 'target', '.cackle'))) cackle(['-n', ...common]);
  const started = performance.now();
  const ran = cackle(['diff', '--output-format', 'json', ...common, '--lock', old]);
  const seconds = (performance.now() - started) / 1000;
  if (!ran.stdout.startsWith('{'))
    return failed(`status ${ran.status}: ${ran.stderr.trim().slice(-400)}`);
  /** @type {import('../../../engine/diff/types.ts').Diff} */
  const diff = JSON.parse(ran.stdout);
  cackle(['-n', ...common]);
  const again = performance.now();
  cackle(['-n', ...common]);
  const second = (performance.now() - again) / 1000;
  const gains = diff.packages.flatMap(({ name: pkg, after, gained }) =>
    gained.map(({ fact }) => `${program}: ${pkg} ${after?.version}: ${fact}`),
  );
  writeFileSync(join(place, `${program}-${rows.length}.json`), ran.stdout);
  const unknown = [...diff.base.unknown, ...diff.head.unknown];
  const sentences = gains.map(
    (gain) => `${gain.split(': ').slice(1).join(': ')} — ${known[gain] ?? 'not looked at'}`,
  );
  return {
    update: name,
    gained:
      [...sentences, ...unknown.map((text) => `not known: ${text}`)].join('<br>') || 'nothing',
    others: diff.packages.filter((p) => (p.review?.otherTargets.count ?? 0) > 0).length,
    seconds: seconds.toFixed(1),
    ratio: (seconds / second).toFixed(1),
    wrong: [...gains.filter((gain) => known[gain] === undefined), ...unknown],
  };
}

/** @param {string[]} args */
function cackle(args) {
  const cli = join(root, 'dist', 'cli.js');
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** The version of a package in a lock file that `to` replaces: of several the one with the same first number.
 * @param {string} file @param {string} pkg @param {string} to */
function versionIn(file, pkg, to) {
  const found = [...readFileSync(file, 'utf8').matchAll(/^name = "([^"]+)"\nversion = "([^"]+)"/gm)]
    .filter(([, name]) => name === pkg)
    .map(([, , version]) => version ?? '');
  const head = (/** @type {string} */ v) =>
    v
      .split('.')
      .slice(0, v.startsWith('0.') ? 2 : 1)
      .join('.');
  return found.find((version) => head(version) === head(to)) ?? found[0] ?? '';
}

/** @param {Readonly<Record<string, string>>} older @param {Readonly<Record<string, string>>} newer @param {string} published */
function textOf(older, newer, published) {
  const names = [...new Set([...Object.keys(older), ...Object.keys(newer)])];
  return names
    .map((pkg) => {
      const one = older[pkg] ?? versionIn(published, pkg, newer[pkg] ?? '');
      return `${pkg} ${one} → ${newer[pkg] ?? versionIn(published, pkg, one)}`;
    })
    .join(', ');
}

/** Everything is allowed to every package, so that nothing is held; returns the path.
 * @param {string} program @param {readonly string[]} locks */
function writeConfig(program, locks) {
  const names = new Set(
    locks.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^name = "([^"]+)"$/gm)].map((match) => match[1]),
    ),
  );
  const apis = '["fs", "env", "net", "unix_sockets", "process", "terminate"]';
  const flags = JSON.stringify(BUILD_FLAGS[program] ?? ['--bins']);
  const tables = [...names].map(
    (name) =>
      `\n[pkg.${name}]\nallow_apis = ${apis}\nallow_unsafe = true\nallow_extern = true\nallow_proc_macro = true\nallow_build_instructions = ["cargo:*"]\n`,
  );
  const file = join(place, `${program}.toml`);
  const text = `[common]\nversion = 3\nimport_std = ${apis}\nbuild_flags = ${flags}\n\n[sandbox]\nkind = "Disabled"\n${tables.join('')}`;
  rmSync(file, { force: true });
  writeFileSync(file, text);
  return file;
}

function page() {
  const lines = rows.map(
    ({ update, gained, others, seconds, ratio }) =>
      `| ${update} | ${gained} | ${others} | ${seconds} | ${ratio} |\n`,
  );
  return `# What updates of real programs gain: the last long run

Written by \`npm run updates -- --write\`; do not edit. Both lock files of an update have the versions that the program was
published with, save those that are named. \`cackle diff --lock OLD\` built both sides of what differs, in one target
directory for a program; the second check after it had nothing to build. Every gain was looked for in the sources of the
crates, and the sentence beside it says what is there.

| update | gained | packages with new code for other targets | seconds of the diff | ÷ a second check |
|---|---|---|---|---|
${lines.join('')}${skipped > 0 ? `\n${skipped} more updates of the list were left out: there was no time for them.\n` : ''}`;
}
