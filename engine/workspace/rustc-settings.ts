import { runProgram } from './run-program.ts';

/** A rustc with the options that decide its settings. */
export interface RustcOptions {
  readonly rustc: string;
  readonly cwd: string;
  /** What `RUSTUP_TOOLCHAIN` is to be; undefined for what it is. */
  readonly toolchain?: string | undefined;
  readonly options: readonly string[];
}

/** What each was asked, which stays the same while this process runs. */
const asked = new Map<string, Promise<string>>();

/**
 * Resolves to the settings (`cfg`) that rustc has for its options, one on each line, as `rustc --print cfg` lists them. It is asked once
 * for each set of options in a process. Empty when it cannot say.
 */
export function rustcSettings({ rustc, cwd, toolchain, options }: RustcOptions): Promise<string> {
  const key = JSON.stringify([rustc, cwd, toolchain, options]);
  let answer = asked.get(key);
  if (answer === undefined) {
    const env =
      toolchain === undefined ? process.env : { ...process.env, RUSTUP_TOOLCHAIN: toolchain };
    answer = runProgram(rustc, ['--print', 'cfg', ...options], { cwd, env }).then(
      ({ status, stdout }) => (status === 0 ? stdout.toString().trim() : ''),
      () => '',
    );
    asked.set(key, answer);
  }
  return answer;
}
