import type { ParsedArgs } from 'citty';
import {
  type ColourChoice,
  colours,
  format,
  type LogLevel,
  logLevels,
  oneOf,
  type UiKind,
  uiKinds,
  where,
  words,
} from './options.ts';
import type { Args } from './types.ts';

/** What the options of a check say. */
export interface CheckArguments {
  /** Undefined: as the terminal allows. */
  readonly ui: UiKind | undefined;
  readonly path: string;
  readonly configFile: string | undefined;
  readonly target: string | undefined;
  readonly profile: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly packages: readonly string[];
  readonly failOnWarnings: boolean;
  readonly ignoreNewerVersions: boolean;
  readonly autoAcceptFixes: boolean;
  readonly quiet: boolean;
  readonly colour: ColourChoice;
  readonly backtraces: boolean;
  readonly verify: boolean;
  readonly printTiming: boolean;
  /** Where the trace goes, in Chrome's trace-event format. */
  readonly traceFile: string | undefined;
  readonly debug: boolean;
  readonly logFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly outputFormat: 'human' | 'json';
  readonly grantsFile: string | undefined;
}

/** The options of a check, and of `cackle test` and `cackle run` before the word. */
export const checkArgs = {
  ui: {
    ...oneOf(uiKinds),
    valueHint: 'kind',
    description: 'how to ask what to allow (default: full in a terminal, else none)',
    negated: {
      letter: 'n',
      value: 'none',
      description: 'never prompt: print the problems, the exit status tells',
    },
  },
  ...where,
  profile: { type: 'string', valueHint: 'name', description: 'cargo profile (default: cackle)' },
  package: {
    type: 'string',
    valueHint: 'name',
    description: 'check this package only; may be repeated',
    defaultText: 'all',
    multiple: true,
  },
  'fail-on-warnings': { type: 'boolean', description: 'a warning is a problem' },
  'ignore-newer-config-versions': {
    type: 'boolean',
    description: 'do not ask for a newer common.version',
  },
  'auto-accept-fixes': {
    type: 'boolean',
    description: 'write to cackle.toml what allows everything that is found',
  },
  'output-format': { ...format, default: 'human' },
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
  verify: {
    type: 'boolean',
    description: 'hash what was built earlier and its sources; trust no sizes and times',
  },
  'print-timing': {
    type: 'boolean',
    description: 'where the time went: by phase, slowest units, critical path',
  },
  trace: {
    type: 'string',
    valueHint: 'file',
    description: 'write where the time went, for a trace viewer',
  },
  debug: {
    type: 'boolean',
    description:
      'every usage, all that rustc says, its command lines, and stacks of internal errors',
  },
  'log-file': { type: 'string', valueHint: 'file', description: 'write down what is done' },
  'log-level': {
    ...oneOf(logLevels),
    valueHint: 'level',
    description: 'how much goes to the log file',
    default: 'info',
  },
  'grants-json': { type: 'string', valueHint: 'file', hidden: true },
} as const satisfies Args;

/** The options of a check as citty parsed them. */
export function checkArguments(args: ParsedArgs<typeof checkArgs>): CheckArguments {
  return {
    ui: args.ui,
    path: args.path ?? '.',
    configFile: args['cackle-path'],
    target: args.target,
    profile: args.profile,
    features: words(args.features),
    packages: args.package?.split('\n') ?? [],
    failOnWarnings: args['fail-on-warnings'] ?? false,
    ignoreNewerVersions: args['ignore-newer-config-versions'] ?? false,
    autoAcceptFixes: args['auto-accept-fixes'] ?? false,
    quiet: args.quiet ?? false,
    colour: args.colour,
    backtraces: args.backtrace,
    verify: args.verify ?? false,
    printTiming: args['print-timing'] ?? false,
    traceFile: args.trace,
    debug: args.debug ?? false,
    logFile: args['log-file'],
    logLevel: args['log-level'],
    outputFormat: args['output-format'],
    grantsFile: args['grants-json'],
  };
}
