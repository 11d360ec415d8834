import { defineCommand } from 'citty';
import { WorkspaceQuestions } from '../../engine/workspace/early-questions.ts';
import { buildArguments } from '../arguments/build-arguments.ts';
import { checkArgs } from '../arguments/check-arguments.ts';
import {
  diffFormats,
  featureChoice,
  furtherReports,
  oneOf,
  workspaceOptions,
} from '../arguments/options.ts';
import { command } from '../arguments/types.ts';
import { untilLoaded } from '../runs/exit-status.ts';

/** `cackle diff` */
export const diffCommand = command({
  name: 'diff',
  description: 'what the code gained: compares with a git revision, a lock file, or an update',
  usage: '[options] [base]',
  notes: `Both sides are judged by the present cackle.toml; what that does not allow runs on neither side.
Exit status: 0 gained nothing, 1 gained, 2 the comparison could not be made.

Examples:
  cackle diff                       since this branch left the default branch
  cackle diff v1.2                  since a tag
  cackle diff --update              what \`cargo update\` would gain; changes nothing here
  cackle diff --update -p serde     what an update of one package would gain
  cackle diff --lock old.lock       the same sources with another Cargo.lock
  cackle diff --from 1.0.1 --to 1.0.2 anyhow      two published versions, without a project`,
  definition: defineCommand({
    args: {
      base: {
        type: 'positional',
        required: false,
        description:
          'a git revision (default: where this branch left the default branch); with --from, a crate',
      },
      ...workspaceOptions,
      lock: { type: 'string', valueHint: 'file', description: 'compare with another Cargo.lock' },
      update: {
        type: 'boolean',
        description: 'compare with what `cargo update` would make of Cargo.lock',
      },
      from: {
        type: 'string',
        valueHint: 'version',
        description: 'compare published versions of a crate: this one with that of --to',
      },
      to: { type: 'string', valueHint: 'version', description: 'see --from' },
      package: {
        type: 'string',
        alias: 'p',
        valueHint: 'name',
        description: 'with --update: update this package only; may be repeated',
        defaultText: 'all',
        multiple: true,
      },
      profile: checkArgs.profile,
      'output-format': {
        ...checkArgs['output-format'],
        ...oneOf(diffFormats),
      },
      output: {
        ...checkArgs.output,
        suggested: diffFormats.map((name) => `${name}=`),
      },
      colour: checkArgs.colour,
      quiet: { type: 'boolean', alias: 'q', description: 'print only what was gained' },
      debug: checkArgs.debug,
    },
    async run({ args }): Promise<number> {
      const loaded = untilLoaded();
      const questions = new WorkspaceQuestions();
      if (args.from === undefined)
        questions.askEarly(args.path ?? '.', featureChoice(args), true, loaded.signal);
      const { runDiff } = await import('../runs/diff.ts');
      loaded.done();
      return runDiff({
        questions,
        base: args.base,
        lock: args.lock,
        from: args.from,
        to: args.to,
        update: args.update ?? false,
        packages: args.package?.split('\n') ?? [],
        ...buildArguments(args),
        outputFormat: args['output-format'],
        furtherReports: furtherReports(args.output),
      });
    },
  }),
});
