import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NestedRun } from '../build/gated-run.ts';
import {
  type NestedAbout,
  type NestedPlace,
  nestedFiles,
  readNestedAbout,
  realCargo,
} from '../build/nested-about.ts';
import { REFUSAL } from '../build/nested-cargo.ts';

/** A command of cargo's that a program behind the gates has started. */
export interface NestedCommand extends NestedRun {
  readonly configFile: string;
}

/**
 * Reads what the run of cackle that let the program start has left in `directory`, and makes the environment of this process the one
 * that the program would have given cargo. Throws CheckError.
 */
export function openNested(directory: string, place: NestedPlace): NestedCommand {
  const about = readNestedAbout(directory);
  const { env } = process;
  env.CARGO = realCargo(directory, place, about);
  const ours = [nestedFiles.open, nestedFiles.confined].map((name) =>
    dirname(join(directory, name)),
  );
  env.PATH = (env.PATH ?? '')
    .split(':')
    .filter((entry) => !ours.includes(entry))
    .join(':');
  restore('RUSTC_WRAPPER', join(directory, nestedFiles.wrapper), about.userWrapper);
  restore(REFUSAL, join(directory, nestedFiles.wrapper), undefined);
  // The jobserver's pipe is not open here.
  delete env.CARGO_MAKEFLAGS;
  showCargoHome(about);
  const { shim, outer } = about;
  return { shim, outer, isConfined: place !== 'open', configFile: outer.configFile };
}

function restore(name: string, ours: string, value: string | undefined): void {
  const { env } = process;
  if (env[name] !== ours) return;
  if (value === undefined) delete env[name];
  else env[name] = value;
}

/** In a home of its own, a sandboxed program has no packages; cargo's home is where its sandbox shows them. */
function showCargoHome({ cargoHome }: NestedAbout): void {
  const { env } = process;
  if (env.CARGO_HOME !== undefined || existsSync(join(homedir(), '.cargo', 'registry'))) return;
  env.CARGO_HOME = cargoHome;
}
