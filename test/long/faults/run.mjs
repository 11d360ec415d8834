/**
 * `node test/long/faults/run.mjs --count 300 --seed 1 [--write]`: the long run of strike.mjs in each place. A place that this machine
 * cannot make is left out and named. `--write` keeps the summary in RESULT.md. Exit status 1 when an answer was wrong.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';
import { writeNoLinksFilter } from './faults.mjs';
import { strike } from './strike.mjs';

/** @typedef {import('./strike.mjs').Step} Step */

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    place: { type: 'string', multiple: true },
    inside: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const below = join(root, 'target', 'faults');
const log = join(below, 'steps.jsonl');
const directoryOf = (/** @type {string} */ place) => join(below, place.replaceAll(' ', '-'));
const targetOf = (/** @type {string} */ place) => join(directoryOf(place), 'here-', 'target');

/**
 * Where checks run. `share`: of a hundred steps; `wrap`: the command line in front of this program, undefined when the machine
 * cannot make the place.
 * @type {Record<string, { kinds: import('./faults.mjs').Kind[], share: number, wrap: () => readonly string[] | undefined,
 * stdio?: () => number }>}
 */
const places = {
  'a usual disk': {
    kinds: [
      'engine killed',
      'all killed',
      'none',
      'one of its processes killed',
      'engine killed',
      'all killed',
      'one of its processes killed',
      'clock set back',
      'store cut',
      'checks at once',
    ],
    share: 76,
    wrap: () => [],
  },
  'a small disk': {
    kinds: ['disk full'],
    share: 12,
    wrap: () => bwrap(['--size', String(96 << 20), '--tmpfs', targetOf('a small disk')]),
  },
  'no hard links': {
    kinds: ['none', 'engine killed', 'checks at once'],
    share: 6,
    wrap: () => bwrap(['--seccomp', '3']),
    stdio: () => {
      const filter = join(below, 'no-links.bpf');
      writeNoLinksFilter(filter);
      return openSync(filter, 'r');
    },
  },
  'whole seconds': {
    kinds: ['none', 'engine killed', 'checks at once'],
    share: 6,
    wrap: () => {
      // Inodes of 128 bytes have no room for parts of a second (ext4 documentation, "Inode Timestamps").
      const image = join(below, 'seconds.img');
      rmSync(image, { force: true });
      execFileSync('truncate', ['-s', '400M', image]);
      const made = spawnSync('mke2fs', ['-q', '-F', '-I', '128', image]);
      const mount = `mount -o loop '${image}' '${targetOf('whole seconds')}'`;
      if (made.status !== 0 || spawnSync('unshare', ['-m', 'sh', '-c', mount]).status !== 0) return;
      return ['unshare', '-m', 'sh', '-c', `${mount} && exec "$@"`, 'sh'];
    },
  },
};

/** @param {readonly string[]} more */
function bwrap(more) {
  const args = ['bwrap', '--dev-bind', '/', '/', ...more];
  if (more[0] === '--seccomp') return args;
  return spawnSync('bwrap', [...args.slice(1), 'true']).status === 0 ? args : undefined;
}

if (values.inside !== undefined) {
  const place = /** @type {string} */ (values.inside);
  await strike({
    directory: directoryOf(place),
    program: join(root, 'dist', 'cli.js'),
    place,
    kinds: places[place]?.kinds ?? [],
    count: Number(values.count),
    seed: Number(values.seed),
    tell(step) {
      appendFileSync(log, `${JSON.stringify(step)}\n`);
      const verdict = step.wrong === undefined ? 'right' : `WRONG\n${step.wrong}`;
      process.stdout.write(
        `${step.place} ${step.number}: ${step.kind}: ${step.what}: ${step.struck.join(' ')} then ${step.status}: ${verdict}\n`,
      );
    },
  });
} else {
  await ensureBuilt();
  mkdirSync(below, { recursive: true });
  writeFileSync(log, '');
  const left = [];
  for (const [place, { share, wrap, stdio }] of Object.entries(places)) {
    if (values.place !== undefined && !values.place.includes(place)) continue;
    rmSync(directoryOf(place), { recursive: true, force: true });
    mkdirSync(targetOf(place), { recursive: true });
    const front = wrap();
    if (front === undefined) {
      left.push(place);
      continue;
    }
    const count = String(Math.ceil((Number(values.count) * share) / 100));
    const self = [fileURLToPath(import.meta.url), '--inside', place, '--count', count];
    const [command = '', ...args] = [...front, process.execPath, ...self, '--seed', values.seed];
    const ended = spawnSync(command, args, {
      stdio: ['ignore', 'inherit', 'inherit', ...(stdio === undefined ? [] : [stdio()])],
    });
    if (ended.status !== 0) throw new Error(`${place}: ended with ${ended.status}`);
  }
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const steps = lines.map((line) => /** @type {Step} */ (JSON.parse(line)));
  const page = summary(steps, left);
  // It is read on other machines than this.
  if (values.write) writeFileSync(join(here, 'RESULT.md'), page.replaceAll(`${root}/`, ''));
  process.stdout.write(page);
  process.exitCode = steps.some(({ wrong }) => wrong !== undefined) ? 1 : 0;
}

/** @param {readonly Step[]} steps @param {readonly string[]} left */
function summary(steps, left) {
  const kinds = [...new Set(steps.map(({ place, kind }) => `${place} | ${kind}`))];
  const rows = kinds.map((name) => {
    const of = steps.filter(({ place, kind }) => `${place} | ${kind}` === name);
    const struck = of.flatMap((step) => step.struck);
    const count = (/** @type {number | null} */ status) =>
      struck.filter((one) => one === status).length;
    const wrong = of.filter((step) => step.wrong !== undefined).length;
    const cold = of.filter((step) => step.cold).length;
    return `| ${name} | ${of.length} | ${cold} | ${[null, 0, 1, 2].map(count).join(' | ')} | ${wrong} |`;
  });
  const wrong = steps.filter((step) => step.wrong !== undefined);
  return `# Faults: the last long run

Written by \`node test/long/faults/run.mjs --count ${values.count} --seed ${values.seed} --write\`.
Each step changes a small workspace, strikes the check of it with a fault, and compares the next check with one from clean. A check that
was struck has to end without an answer, to say with status 2 why it could not be made, or to be right.

| place | fault | steps | cold | struck: killed | 0 | 1 | 2 | wrong |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

${steps.length} steps, ${wrong.length} wrong.${left.length === 0 ? '' : ` This machine cannot make: ${left.join(', ')}.`}
${wrong.map(({ number, place, kind, what, wrong: text }) => `\n${place} ${number}: ${kind}: ${what}\n\n\`\`\`text\n${text}\n\`\`\`\n`).join('')}`;
}
