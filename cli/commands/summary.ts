import { defineCommand } from 'citty';
import { featureChoice, format, repeated, workspaceOptions } from '../arguments/options.ts';
import { command } from '../arguments/types.ts';

/** `cackle summary` */
export const summaryCommand = command({
  name: 'summary',
  description: 'print what cackle.toml allows to the packages of the tree; builds nothing',
  usage: '[options]',
  notes: `Without a choice of parts: by package, and the counts.

Examples:
  cackle summary --full
  cackle summary --by-permission --output-format json`,
  definition: defineCommand({
    args: {
      ...workspaceOptions,
      'by-package': { type: 'boolean', description: 'the permissions of each package' },
      'by-permission': {
        type: 'boolean',
        description: 'the packages that have each permission',
      },
      'impure-proc-macros': {
        type: 'boolean',
        description: 'proc macros with further permissions',
      },
      counts: { type: 'boolean', description: 'how many packages have each permission' },
      full: { type: 'boolean', description: 'all of these' },
      'print-headers': {
        type: 'boolean',
        description: 'a title above each part, also when there is only one',
      },
      'output-format': format,
    },
    async run({ args }): Promise<number> {
      const full = args.full ?? false;
      const { runSummary } = await import('../runs/summary.ts');
      return runSummary({
        path: args.path ?? '.',
        configFile: args['cackle-path'],
        targets: repeated(args.target),
        features: featureChoice(args),
        byPackage: full || (args['by-package'] ?? false),
        byPermission: full || (args['by-permission'] ?? false),
        impureProcMacros: full || (args['impure-proc-macros'] ?? false),
        counts: full || (args.counts ?? false),
        headers: args['print-headers'] ?? false,
        outputFormat: args['output-format'] ?? 'human',
      });
    },
  }),
});
