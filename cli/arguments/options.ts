/** Options that several commands have. */
import type { FeatureChoice } from '../../engine/config/features.ts';
import { nearestWord } from './usage-error.ts';

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
/** Forms of what a command prints. */
export const formats = ['human', 'json'] as const;
/** Forms of the report of a check; cli/reporters/ has a file for each. */
export const reportFormats = ['human', 'json', 'sarif', 'github', 'markdown', 'junit'] as const;
/** See {@link reportFormats}. */
export type ReportFormat = (typeof reportFormats)[number];

/** Forms of a diff; cli/reporters/diffs/ has a file for each. */
export const diffFormats = ['human', 'json', 'sarif', 'github', 'markdown'] as const;
/** See {@link diffFormats}. */
export type DiffFormat = (typeof diffFormats)[number];

/** A report beside that on stdout, as `--output` chooses it. */
export interface FurtherReport {
  readonly format: ReportFormat;
  /** `-`: stdout. */
  readonly file: string;
}

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
  target: {
    type: 'string',
    valueHint: 'triple',
    description: 'build for this target, not those in cackle.toml; may be repeated',
    multiple: true,
  },
  features: {
    type: 'string',
    valueHint: 'list',
    description: 'features for cargo, instead of those in cackle.toml',
    mayBeEmpty: true,
  },
  'all-features': {
    type: 'boolean',
    description: 'build all features, whatever cackle.toml says',
  },
  'default-features': {
    type: 'boolean',
    default: true,
    negated: { description: 'build without default features, whatever cackle.toml says' },
  },
} as const;

/** Returns the report that a value of `--output` asks for, or what is wrong with the value. */
export function furtherReport(value: string): FurtherReport | string {
  const at = value.indexOf('=');
  const name = at < 0 ? value : value.slice(0, at);
  const format = reportFormats.find((known) => known === name);
  if (format === undefined)
    return `It begins with one of ${reportFormats.join(', ')}, then = and a file.${nearestWord(name, reportFormats)}`;
  const file = at < 0 ? '' : value.slice(at + 1);
  return file === '' ? `It names no file: ${format}=FILE.` : { format, file };
}

/** Returns the reports that the values of `--output` ask for, which are lines of one text. */
export function furtherReports(values: string | undefined): FurtherReport[] {
  return (values?.split('\n') ?? [])
    .map(furtherReport)
    .filter((report) => typeof report !== 'string');
}

/** `--output-format` */
export const format = {
  ...oneOf(formats),
  valueHint: 'format',
  description: 'of the report',
} as const;

/** Returns the values of an option that may be repeated, which are lines of one text; undefined when it is absent. */
export function repeated(value: string | undefined): string[] | undefined {
  return value?.split('\n');
}

/** Returns the features that these options choose; undefined when none of them is given. */
export function featureChoice(args: {
  readonly features?: string | undefined;
  readonly 'all-features'?: boolean | undefined;
  readonly 'default-features': boolean;
}): FeatureChoice | undefined {
  const { features, 'all-features': all = false } = args;
  const noDefault = !args['default-features'];
  if (features === undefined && !all && !noDefault) return undefined;
  return { features: words(features) ?? [], all, noDefault };
}

/** Splits a list at commas and white space; undefined for an absent list. */
export function words(value: string | undefined): string[] | undefined {
  return value?.split(/[\s,]+/).filter((word) => word !== '');
}
