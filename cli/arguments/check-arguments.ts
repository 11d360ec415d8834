import type { ParsedArgs } from 'citty';
import type { FeatureChoice } from '../../engine/config/features.ts';
import {
  type ColourChoice,
  colours,
  type FurtherReport,
  featureChoice,
  format,
  furtherReport,
  furtherReports,
  type LogLevel,
  logLevels,
  oneOf,
  type ReportFormat,
  repeated,
  reportFormats,
  type UiKind,
  uiKinds,
  workspaceOptions,
} from './options.ts';
import type { Args } from './types.ts';

/** The options of a check as values. */
export interface CheckArguments {
  /** Undefined: the terminal decides. */
  readonly ui: UiKind | undefined;
  readonly path: string;
  readonly configFile: string | undefined;
  readonly targets: readonly string[] | undefined;
  readonly profile: string | undefined;
  readonly features: FeatureChoice | undefined;
  readonly packages: readonly string[];
  readonly failOnWarnings: boolean;
  readonly ignoreNewerVersions: boolean;
  readonly autoAcceptFixes: boolean;
  readonly quiet: boolean;
  readonly colour: ColourChoice;
  readonly backtraces: boolean;
  readonly locked: boolean;
  readonly verify: boolean;
  readonly printTiming: boolean;
  /** The file for the trace, in Chrome's trace-event format. */
  readonly traceFile: string | undefined;
  readonly debug: boolean;
  readonly logFile: string | undefined;
  readonly logLevel: LogLevel;
  /** The report on stdout; undefined: not chosen. */
  readonly outputFormat: ReportFormat | undefined;
  readonly furtherReports: readonly FurtherReport[];
  readonly grantsFile: string | undefined;
}

/** The options of a check; they stand before `test` and `run` too. */
export const checkArgs = {
  ui: {
    ...oneOf(uiKinds),
    valueHint: 'kind',
    description: 'how to ask what to allow (default: full in a terminal, else none)',
    negated: {
      letter: 'n',
      value: 'none',
      description: 'never prompt: print the problems and set the exit status',
    },
  },
  ...workspaceOptions,
  profile: { type: 'string', valueHint: 'name', description: 'cargo profile (default: cackle)' },
  package: {
    type: 'string',
    valueHint: 'name',
    description: 'check this package only; may be repeated',
    defaultText: 'all',
    multiple: true,
  },
  'fail-on-warnings': { type: 'boolean', description: 'treat warnings as problems' },
  'ignore-newer-config-versions': {
    type: 'boolean',
    description: 'do not ask for a newer common.version',
  },
  'auto-accept-fixes': {
    type: 'boolean',
    description: 'write permissions for everything that is found to cackle.toml',
  },
  'output-format': {
    ...format,
    ...oneOf(reportFormats),
    description: 'of the report on stdout',
    defaultText: '"human"',
  },
  output: {
    type: 'string',
    valueHint: 'format=file',
    description:
      'write the report in this format to this file too (`-`: to stdout instead); may be repeated',
    multiple: true,
    suggested: reportFormats.map((name) => `${name}=`),
    fault: (value) => {
      const report = furtherReport(value);
      return typeof report === 'string' ? report : undefined;
    },
  },
  backtrace: {
    type: 'boolean',
    default: true,
    negated: { description: 'leave out how a usage is reached' },
  },
  colour: {
    ...oneOf(colours),
    valueHint: 'when',
    alias: 'color',
    description: 'also spelled --color',
    default: 'auto',
  },
  quiet: { type: 'boolean', alias: 'q', description: 'print problems only' },
  locked: {
    type: 'boolean',
    description: 'fail where the code does otherwise than cackle.lock records',
  },
  verify: {
    type: 'boolean',
    description: 'hash earlier build output and its sources instead of trusting sizes and times',
  },
  'print-timing': {
    type: 'boolean',
    description: 'print where the time went: by phase, slowest units, critical path',
  },
  trace: {
    type: 'string',
    valueHint: 'file',
    description: 'write where the time went, for a trace viewer',
  },
  debug: {
    type: 'boolean',
    description:
      'print every usage, all output of rustc, its command lines, and stacks of internal errors',
  },
  'log-file': { type: 'string', valueHint: 'file', description: 'write a log to this file' },
  'log-level': {
    ...oneOf(logLevels),
    valueHint: 'level',
    description: 'how much goes to the log file',
    default: 'info',
  },
  'grants-json': { type: 'string', valueHint: 'file', hidden: true },
} as const satisfies Args;

/** Returns the options of a check from the values that citty parsed. */
export function checkArguments(args: ParsedArgs<typeof checkArgs>): CheckArguments {
  return {
    ui: args.ui,
    path: args.path ?? '.',
    configFile: args['cackle-path'],
    targets: repeated(args.target),
    profile: args.profile,
    features: featureChoice(args),
    packages: args.package?.split('\n') ?? [],
    failOnWarnings: args['fail-on-warnings'] ?? false,
    ignoreNewerVersions: args['ignore-newer-config-versions'] ?? false,
    autoAcceptFixes: args['auto-accept-fixes'] ?? false,
    quiet: args.quiet ?? false,
    colour: args.colour,
    backtraces: args.backtrace,
    locked: args.locked ?? false,
    verify: args.verify ?? false,
    printTiming: args['print-timing'] ?? false,
    traceFile: args.trace,
    debug: args.debug ?? false,
    logFile: args['log-file'],
    logLevel: args['log-level'],
    outputFormat: args['output-format'],
    furtherReports: furtherReports(args.output),
    grantsFile: args['grants-json'],
  };
}
