import type { RecordedCfg } from '../facts/unit-record.ts';
import { runProgram } from '../workspace/run-program.ts';

/** The output of each rustc for its options, which stays the same while this process runs. */
const printedSettings = new Map<string, Promise<string>>();

/**
 * Resolves to all settings (`cfg`) of a unit, one on each line. rustc is asked for its own settings once for each set
 * of options in a process. Empty when they cannot be determined: then no source code is considered left out.
 */
export async function settingsOf(cfg: RecordedCfg | undefined): Promise<string> {
  if (cfg === undefined) return '';
  const { rustc, cwd, toolchain, options, settings } = cfg;
  const key = JSON.stringify([rustc, cwd, toolchain, options]);
  let printed = printedSettings.get(key);
  if (printed === undefined) {
    printed = ask(cfg);
    printedSettings.set(key, printed);
  }
  const own = await printed;
  return own === '' ? '' : [own, ...settings].join('\n');
}

async function ask({ rustc, cwd, toolchain, options }: RecordedCfg): Promise<string> {
  const env =
    toolchain === undefined ? process.env : { ...process.env, RUSTUP_TOOLCHAIN: toolchain };
  const args = ['--print', 'cfg', ...options];
  const done = await runProgram(rustc, args, { cwd, env }).catch(() => undefined);
  return done?.status === 0 ? done.stdout.toString().trim() : '';
}
