import { defineCommand } from 'citty';
import { workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** The largest number of threads to measure with. */
const MAX_WORKERS = 256;

/** Parses numbers that commas separate; undefined if one is invalid. */
function workerCounts(value: string): number[] | undefined {
  const counts = value.split(',').map((text) => (/^[0-9]{1,3}$/.test(text) ? Number(text) : 0));
  return counts.some((count) => count < 1 || count > MAX_WORKERS) ? undefined : counts;
}

/** `cackle bench` */
export const benchCommand = command({
  name: 'bench',
  description: 'measure how fast the tree of the last check is read, joined and judged',
  usage: '[options]',
  notes: `Measures what a check did last; nothing is built and nothing is stored.

Examples:
  cackle -n && cackle bench
  cackle bench --path ../tool --workers 1,8 --json`,
  definition: defineCommand({
    args: {
      path: workspaceOptions.path,
      'cackle-path': workspaceOptions['cackle-path'],
      workers: {
        type: 'string',
        valueHint: 'list',
        description: 'numbers of worker threads, such as 1,2,4',
        default: '1,2,4',
        fault: (value: string) =>
          workerCounts(value) === undefined
            ? `It takes numbers from 1 to ${MAX_WORKERS}, with commas.`
            : undefined,
      },
      json: { type: 'boolean', description: 'print JSON' },
    },
    async run({ args }): Promise<number> {
      const { runBench } = await import('../runs/bench.ts');
      return runBench({
        path: args.path ?? '.',
        configFile: args['cackle-path'],
        workers: workerCounts(args.workers) ?? [],
        json: args.json ?? false,
      });
    },
  }),
});
