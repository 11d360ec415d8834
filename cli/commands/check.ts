import { defineCommand } from 'citty';
import { WorkspaceQuestions } from '../../engine/workspace/early-questions.ts';
import { checkArgs, checkArguments } from '../arguments/check-arguments.ts';
import { command } from '../arguments/types.ts';
import { messages } from '../output/messages.ts';
import { uiFor } from '../runs/choices.ts';
import { untilLoaded } from '../runs/exit-status.ts';

/** `cackle` without a command: checks the workspace. The engine is loaded only when the command runs. */
export const checkCommand = command({
  name: 'cackle',
  description:
    'Checks which crates of a Rust workspace use restricted APIs, and whether cackle.toml allows it.\nWithout a command: checks the workspace. `cargo acl` is the same program.',
  usage: '[options] [command]',
  notes: `Exit status: 0 clean, 1 problems found, 2 the check could not be made.

CACKLE_CACHE in the environment limits the facts in the user's cache, and in a target directory
(500M, 4G; 2G when unset); \`off\` keeps them in the target directory alone.

Examples:
  cackle -n                         check the workspace around this directory
  cackle -n --path ../tool          check another one
  cackle -n --auto-accept-fixes     allow what is in use today: later checks report what is new
  cackle test -- --nocapture        cargo test, with every test judged before it runs
  cackle summary --by-permission    list the packages that have each permission`,
  definition: defineCommand({
    args: checkArgs,
    async run({ args: parsed }): Promise<number> {
      const args = checkArguments(parsed);
      const ui = uiFor(args);
      if (typeof ui === 'object') {
        messages.error(ui.refused);
        return 2;
      }
      if (ui !== 'none') return (await import('../runs/interactive.ts')).runInteractive(args, ui);
      const loaded = untilLoaded();
      const questions = new WorkspaceQuestions();
      const mayKeep = !args.verify && !args.autoAcceptFixes;
      questions.askEarly(args.path, args.features, mayKeep, loaded.signal);
      const { runCheck } = await import('../runs/check.ts');
      loaded.done();
      return runCheck(args, { questions });
    },
  }),
});
