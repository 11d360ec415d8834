import type { CheckOptions } from '../../engine/check/options.ts';
import { recordLock } from '../../engine/commands/lock.ts';
import type { ColourChoice } from '../arguments/options.ts';
import { count } from '../output/count.ts';
import { messages } from '../output/messages.ts';
import { printable } from '../output/printable.ts';
import { wantsColour } from './choices.ts';
import { watched } from './watched.ts';

/** The options of `lock`. */
export interface LockArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly target: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly profile: string | undefined;
  readonly colour: ColourChoice;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** Writes cackle.lock; resolves to the exit status. */
export async function runLock(args: LockArguments): Promise<number> {
  return watched(args, async ({ observer, signal, showsProgress, clear }) => {
    const options: CheckOptions = {
      ...{ path: args.path, configFile: args.configFile, target: args.target },
      ...{ features: args.features, profile: args.profile, everything: args.debug },
      ...{ packages: [], backtraces: false, ignoreNewerVersions: true },
      colour: wantsColour(args.colour, process.stderr.isTTY === true),
      showProgress: showsProgress,
    };
    const { file, target, packages, facts, changed, dropped } = await recordLock(
      options,
      observer,
      signal,
    );
    clear();
    const what = `${count(facts, 'fact')} of ${count(packages, 'package')}, for ${target}`;
    if (!args.quiet)
      process.stdout.write(
        `${printable(file)} ${changed ? 'records' : 'is up to date:'} ${what}\n`,
      );
    for (const other of dropped)
      messages.log(
        printable(
          `the merge conflict left no facts for ${other}: record them with \`cackle lock --target ${other}\``,
        ),
      );
    return 0;
  });
}
