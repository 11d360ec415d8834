import type { UnitCfg } from '../build/types.ts';
import { runProgram } from '../workspace/run-program.ts';

/** What each rustc prints for its options: it prints the same as long as this process runs. */
const printedSettings = new Map<string, Promise<string>>();

/**
 * All settings (`cfg`) of a unit, one a line; rustc is asked for its own once for each set of options in a process. Empty where
 * they cannot be told: then nothing of its sources is taken for left out.
 */
export async function settingsOf(cfg: UnitCfg | undefined): Promise<string> {
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

async function ask({ rustc, cwd, toolchain, options }: UnitCfg): Promise<string> {
  const env =
    toolchain === undefined ? process.env : { ...process.env, RUSTUP_TOOLCHAIN: toolchain };
  const args = ['--print', 'cfg', ...options];
  const done = await runProgram(rustc, args, { cwd, env }).catch(() => undefined);
  return done?.status === 0 ? done.stdout.toString().trim() : '';
}
