import { defineCommand } from 'citty';
import { buildArgs, buildArguments } from '../arguments/build-arguments.ts';
import { command } from '../arguments/types.ts';

/** `cackle report` */
export const reportCommand = command({
  name: 'report',
  description: 'check, and write a page to read: who does what, where, and how it is reached',
  usage: '--html <file> [options] [--diff [base]]',
  notes: `The page is one file that loads nothing; docs/html.md tells what it shows.
Exit status: that of a check.

Examples:
  cackle report --html report.html
  cackle report --html report.html --diff          with what was gained since the default branch
  cackle report --html report.html --diff v1.2     since a tag`,
  definition: defineCommand({
    args: {
      base: {
        type: 'positional',
        required: false,
        description:
          'with --diff: a git revision (default: where this branch left the default branch)',
      },
      html: { type: 'string', valueHint: 'file', description: 'the page to write' },
      diff: { type: 'boolean', description: 'show also what the code gained, as `cackle diff`' },
      ...buildArgs,
    },
    async run({ args }): Promise<number> {
      const { runReport } = await import('../runs/report.ts');
      return runReport({
        html: args.html,
        diff: args.diff ?? false,
        base: args.base,
        ...buildArguments(args),
      });
    },
  }),
});
