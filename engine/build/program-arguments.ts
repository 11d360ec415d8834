import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { type CargoConfig, runnerFor } from '../workspace/cargo-config.ts';
import { readCfgSet } from '../workspace/cfg-expression.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Toolchain } from '../workspace/toolchain.ts';

/** Arguments that make `cargo test` and `cargo run` pass programs and doctests to the shim. */
export interface ProgramArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The user's own runner, which is put in front of a program. */
  readonly userRunner: readonly string[] | undefined;
}

/** Creates links to the shim in place of the runner and rustdoc; `cargoArguments` may choose a target. */
export async function programArguments(
  directory: string,
  shim: string,
  toolchain: Toolchain,
  config: CargoConfig,
  cargoArguments: readonly string[],
): Promise<ProgramArguments> {
  const runner = join(directory, 'cackle-runner', 'runner');
  const rustdoc = join(directory, 'cackle-rustdoc', 'rustdoc');
  for (const link of [runner, rustdoc]) {
    await mkdir(join(link, '..'), { mode: 0o700 });
    await symlink(shim, link);
  }
  const chosen = optionValue(cargoArguments, 'target');
  const targets = chosen === undefined ? config.targets : [chosen];
  const triple = targets.find((t) => t !== 'host-tuple') ?? toolchain.host;
  const printed = await runProgram(toolchain.rustc, ['--print', 'cfg', '--target', triple]);
  if (printed.status !== 0)
    throw new CheckError(`rustc does not know the target ${triple}:\n${printed.stderr.trim()}`);
  return {
    args: [...new Set([triple, toolchain.host])].flatMap((t) => [
      '--config',
      `target.${t}.runner=[${JSON.stringify(runner)}]`,
    ]),
    env: { RUSTDOC: rustdoc },
    userRunner: runnerFor(config, triple, readCfgSet(printed.stdout.toString())),
  };
}

/** Returns the value of `--NAME VALUE` or `--NAME=VALUE` among cargo's own arguments; the last one counts. */
export function optionValue(args: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [i, argument] of args.entries()) {
    if (argument === '--') break;
    if (argument === `--${name}`) value = args[i + 1];
    else if (argument.startsWith(`--${name}=`)) value = argument.slice(name.length + 3);
  }
  return value;
}
