import type { CheckOptions } from '../../engine/check/options.ts';
import type { CheckArguments } from '../arguments/check-arguments.ts';
import type { ColourChoice, UiKind } from '../arguments/options.ts';
import type { Paint } from '../output/report.ts';

/** Returns the UI that the options choose, else one that fits the terminal (rule 6.2); `refused` says why the choice fails. */
export function uiFor(args: CheckArguments): UiKind | { readonly refused: string } {
  const { ui } = args;
  const terminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  if (ui === 'full' && !terminal)
    return { refused: '--ui full needs a terminal for its input and output; -n asks nothing' };
  if (ui !== undefined) return ui;
  const forMachines =
    args.outputFormat === 'json' ||
    args.autoAcceptFixes ||
    args.quiet ||
    args.traceFile !== undefined ||
    args.grantsFile !== undefined;
  if (!terminal || forMachines) return 'none';
  return process.env.TERM === 'dumb' ? 'basic' : 'full';
}

/** Should the text for a stream be coloured? */
export function wantsColour(choice: ColourChoice, terminal: boolean): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (process.env.NO_COLOR) return false;
  return terminal && process.env.TERM !== 'dumb';
}

const plain = (text: string | number): string => String(text);
const plainPaint: Paint = {
  red: plain,
  yellow: plain,
  green: plain,
  cyan: plain,
  dim: plain,
  bold: plain,
};

/** ECMA-48, SGR. Not from a library, which would itself decide whether to colour: --colour decides. */
const sgr =
  (open: number, close: number) =>
  (text: string | number): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

/** Returns the colours of a text; all plain without `colour`. */
export function paintFor(colour: boolean): Paint {
  if (!colour) return plainPaint;
  return {
    red: sgr(31, 39),
    yellow: sgr(33, 39),
    green: sgr(32, 39),
    cyan: sgr(36, 39),
    dim: sgr(2, 22),
    bold: sgr(1, 22),
  };
}

/** Returns the options of the engine's check from those of the command line. */
export function checkOptions(
  args: CheckArguments,
  shown: Pick<CheckOptions, 'colour' | 'showProgress'>,
): CheckOptions {
  return {
    path: args.path,
    configFile: args.configFile,
    target: args.target,
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
