import { writeFirstConfig } from '../../engine/commands/init.ts';
import { failed } from '../output/error-text.ts';
import { printable } from '../output/printable.ts';

/** Writes a first cackle.toml; resolves to the exit status. */
export async function runInit(args: {
  readonly path: string;
  readonly configFile: string | undefined;
}): Promise<number> {
  try {
    const { file, sandbox } = await writeFirstConfig(args);
    process.stdout.write(
      `wrote ${printable(file)}; sandbox: ${sandbox}\n\`cackle -n\` now lists what has to be allowed; \`cackle -n --auto-accept-fixes\` allows it\n`,
    );
    return 0;
  } catch (error) {
    return failed(error);
  }
}
