/** Changes one thing at a time and compares each incremental answer with that of a check from clean. */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { generator } from '../../bench/synthetic/generate.mjs';
import { choices, environmentOf, filesOf, firstState } from './workspace.mjs';

/** @typedef {import('./workspace.mjs').State} State */
/**
 * @typedef {object} Step
 * @property {number} number
 * @property {string} what was changed
 * @property {boolean} built whether the incremental check compiled something
 * @property {number | null} status
 * @property {string | undefined} difference undefined when both answers are the same
 */

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const program = join(repository, 'dist', 'cli.js');

/** Kinds of change beside a choice; each leaves the choices as they are, or takes one back in time. */
const special = ['touched', 'mtime put back', 'output damaged', 'clean', 'nothing'];

/**
 * @param {{ directory: string, count: number, seed: number, tell?: (step: Step) => void, kinds?: readonly string[] }} options
 * `kinds`: what is changed, in turn; any choice and special kind when absent
 * @returns {Promise<Step[]>}
 */
export async function walk({ directory, count, seed, tell, kinds }) {
  const random = generator(seed);
  const pick = (/** @type {readonly any[]} */ list) => list[random(list.length)];
  rmSync(directory, { recursive: true, force: true });
  // Both have names of one length: addresses in files do not move.
  const here = join(directory, 'incremental');
  const there = join(directory, 'from--clean');
  let state = firstState();
  write(here, filesOf(state));
  lock(here, state);
  await check(here, state, []);
  /** @type {Step[]} */
  const steps = [];
  for (let number = 1; number <= count; number++) {
    const kind =
      kinds !== undefined
        ? kinds[(number - 1) % kinds.length]
        : random(4) === 0
          ? pick(special)
          : pick(Object.keys(choices));
    const args = [];
    let what = kind;
    if (kind === 'touched') {
      const file = pick(Object.keys(filesOf(state)));
      const now = new Date();
      utimesSync(join(here, file), now, now);
      what = `touched ${file}`;
    } else if (kind === 'mtime put back') {
      const [name, value] = other(state, pick(sourceChoices), pick);
      state = { ...state, [name]: value };
      rewrite(here, filesOf(state), true);
      what = `${name} = ${value}, behind the same time`;
      args.push('--verify');
    } else if (kind === 'output damaged') {
      what = `damaged ${damage(here, pick, random)}`;
      args.push('--verify');
    } else if (kind === 'clean') {
      rmSync(join(here, 'target'), { recursive: true, force: true });
    } else if (kind !== 'nothing') {
      const [name, value] = other(state, kind, pick);
      state = { ...state, [name]: value };
      rewrite(here, filesOf(state), false);
      if (name === 'lock') lock(here, state);
      what = `${name} = ${value}`;
    }
    const [incremental, clean] = [
      await check(here, state, args),
      await fromClean(here, there, state),
    ];
    const step = {
      number,
      what,
      built: incremental.unitsBuilt > 0,
      status: incremental.status,
      difference: difference(answer(incremental, here), answer(clean, there)),
    };
    steps.push(step);
    tell?.(step);
  }
  return steps;
}

/** What can be changed behind an mtime: choices that are written into sources alone. */
const sourceChoices = [
  'libraryUse',
  'libraryStyle',
  'genericArgument',
  'included',
  'watched',
  'text',
  'bytes',
  'macroExpands',
  'macroReads',
  'scriptUse',
];

/** @param {State} state @param {string} name @param {(list: readonly any[]) => any} pick */
function other(state, name, pick) {
  const values = choices[/** @type {keyof typeof choices} */ (name)];
  const now = state[/** @type {keyof State} */ (name)];
  return [name, pick(/** @type {any[]} */ (values).filter((value) => value !== now))];
}

/** Lets cargo write Cargo.lock. @param {string} directory @param {State} state */
function lock(directory, state) {
  const cargo = (/** @type {string[]} */ args) =>
    execFileSync('cargo', [...args, '--offline', '--quiet'], { cwd: directory, stdio: 'pipe' });
  if (!existsSync(join(directory, 'Cargo.lock'))) cargo(['generate-lockfile']);
  cargo(['update', '--package', 'dep', '--precise', state.lock]);
}

/** @param {string} directory @param {Record<string, string>} files */
function write(directory, files) {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
}

/** Writes what changed, and removes what is no more. @param {string} directory @param {Record<string, string>} files
 * @param {boolean} putBack leave each time as it was */
function rewrite(directory, files, putBack) {
  for (const [file, content] of Object.entries(files)) {
    const path = join(directory, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    const reference = join(directory, 'target', 'reference');
    const keep = putBack && existsSync(path);
    if (keep) {
      // Node sets no nanoseconds.
      mkdirSync(dirname(reference), { recursive: true });
      writeFileSync(reference, '');
      execFileSync('touch', ['-r', path, reference]);
    }
    write(directory, { [file]: content });
    if (keep) execFileSync('touch', ['-r', reference, path]);
  }
  const extra = join('src', 'extra.rs');
  if (files[extra] === undefined) rmSync(join(directory, extra), { force: true });
}

/** Changes a byte of something that was built, behind its time. @param {string} directory
 * @param {(list: readonly any[]) => any} pick @param {(below: number) => number} random */
function damage(directory, pick, random) {
  const root = join(directory, 'target');
  const files = existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(rlib|rmeta|so|cackle-real)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [];
  if (files.length === 0) return 'nothing';
  const path = pick(files);
  const bytes = readFileSync(path);
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  const reference = join(root, 'reference');
  writeFileSync(reference, '');
  execFileSync('touch', ['-r', path, reference]);
  writeFileSync(path, bytes);
  execFileSync('touch', ['-r', reference, path]);
  return path.slice(root.length + 1);
}

/** @param {string} here @param {string} there @param {State} state */
async function fromClean(here, there, state) {
  rmSync(there, { recursive: true, force: true });
  const skipped = join(here, 'target');
  cpSync(here, there, { recursive: true, filter: (path) => path !== skipped });
  // What was remembered must not help.
  return check(there, state, [], { CACKLE_CACHE: 'off' });
}

/** @typedef {{ status: number | null, stdout: string, stderr: string, unitsBuilt: number }} Checked */

/** @param {string} directory @param {State} state @param {readonly string[]} args
 * @param {Record<string, string>} [more] @returns {Promise<Checked>} */
async function check(directory, state, args, more = {}) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, CARGO_NET_OFFLINE: 'true', ...more };
  for (const [name, value] of Object.entries(environmentOf(state))) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  const child = spawn(
    process.execPath,
    [program, '-n', '--output-format', 'json', '--path', directory, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const status = await new Promise((done) => child.once('close', done));
  const unitsBuilt = stdout.startsWith('{') ? JSON.parse(stdout).counts.unitsBuilt : 0;
  return { status, stdout, stderr, unitsBuilt };
}

/** The answer of a check without what may differ: how long it took, and how much was new.
 * @param {Checked} checked @param {string} directory */
function answer({ status, stdout, stderr }, directory) {
  if (!stdout.startsWith('{')) return { status, error: errorOf(stderr, directory) };
  const { timing, counts, ...report } = JSON.parse(stdout.replaceAll(directory, 'DIRECTORY'));
  const { packages, units, outputs, objects, permissionsUsed } = counts;
  return { status, ...report, counts: { packages, units, outputs, objects, permissionsUsed } };
}

/** @typedef {ReturnType<typeof answer>} Answer */

/** Which of several compile errors comes last depends on the order of the build. @param {string} stderr
 * @param {string} directory */
function errorOf(stderr, directory) {
  const lines = stderr.replaceAll(directory, 'DIRECTORY').split('\n');
  return (
    lines
      .filter((line) => /^error/.test(line))
      .sort()
      .at(-1) ?? stderr.slice(-500)
  );
}

/**
 * What differs between two answers; undefined when nothing does. What a gate holds back is not built and not judged from
 * clean, while an earlier check may have built it when it was allowed: then nothing that was found from clean may be
 * missing, and nothing more be held back.
 * @param {Answer} incremental @param {Answer} clean
 */
function difference(incremental, clean) {
  if (isDeepStrictEqual(incremental, clean)) return undefined;
  if (incremental.status === clean.status && clean.unchecked?.length > 0) {
    const held = (/** @type {Answer} */ { unchecked }) =>
      unchecked.map((/** @type {any} */ one) => `${one.held} of ${one.packageLabel} ${one.failed}`);
    const missing = findings(clean).filter((one) => !findings(incremental).includes(one));
    const more = held(incremental).filter(
      (/** @type {string} */ one) => !held(clean).includes(one),
    );
    if (missing.length + more.length === 0) return undefined;
    return `not found incrementally: ${missing.join('; ')}\nheld back although not from clean: ${more.join('; ')}`;
  }
  const lines = (/** @type {Answer} */ one) => JSON.stringify(one, undefined, 1).split('\n');
  const [a, b] = [lines(incremental), lines(clean)];
  const at = a.findIndex((line, i) => line !== b[i]);
  const shown = (/** @type {string[]} */ text) =>
    text.slice(Math.max(0, at - 6), at + 10).join('\n');
  return `incremental:\n${shown(a)}\nfrom clean:\n${shown(b)}`;
}

/** Each problem, and each place that it names, as a text. @param {Answer} answer @returns {string[]} */
function findings({ problems }) {
  return problems.flatMap((/** @type {any} */ { usages, uses, ...problem }) => {
    const what = JSON.stringify(problem);
    const places = [...(usages ?? []), ...(uses ?? [])].map(({ output, backtrace, ...use }) =>
      JSON.stringify(use),
    );
    return [what, ...places.map((place) => `${what} ${place}`)];
  });
}
