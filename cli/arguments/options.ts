/** Options that several commands have. */

/** Values of `--colour`. */
export const colours = ['auto', 'always', 'never'] as const;
/** See {@link colours}. */
export type ColourChoice = (typeof colours)[number];
/** Levels of `--log-level`, the most important first. */
export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
/** See {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];
/** Values of `--ui`: how the user is asked what to allow. */
export const uiKinds = ['none', 'basic', 'full'] as const;
/** See {@link uiKinds}. */
export type UiKind = (typeof uiKinds)[number];
/** Shells that completions are written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
/** See {@link shells}. */
export type Shell = (typeof shells)[number];
/** Forms of a report. */
export const formats = ['human', 'json'] as const;

/** Returns the type of an option whose value is one of a list. citty requires a mutable list. */
export function oneOf<const T extends string>(
  values: readonly T[],
): { readonly type: 'enum'; readonly options: T[] } {
  return { type: 'enum', options: [...values] };
}

/** Options that choose the workspace, its configuration, target and features. */
export const workspaceOptions = {
  path: {
    type: 'string',
    valueHint: 'dir',
    description: 'a directory in the workspace',
    defaultText: 'here',
  },
  'cackle-path': {
    type: 'string',
    alias: 'c',
    valueHint: 'file',
    description: 'the configuration (default: cackle.toml beside the root Cargo.toml)',
  },
  target: { type: 'string', valueHint: 'triple', description: 'build for this target' },
  features: {
    type: 'string',
    valueHint: 'list',
    description: 'features for cargo, instead of those in cackle.toml',
    mayBeEmpty: true,
  },
} as const;

/** `--output-format` */
export const format = {
  ...oneOf(formats),
  valueHint: 'format',
  description: 'of the report',
} as const;

/** Splits a list at commas and white space; undefined for an absent list. */
export function words(value: string | undefined): string[] | undefined {
  return value?.split(/[\s,]+/).filter((word) => word !== '');
}
