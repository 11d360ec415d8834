import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import type { Problem } from '../problems/kinds.ts';
import type { CheckOptions } from './options.ts';

/** Throws CheckError where what is asked for needs programs that are judged, and cackle.toml has only the gates judged (rule 2.21). */
export function refuseUnjudged(
  { command, locked, inventory, wholeFor }: Partial<CheckOptions>,
  { gatesOnly, file }: Pick<Config, 'gatesOnly' | 'file'>,
): void {
  if (!gatesOnly) return;
  if (command !== undefined && wholeFor === undefined)
    throw new CheckError(
      `\`cackle ${command.subcommand}\` judges each program before it runs, but ${file} has gates_only = true: only what runs while cargo builds is judged`,
      `\`cackle cargo ${command.subcommand}\` runs programs unjudged, behind the gates; without gates_only they are judged`,
    );
  const needs = wholeFor ?? (locked === true ? '`--locked`' : undefined);
  if (needs === undefined && inventory === undefined) return;
  throw new CheckError(
    `${needs ?? 'an inventory'} is about all that packages do, but ${file} has gates_only = true: programs and libraries are not judged`,
    'remove gates_only from cackle.toml, and `cackle -n --auto-accept-fixes` allows what they use today',
  );
}

/** Returns the problems of unused settings that a check of the gates alone can be sure of: no program needs what these allow. */
export function certainOfGates(problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => {
    if (problem.kind !== 'unused-setting' && problem.kind !== 'unused-allow-api') return false;
    if (problem.kind === 'unused-setting' && ofMacros.has(problem.setting)) return true;
    return problem.scope.suffix === 'build' || problem.scope.suffix === 'from.build';
  });
}

/** Settings that are about proc macros alone. */
const ofMacros: ReadonlySet<string> = new Set(['allow_proc_macro', 'rustc.sandbox']);
