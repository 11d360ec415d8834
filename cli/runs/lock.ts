import { recordLock } from '../../engine/commands/lock.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import { count } from '../output/count.ts';
import { messages } from '../output/messages.ts';
import { printable } from '../output/printable.ts';
import { watched } from './watched.ts';

/** Writes cackle.lock; resolves to the exit status. */
export async function runLock(args: BuildArguments): Promise<number> {
  return watched(args, async ({ options, observer, signal, clear }) => {
    const { file, targets, packages, facts, changed, dropped } = await recordLock(
      { ...options, backtraces: false },
      observer,
      signal,
    );
    clear();
    const what = `${count(facts, 'fact')} of ${count(packages, 'package')}, for ${targets.join(', ')}`;
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
