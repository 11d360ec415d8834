import { defineCommand } from 'citty';
import { command } from '../arguments/types.ts';

/** `cackle explain` */
export const explainCommand = command({
  name: 'explain',
  description: 'explain a problem by its code, or list all codes',
  usage: '[options] [code]',
  notes: 'Examples:\n  cackle explain C0101\n  cackle explain disallowed-api',
  definition: defineCommand({
    args: {
      code: {
        type: 'positional',
        required: false,
        description: "a code, or a kind's name as in the JSON output",
      },
    },
    async run({ args }): Promise<number> {
      const { runExplain } = await import('../runs/explain.ts');
      return runExplain(args.code);
    },
  }),
});
