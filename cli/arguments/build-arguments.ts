import type { ParsedArgs } from 'citty';
import type { FeatureChoice } from '../../engine/config/features.ts';
import { checkArgs } from './check-arguments.ts';
import { type ColourChoice, featureChoice, repeated, workspaceOptions } from './options.ts';
import type { Args } from './types.ts';

/** The options of the commands beside a check that build the whole workspace: `diff`, `lock`, `report`. */
export const buildArgs = {
  ...workspaceOptions,
  profile: checkArgs.profile,
  colour: checkArgs.colour,
  quiet: { type: 'boolean', alias: 'q', description: 'print nothing when all went well' },
  debug: checkArgs.debug,
} as const satisfies Args;

/** These options as values. */
export interface BuildArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly targets: readonly string[] | undefined;
  readonly features: FeatureChoice | undefined;
  readonly profile: string | undefined;
  readonly colour: ColourChoice;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** Returns these options from the values that citty parsed. */
export function buildArguments(args: ParsedArgs<typeof buildArgs>): BuildArguments {
  return {
    path: args.path ?? '.',
    configFile: args['cackle-path'],
    targets: repeated(args.target),
    features: featureChoice(args),
    profile: args.profile,
    colour: args.colour,
    quiet: args.quiet ?? false,
    debug: args.debug ?? false,
  };
}
