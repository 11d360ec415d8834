import { parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';

/** The command line, read and checked. */
export interface Arguments {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly target: string | undefined;
  readonly profile: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly packages: readonly string[];
  readonly failOnWarnings: boolean;
  readonly ignoreNewerVersions: boolean;
  readonly quiet: boolean;
  readonly colour: 'auto' | 'always' | 'never';
  readonly backtraces: boolean;
  readonly printTiming: boolean;
  readonly debug: boolean;
  readonly outputFormat: 'human' | 'json';
  readonly grantsFile: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
}

/** A command line that makes no sense; the message says what does. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const options = {
  'no-ui': { type: 'boolean', short: 'n' },
  ui: { type: 'string' },
  path: { type: 'string' },
  'cackle-path': { type: 'string', short: 'c' },
  target: { type: 'string' },
  profile: { type: 'string' },
  features: { type: 'string' },
  package: { type: 'string', multiple: true },
  'fail-on-warnings': { type: 'boolean' },
  'ignore-newer-config-versions': { type: 'boolean' },
  quiet: { type: 'boolean' },
  colour: { type: 'string' },
  color: { type: 'string' },
  'no-backtrace': { type: 'boolean' },
  'print-timing': { type: 'boolean' },
  debug: { type: 'boolean' },
  'output-format': { type: 'string' },
  'grants-json': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

const later = new Set(['test', 'run', 'summary']);

/** Reads the arguments behind the program's name. Throws {@link UsageError}. */
export function readArguments(argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    throw new UsageError(unknownOption(argv) ?? (error as Error).message);
  }
  const { values, positionals } = parsed;
  const first = positionals[0];
  if (first !== undefined) {
    throw new UsageError(
      later.has(first)
        ? `the command \`${first}\` is not there yet; a check has no command`
        : `unexpected argument \`${first}\`${didYouMean(first, later)}`,
    );
  }
  for (const name of ['path', 'cackle-path', 'target', 'profile', 'grants-json'] as const)
    if (values[name] === '') throw new UsageError(`--${name} needs a value`);
  if (values.package?.includes('')) throw new UsageError('--package needs a value');
  oneOf('ui', values.ui, ['none', 'basic', 'full']);
  return {
    path: values.path ?? '.',
    configFile: values['cackle-path'],
    target: values.target,
    profile: values.profile,
    features: values.features?.split(/[\s,]+/).filter((f) => f !== ''),
    packages: values.package ?? [],
    failOnWarnings: values['fail-on-warnings'] ?? false,
    ignoreNewerVersions: values['ignore-newer-config-versions'] ?? false,
    quiet: values.quiet ?? false,
    colour: oneOf('colour', values.colour ?? values.color, ['auto', 'always', 'never']) ?? 'auto',
    backtraces: !(values['no-backtrace'] ?? false),
    printTiming: values['print-timing'] ?? false,
    debug: values.debug ?? false,
    outputFormat: oneOf('output-format', values['output-format'], ['human', 'json']) ?? 'human',
    grantsFile: values['grants-json'],
    help: values.help ?? false,
    version: values.version ?? false,
  };
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
}

/** The first option that is not known, with the nearest one that is. */
function unknownOption(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const shorts = Object.values(options).flatMap((o) => ('short' in o ? [o.short] : []));
  for (const argument of end < 0 ? argv : argv.slice(0, end)) {
    const long = /^--([^=]+)/.exec(argument)?.[1];
    if (long !== undefined && !Object.hasOwn(options, long))
      return `unknown option \`--${long}\`${didYouMean(long, Object.keys(options), '--')}`;
    const short = /^-([^-])/u.exec(argument)?.[1];
    if (short !== undefined && !shorts.some((s) => s === short))
      return `unknown option \`-${short}\``;
  }
  return undefined;
}

function didYouMean(given: string, known: Iterable<string>, prefix = ''): string {
  const best = closest(given, [...known]);
  const near = distance(given, best) <= Math.max(2, Math.floor(given.length / 3));
  return near ? `; did you mean \`${prefix}${best}\`?` : '';
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((k) => k === value);
  if (found === undefined)
    throw new UsageError(
      `--${name} takes ${known.join(', ')}; \`${value}\` is none of them${didYouMean(value, known)}`,
    );
  return found;
}

/** The text of `--help`. */
export const helpText = `Checks which crates of a Rust workspace use restricted APIs, and whether cackle.toml allows it.

Usage: cackle [OPTIONS]        or: cargo acl [OPTIONS]

  -n, --no-ui                  never prompt: print problems, the exit status tells
      --path DIR               a directory in the workspace (default: here)
  -c, --cackle-path FILE       the configuration (default: cackle.toml beside the root Cargo.toml)
      --target TRIPLE          build for this target
      --profile NAME           cargo profile (default: cackle)
      --features LIST          features for cargo, instead of those in cackle.toml
      --package NAME           check this package only; may be repeated
      --fail-on-warnings       a warning is a problem
      --ignore-newer-config-versions
      --output-format FORMAT   human or json
      --no-backtrace           leave out how a usage is reached
      --colour WHEN            auto, always or never (also --color)
      --quiet                  print problems only
      --print-timing           where the time went
      --debug                  every usage, and stacks of internal errors
  -V, --version
  -h, --help

Exit status: 0 clean, 1 problems found, 2 the check could not be made.

Examples:
  cackle -n                    check the workspace around this directory
  cackle -n --path ../tool     check another one
`;
