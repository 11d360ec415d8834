// The step of action.yml: checks, compares, and gives GitHub annotations, a summary, outputs and, where asked, a comment.
// Node built-ins alone: it runs before anything is installed. Texts of inputs reach programs as arguments, never through a shell.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limitedCommands } from './commands.mjs';

const { env } = process;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), 'cackle-'));
const path = env.CACKLE_PATH || '.';
/** Files of the checkout that look like a repository of git configure nothing. */
const harmless = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false'];
/** A comment of ours begins with it. */
const MARK = '<!-- cackle diff -->';

/** @param {'error' | 'warning' | 'notice'} level @param {string} text */
function annotate(level, text) {
  const data = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${level} title=cackle::${data}\n`);
}

/** Adds to a file that GitHub reads after the step; does nothing where there is none. @param {string | undefined} file @param {string} text */
function append(file, text) {
  if (file) appendFileSync(file, text);
}

/** The words of a text, as a shell splits them; quotes keep spaces. @param {string} text */
export function words(text) {
  const found = [...text.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)];
  return found.map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, a, b) => a ?? b ?? ''));
}

/** What gives rights, or steers later steps: nobody who is built or run here needs it. */
const withheld = /^(?:CACKLE_TOKEN|GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY|TOKEN)|ACTIONS_\w*(?:TOKEN|URL))$/;
/** Bytes of a report; GitHub shows less. */
const MOST = 2 ** 28;

/**
 * Runs cackle with its output in the log of the step. In what cargo, compilers and crates say meanwhile GitHub sees no workflow
 * commands, which could e.g. switch those of the report off. @param {readonly string[]} args
 */
function cackle(args) {
  const mark = randomUUID();
  process.stdout.write(`::stop-commands::${mark}\n`);
  const ran = spawnSync(process.execPath, [join(root, 'cackle'), ...args], {
    // One stream for all: between two, GitHub's runner keeps no order.
    stdio: ['ignore', 'pipe', 1],
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.test(name))),
    maxBuffer: MOST,
  });
  process.stdout.write(`\n::${mark}::\n`);
  if (ran.error !== undefined) throw ran.error;
  return { status: ran.status ?? 2, commands: String(ran.stdout ?? '').split('\n') };
}

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The event as GitHub describes it; empty where there is none. */
function event() {
  const file = env.GITHUB_EVENT_PATH;
  return file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** The commit to compare with; undefined where nothing is to be compared. */
function baseCommit() {
  const asked = env.CACKLE_DIFF || 'auto';
  if (asked === 'off') return undefined;
  if (asked !== 'auto') return asked;
  const sha = event().pull_request?.base?.sha;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40,64}$/.test(sha)) return undefined;
  const git = (/** @type {string[]} */ ...args) =>
    spawnSync('git', [...harmless, '-C', resolve(path), ...args], { encoding: 'utf8' });
  if (git('cat-file', '-e', `${sha}^{commit}`).status === 0) return sha;
  // A checkout has the last commit alone; one more is all that a comparison needs.
  const fetched = git('fetch', '--no-tags', '--depth=1', 'origin', sha);
  if (fetched.status === 0) return sha;
  throw new Error(
    `cannot fetch ${sha}, the base of the pull request: ${fetched.stderr.trim()}\nlet actions/checkout have fetch-depth: 0, or set diff: off`,
  );
}

function check() {
  const sarif = join(work, 'cackle.sarif');
  const markdown = join(work, 'check.md');
  const { status, commands } = cackle([
    ...['-n', '--path', path, '--output-format', 'github'],
    ...['--output', `sarif=${sarif}`, '--output', `markdown=${markdown}`],
    ...words(env.CACKLE_ARGUMENTS ?? ''),
  ]);
  append(env.GITHUB_STEP_SUMMARY, `${textOf(markdown)}\n`);
  const isReported = existsSync(sarif);
  append(env.GITHUB_OUTPUT, `status=${status}\n${isReported ? `sarif=${sarif}\n` : ''}`);
  return { status, isReported, commands };
}

/** @param {string} base */
function compare(base) {
  const [markdown, json] = [join(work, 'diff.md'), join(work, 'diff.json')];
  const { status, commands } = cackle([
    ...['diff', base, '--path', path, '--output-format', 'github'],
    ...['--output', `markdown=${markdown}`, '--output', `json=${json}`],
  ]);
  const text = textOf(markdown);
  append(env.GITHUB_STEP_SUMMARY, `${text}\n`);
  append(env.GITHUB_OUTPUT, `gained=${status === 2 ? '' : status === 1}\n`);
  return { status, text, commands };
}

/** Writes the comment, or replaces the one that is there. @param {string} text */
async function comment(text) {
  const { number } = event().pull_request ?? {};
  const token = env.CACKLE_TOKEN;
  if (typeof number !== 'number') return;
  if (!token) {
    annotate('notice', 'no comment: the action got no token. `token: ${{ github.token }}` gives it one');
    return;
  }
  const api = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues`;
  /** @param {string} url @param {RequestInit} [init] @returns {Promise<any>} */
  const ask = async (url, init = {}) => {
    const answer = await fetch(url, {
      ...init,
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.json();
  };
  const body = JSON.stringify({ body: `${MARK}\n${text}` });
  try {
    // Anybody may write a comment that begins like ours, and change it again after we did. An app's token says not whose it is.
    const { login } = await ask(`${env.GITHUB_API_URL}/user`).catch(() => ({}));
    const isOurs = (/** @type {{ body?: string, user?: { login?: string, type?: string } }} */ one) =>
      one.body?.startsWith(MARK) === true &&
      (login === undefined ? one.user?.type === 'Bot' : one.user?.login === login);
    let known;
    for (let page = 1; known === undefined; page++) {
      const some = await ask(`${api}/${number}/comments?per_page=100&page=${page}`);
      known = some.find(isOurs);
      if (some.length < 100) break;
    }
    if (known === undefined) await ask(`${api}/${number}/comments`, { method: 'POST', body });
    else await ask(`${api}/comments/${known.id}`, { method: 'PATCH', body });
  } catch (error) {
    // A pull request from a fork has a token that may not write: the summary has the same text.
    const why = error instanceof Error ? error.message : String(error);
    const advice = /^40[134] /.test(why)
      ? ' It needs `permissions: pull-requests: write`, which pull requests from forks do not get.'
      : '';
    annotate('notice', `no comment: ${why}.${advice} The summary of the job has the same text`);
  }
}

async function main() {
  const { status: checked, isReported, commands } = check();
  /** @type {readonly string[]} */
  let ofComparison = [];
  try {
    return await compared(checked, isReported, (lines) => {
      ofComparison = lines;
    });
  } finally {
    process.stdout.write(limitedCommands(commands, ofComparison));
  }
}

/**
 * Compares where there is something to compare with, and returns the status of the step.
 * @param {number} checked @param {boolean} isReported @param {(lines: readonly string[]) => void} tell
 */
async function compared(checked, isReported, tell) {
  // A comparison would only say the same again, or give advice on something else.
  if (!isReported) annotate('error', 'no check was made: the log of this step says why');
  if (checked === 2 || !isReported) return 2;
  const base = baseCommit();
  if (base === undefined) return checked;
  const { status, text, commands } = compare(base);
  tell(commands);
  if (env.CACKLE_COMMENT === 'true' && text !== '') await comment(text);
  if (checked !== 0) return checked;
  if (status === 2) return 2;
  return status === 1 && env.CACKLE_FAIL_ON_GAIN === 'true' ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  annotate('error', error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
