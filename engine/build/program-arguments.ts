import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { type CargoConfig, runnerFor } from '../workspace/cargo-config.ts';
import { readCfgSet } from '../workspace/cfg-expression.ts';
import { platformBySettings } from '../workspace/platform.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Toolchain } from '../workspace/toolchain.ts';

/** Arguments that make `cargo test` and `cargo run` pass programs and doctests to the shim. */
export interface ProgramArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The user's own runner, which is put in front of a program. */
  readonly userRunner: readonly string[] | undefined;
  /** The link to the shim that is cargo's runner for these targets. */
  readonly runner: string;
  readonly triples: readonly string[];
  /** The link to it in place of rustdoc. */
  readonly rustdoc: string;
}

/** Creates links to the shim in place of the runner and rustdoc; `cargoArguments` may choose a target. */
export async function programArguments(
  directory: string,
  shim: string,
  toolchain: Toolchain,
  config: CargoConfig,
  cargoArguments: readonly string[],
): Promise<ProgramArguments> {
  const { runner, rustdoc } = await linkPrograms(directory, shim);
  const chosen = optionValues(cargoArguments, 'target');
  if (chosen.length > 1)
    throw new CheckError(
      `programs run for one target, not for ${chosen.join(' and ')}`,
      'run the command once for each `--target`',
    );
  const targets = chosen.length === 0 ? config.targets : chosen;
  const triple = targets.find((t) => t !== 'host-tuple') ?? toolchain.host;
  const printed = await runProgram(toolchain.rustc, ['--print', 'cfg', '--target', triple]);
  if (printed.status !== 0)
    throw new CheckError(`rustc does not know the target ${triple}:\n${printed.stderr.trim()}`);
  const settings = printed.stdout.toString();
  const userRunner = runnerFor(config, triple, readCfgSet(settings));
  if (!cargoArguments.includes('--no-run')) refuseToRun(triple, settings, userRunner);
  const triples = [...new Set([triple, toolchain.host])];
  return {
    args: triples.flatMap((t) => ['--config', `target.${t}.runner=[${JSON.stringify(runner)}]`]),
    env: { RUSTDOC: rustdoc },
    ...{ userRunner, runner, triples, rustdoc },
  };
}

/** Creates links to the shim in place of cargo's runner and of rustdoc. */
export async function linkPrograms(
  directory: string,
  shim: string,
): Promise<{ readonly runner: string; readonly rustdoc: string }> {
  const runner = join(directory, 'cackle-runner', 'runner');
  const rustdoc = join(directory, 'cackle-rustdoc', 'rustdoc');
  for (const link of [runner, rustdoc]) {
    await mkdir(join(link, '..'), { mode: 0o700 });
    await symlink(shim, link);
  }
  return { runner, rustdoc };
}

/** The variable by which cargo's configuration has a runner for a target (the Cargo Book, "target.<triple>.runner"). */
export const runnerVariable = (triple: string): string =>
  `CARGO_TARGET_${triple.toUpperCase().replaceAll(/[-.]/g, '_')}_RUNNER`;

/** Node's names of machines by rustc's. */
const machines: Readonly<Record<string, readonly string[]>> = {
  x86_64: ['x64'],
  x86: ['x64', 'ia32'],
  aarch64: ['arm64'],
  arm: ['arm', 'arm64'],
};

/** Throws CheckError for a target whose programs this machine cannot run, unless a runner is configured (rule 12.7). */
function refuseToRun(
  triple: string,
  settings: string,
  runner: readonly string[] | undefined,
): void {
  const variable = runnerVariable(triple);
  if (platformBySettings(settings).format !== 'elf')
    throw new CheckError(
      `programs of ${triple} are not run: what a linker put into them can be compared with what was judged for ELF files only`,
      '`cackle -n --target` judges them; run them with cargo, on a machine that you trust them with',
    );
  const value = (name: string): string =>
    new RegExp(`^${name}="(.*)"$`, 'm').exec(settings)?.[1] ?? '';
  const machine = value('target_arch');
  const runs =
    ['linux', 'android'].includes(value('target_os')) &&
    (machines[machine]?.includes(process.arch) === true ||
      existsSync(`/proc/sys/fs/binfmt_misc/qemu-${machine}`));
  if (runs || runner !== undefined || machines[machine] === undefined) return;
  throw new CheckError(
    `this machine cannot run programs of ${triple}`,
    `set a runner: ${variable}, or \`target.${triple}.runner\` in .cargo/config.toml; \`cackle -n --target ${triple}\` judges without running`,
  );
}

/** Returns the values of `--NAME VALUE` and `--NAME=VALUE` among cargo's own arguments. */
export function optionValues(args: readonly string[], name: string): string[] {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).flatMap((argument, i) => {
    if (argument === `--${name}`) return args[i + 1] ?? [];
    return argument.startsWith(`--${name}=`) ? argument.slice(name.length + 3) : [];
  });
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
