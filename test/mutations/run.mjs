/** `node test/mutations/run.mjs --count 500 --seed 1`: the long run of walk.mjs. Exit status 1 when an answer differs. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../setup/ensure.mjs';
import { root } from '../../setup/paths.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', multiple: true },
  },
});
await ensureBuilt();
const { walk } = await import('./walk.mjs');
const started = Date.now();
const steps = await walk({
  directory: join(root, 'target', 'mutations', `seed-${values.seed}`),
  count: Number(values.count),
  seed: Number(values.seed),
  ...(values.kind === undefined ? {} : { kinds: values.kind }),
  tell({ number, what, built, status, difference }) {
    const verdict = difference === undefined ? 'same' : `DIFFERENT\n${difference}`;
    process.stdout.write(
      `${number}: ${what}: status ${status}, ${built ? 'built' : 'nothing built'}: ${verdict}\n`,
    );
  },
});
const different = steps.filter(({ difference }) => difference !== undefined);
const count = (/** @type {number} */ status) => steps.filter((s) => s.status === status).length;
process.stdout.write(
  `${steps.length} mutations (seed ${values.seed}), ${different.length} differences; ${count(0)} clean, ${count(1)} with problems, ${count(2)} not built; ${steps.filter((s) => s.built).length} compiled something; ${Math.round((Date.now() - started) / 1000)} s\n`,
);
process.exitCode = different.length === 0 ? 0 : 1;
