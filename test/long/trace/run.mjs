/**
 * What the build scripts of published crates do: a workspace that depends on all of them is traced twice.
 *
 * `npm run trace` prints the table and fails where two runs differ; `-- --write` keeps it in RESULT.md, `-- --in DIR` keeps the workspace.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** @typedef {import('../../../engine/observed/types.ts').Observed} Observed */
/** @typedef {import('../../../engine/observed/types.ts').ObservedProgram} Program */
/** @typedef {import('../../../engine/observed/types.ts').Act} Act */

const cackle = join(import.meta.dirname, '..', '..', '..', 'cackle');

/** Each has a build script, and needs no more than a C compiler. */
const CRATES = {
  ahash: '=0.7.8',
  anyhow: '=1.0.104',
  'bzip2-sys': '=0.1.13',
  camino: '=1.2.2',
  crc32fast: '=1.5.0',
  'crossbeam-utils': '=0.8.22',
  'generic-array': '=0.14.7',
  getrandom: '=0.3.4',
  httparse: '=1.10.1',
  indexmap: '=1.9.3',
  libc: '=0.2.191',
  'libz-sys': '=1.1.22',
  lock_api: '=0.4.12',
  'lzma-sys': '=0.1.20',
  markup5ever: '=0.12.1',
  memoffset: '=0.9.1',
  mime_guess: '=2.0.5',
  nix: '=0.30.1',
  'num-bigint': '=0.2.6',
  'num-traits': '=0.2.19',
  object: '=0.36.7',
  parking_lot_core: '=0.9.12',
  'portable-atomic': '=1.13.1',
  prettyplease: '=0.2.37',
  'proc-macro2': '=1.0.107',
  quote: '=1.0.47',
  radium: '=0.7.0',
  'rayon-core': '=1.13.0',
  ring: '=0.17.14',
  rustix: '=1.1.4',
  serde: { version: '=1.0.229', features: ['derive'] },
  serde_json: '=1.0.154',
  'signal-hook': '=0.3.17',
  slab: '=0.4.9',
  thiserror: '=2.0.21',
  zerocopy: { version: '=0.8.52', features: ['derive'] },
  'zstd-sys': '=2.0.16',
};

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, in: { type: 'string' } },
});

const directory = values.in ?? mkdtempSync(join(tmpdir(), 'cackle-long-trace-'));

/** Writes the workspace: code that uses both macros, and the dependencies. */
function writeWorkspace() {
  mkdirSync(join(directory, 'src'), { recursive: true });
  const dependencies = Object.entries(CRATES).map(([name, of]) =>
    typeof of === 'string'
      ? `${name} = "${of}"`
      : `${name} = { version = "${of.version}", features = ${JSON.stringify(of.features)} }`,
  );
  writeFileSync(
    join(directory, 'Cargo.toml'),
    `[package]\nname = "traced"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\n${dependencies.join('\n')}\n\n[workspace]\n`,
  );
  writeFileSync(
    join(directory, 'src', 'main.rs'),
    `#[derive(serde::Serialize, thiserror::Error, Debug)]
#[error("e")]
struct E;

fn main() {
    println!("{}", E);
}
`,
  );
  if (!existsSync(join(directory, 'cackle.toml')))
    writeFileSync(
      join(directory, 'cackle.toml'),
      '[common]\nversion = 3\nimport_std = ["fs", "net", "unix_sockets", "process", "env"]\n\n[sandbox]\nkind = "Bubblewrap"\n',
    );
}

/** @param {readonly string[]} args @param {readonly number[]} good */
function run(args, good) {
  const started = performance.now();
  const ran = spawnSync(cackle, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (!good.includes(ran.status ?? -1))
    throw new Error(`cackle ${args.join(' ')}: status ${ran.status}\n${ran.stderr.slice(-4000)}`);
  console.error(`cackle ${args.join(' ')}: ${Math.round((performance.now() - started) / 1000)} s`);
  return ran.stdout;
}

/** @returns {Observed} */
const traced = () => JSON.parse(run(['trace', '--output-format', 'json', '-q'], [0, 1]));

/** A path as it is on every machine. @param {string} text */
const short = (text) =>
  text
    .replaceAll(directory, '.')
    .replace(/\/[^ ]*\/registry\/src\/[^/]+\//g, '')
    .replace(/\/[^ ]*\/toolchains\/[^/]+\//g, '(toolchain)/')
    .replaceAll(homedir(), '~');

/** Names of programs that were started, the same ones once. @param {readonly Act[]} did */
function startedBy(did) {
  const names = did.filter(({ what }) => what === 'start').map(({ of }) => of.split('/').at(-1));
  return [...new Set(names)].sort();
}

/** @param {Program} program */
function row(program) {
  const { packageLabel, may, did, systemFiles, variables } = program;
  const named = [...new Set(may.map(({ api }) => api))].sort().join(', ');
  const started = startedBy(did);
  const others = did
    .filter(({ what }) => what !== 'start')
    .map(({ what, of, where, result }) =>
      [
        what,
        short(of),
        ...(where === undefined ? [] : [`(${short(where)})`]),
        ...(result === 'done' ? [] : [result]),
      ].join(' '),
    );
  const told = [...new Set(others)];
  const shown = told.slice(0, 6).join('; ');
  const more = told.length > 6 ? ` and ${told.length - 6} more` : '';
  const cells = [
    packageLabel,
    named || '–',
    started.length > 12
      ? `${started.slice(0, 12).join(', ')} and ${started.length - 12} more`
      : started.join(', ') || '–',
    shown === '' ? '–' : `${shown}${more}`,
    systemFiles,
    variables.length,
  ];
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

writeWorkspace();
// Nothing is held, so that everything runs; warnings are of no interest here.
run(['-n', '--auto-accept-fixes', '-q'], [0, 1]);
const first = traced();
const second = traced();
const differences = first.programs.flatMap((program, i) => {
  const other = second.programs[i];
  return JSON.stringify(program) === JSON.stringify(other) ? [] : [{ program, other }];
});
if (first.programs.length !== second.programs.length)
  throw new Error(`${first.programs.length} programs, then ${second.programs.length}`);
for (const { program, other } of differences) {
  const before = new Set(program.did.map((act) => JSON.stringify(act)));
  const after = new Set(other?.did.map((act) => JSON.stringify(act)));
  console.error(`${program.kind} of ${program.packageLabel} differs:`);
  for (const act of before) if (!after.has(act)) console.error(`  - ${act}`);
  for (const act of after) if (!before.has(act)) console.error(`  + ${act}`);
}
const scripts = first.programs.filter(({ kind }) => kind === 'build script');
const rustc = first.programs.filter(({ kind }) => kind === 'rustc');
const finds = first.problems.map(
  ({ packageLabel, program, apiName, acts }) =>
    `| ${packageLabel} | ${program} | ${apiName ?? '–'} | ${acts.map(short).join('; ')} |`,
);
const text = `${scripts.length} build scripts and ${rustc.length} compilations that load proc macros, in Bubblewrap, by strace ${first.strace}; two runs ${differences.length === 0 ? 'did not differ' : `differed in ${differences.length} programs`}.

| build script of | its code names | started | else, outside of its own places | files of the system | variables it told cargo |
|---|---|---|---|---|---|
${scripts.map(row).join('\n')}

Of the compilations, ${rustc.filter(({ did }) => did.length === 0).length} of ${rustc.length} did nothing outside of their own places.

${finds.length === 0 ? 'Nothing was done that no code names.' : `| did what no code names | program | API | what |\n|---|---|---|---|\n${finds.join('\n')}`}

Allowed, used by code, and never done: ${first.neverDone.map(({ scope, api }) => `\`${api}\` in ${['pkg', scope.package, scope.suffix].filter((part) => part !== '').join('.')}`).join(', ') || 'nothing'}.
`;
console.log(text);
if (values.write) {
  const file = join(import.meta.dirname, 'RESULT.md');
  writeFileSync(
    file,
    `# What build scripts of published crates do\n\nMade by \`npm run trace -- --write\` (test/long/trace/run.mjs).\n\n${text}`,
  );
}
if (values.in === undefined) rmSync(directory, { recursive: true, force: true });
process.exitCode = differences.length === 0 ? 0 : 1;
