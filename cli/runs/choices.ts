import type { CheckOptions } from '../../engine/check/options.ts';
import { CheckError } from '../../engine/errors.ts';
import type { CheckArguments } from '../arguments/check-arguments.ts';
import type { ColourChoice, UiKind } from '../arguments/options.ts';

/** Returns the UI that the options choose, else one that fits the terminal (rule 6.2); `refused` says why the choice fails. */
export function uiFor(args: CheckArguments): UiKind | { readonly refused: string } {
  const { ui } = args;
  const terminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  if (ui === 'full' && !terminal)
    return { refused: '--ui full needs a terminal for its input and output; -n asks nothing' };
  if (ui !== undefined && ui !== 'none' && args.furtherReports.length > 0)
    return { refused: `--output is for a check that asks nothing: use -n, not --ui ${ui}` };
  if (ui !== undefined) return ui;
  const forMachines =
    (args.outputFormat ?? 'human') !== 'human' ||
    args.furtherReports.length > 0 ||
    args.autoAcceptFixes ||
    args.quiet ||
    args.traceFile !== undefined ||
    args.grantsFile !== undefined;
  if (!terminal || forMachines) return 'none';
  return process.env.TERM === 'dumb' ? 'basic' : 'full';
}

/**
 * Returns the options for a comparison or a page, which is about one target: that of `--target`, else what cargo builds
 * for, whatever cackle.toml lists. Throws CheckError for several.
 */
export function aboutOneTarget(options: CheckOptions): CheckOptions {
  const { targets = [] } = options;
  if (targets.length > 1)
    throw new CheckError(
      `one target at a time, not ${targets.join(' and ')}`,
      'run the command once for each `--target`',
    );
  return { ...options, targets };
}

/** Should the text for a stream be coloured? */
export function wantsColour(choice: ColourChoice, terminal: boolean): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (process.env.NO_COLOR) return false;
  return terminal && process.env.TERM !== 'dumb';
}

/** Returns the options of the engine's check from those of the command line. */
export function checkOptions(
  args: CheckArguments,
  shown: Pick<CheckOptions, 'colour' | 'showProgress'>,
): CheckOptions {
  return {
    path: args.path,
    configFile: args.configFile,
    targets: args.targets,
    profile: args.profile,
    features: args.features,
    packages: args.packages,
    everything: args.debug,
    locked: args.locked,
    verify: args.verify,
    backtraces: args.backtraces,
    ignoreNewerVersions: args.ignoreNewerVersions,
    ...shown,
  };
}
