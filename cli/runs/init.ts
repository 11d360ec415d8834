import { parseArgs } from 'citty';
import { writeFirstConfig } from '../../engine/commands/init.ts';
import { checkArgs, checkArguments } from '../arguments/check-arguments.ts';
import { failed } from '../output/error-text.ts';
import { messages } from '../output/messages.ts';
import { printable } from '../output/printable.ts';

/** The options of `init`. */
export interface InitArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  /** Only what runs while cargo builds is judged, and what that does today is allowed. */
  readonly gates: boolean;
}

/** Writes a first cackle.toml; with `gates` it accepts what a check of these finds. Resolves to the exit status. */
export async function runInit({ gates, ...choice }: InitArguments): Promise<number> {
  try {
    const { file, sandbox } = await writeFirstConfig(choice, { gatesOnly: gates });
    const wrote = `wrote ${printable(file)}; sandbox: ${sandbox}\n`;
    process.stdout.write(
      gates
        ? wrote
        : `${wrote}\`cackle -n\` now lists what has to be allowed; \`cackle -n --auto-accept-fixes\` allows it\n`,
    );
  } catch (error) {
    return failed(error);
  }
  if (!gates) return 0;
  const { runCheck } = await import('./check.ts');
  const { path, configFile } = choice;
  const words = [
    ...['--ui=none', '--auto-accept-fixes', `--path=${path}`],
    ...(configFile === undefined ? [] : [`--cackle-path=${configFile}`]),
  ];
  const status = await runCheck(checkArguments(parseArgs(words, checkArgs)));
  if (status !== 0)
    messages.log(
      'cackle.toml stays as it is by now: fix what is told above, and `cackle -n --auto-accept-fixes` goes on',
    );
  return status;
}
