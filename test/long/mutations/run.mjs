/**
 * `node test/long/mutations/run.mjs --count 500 --seed 1 [--write]`: the long run of walk.mjs. Exit status 1 when an answer
 * differs. Several seeds are walked in turn, `--count` steps each. `--write` keeps the summary in RESULT.md; `--logged` takes
 * the steps from the logs of an earlier run, one that was broken off for example.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../../setup/ensure.mjs';
import { root } from '../../../setup/paths.mjs';
import { summaryOf } from './result.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '500' },
    seed: { type: 'string', multiple: true, default: ['1'] },
    kind: { type: 'string', multiple: true },
    minutes: { type: 'string', default: 'Infinity' },
    from: { type: 'string', default: '1' },
    program: { type: 'string' },
    logged: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (values.program === undefined) await ensureBuilt();
const { walk } = await import('./walk.mjs');
const place = join(root, 'target', 'mutations');
mkdirSync(place, { recursive: true });
const page = join(dirname(fileURLToPath(import.meta.url)), 'RESULT.md');
const started = Date.now();
const end = started + Number(values.minutes) * 60_000;
/** @type {{ seed: string, steps: import('./walk.mjs').Step[] }[]} */
const walks = [];
const summary = () => {
  const seeds = values.seed.map((seed) => ` --seed ${seed}`).join('');
  const minutes = values.minutes === 'Infinity' ? '' : ` --minutes ${values.minutes}`;
  const command = `node test/long/mutations/run.mjs --count ${values.count}${seeds}${minutes} --write`;
  return summaryOf(walks, command);
};
for (const seed of values.seed) {
  const walked = { seed, steps: /** @type {import('./walk.mjs').Step[]} */ ([]) };
  walks.push(walked);
  const log = join(place, `seed-${seed}.jsonl`);
  if (values.logged) {
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    walked.steps.push(...lines.map((line) => JSON.parse(line)));
    continue;
  }
  writeFileSync(log, '');
  await walk({
    directory: join(place, `seed-${seed}`),
    count: Number(values.count),
    seed: Number(seed),
    compareFrom: Number(values.from),
    until: end,
    ...(values.kind === undefined ? {} : { kinds: values.kind }),
    ...(values.program === undefined ? {} : { program: values.program }),
    tell(step) {
      const { number, what, unitsBuilt, status, rule, difference } = step;
      walked.steps.push(step);
      appendFileSync(log, `${JSON.stringify(step)}\n`);
      const verdict = difference === undefined ? 'same' : `DIFFERENT\n${difference}`;
      process.stdout.write(
        `${number}: ${what}: status ${status}, ${unitsBuilt} built, ${rule}: ${verdict}\n`,
      );
    },
  });
}
if (values.write) writeFileSync(page, summary());
process.stdout.write(`${summary()}\n${Math.round((Date.now() - started) / 1000)} s\n`);
const differs = walks.some(({ steps }) => steps.some((step) => step.difference !== undefined));
process.exitCode = differs ? 1 : 0;
