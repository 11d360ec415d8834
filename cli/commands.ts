import { Argument, Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { closest, distance } from 'fastest-levenshtein';

/** How text is coloured. */
export type ColourChoice = 'auto' | 'always' | 'never';
/** Levels of `--log-level`, the most important first. */
export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;
/** See {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];
/** Shells that completions are written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
/** See {@link shells}. */
export type Shell = (typeof shells)[number];

/** How the user is asked what to allow. */
export type UiKind = 'none' | 'basic' | 'full';

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

/** What `summary` is asked for. */
export interface SummaryArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly target: string | undefined;
  readonly features: readonly string[] | undefined;
  readonly byPackage: boolean;
  readonly byPermission: boolean;
  readonly impureProcMacros: boolean;
  readonly counts: boolean;
  readonly headers: boolean;
  readonly outputFormat: 'human' | 'json';
}

/** What `cache` is asked for. */
export interface CacheArguments {
  readonly path: string;
  readonly clear: boolean;
  readonly all: boolean;
  readonly json: boolean;
}

/** What `bench` is asked for. */
export interface BenchArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  /** Numbers of worker threads to measure with. */
  readonly workers: readonly number[];
  readonly json: boolean;
}

/** What each command does; resolves to the exit status. */
export interface Handlers {
  check(args: CheckArguments): Promise<number>;
  /** `cackle test` and `cackle run`: what stands behind the command goes to cargo untouched. */
  cargo(subcommand: 'test' | 'run', args: CheckArguments, rest: readonly string[]): Promise<number>;
  summary(args: SummaryArguments): Promise<number>;
  init(args: { readonly path: string; readonly configFile: string | undefined }): Promise<number>;
  cache(args: CacheArguments): Promise<number>;
  bench(args: BenchArguments): Promise<number>;
  completions(shell: Shell): Promise<number>;
}

const given = (value: string): string => {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return value;
};
/** Most threads that may be asked for. */
const MAX_WORKERS = 256;

const workerCounts = (value: string): number[] => {
  const counts = value.split(',').map((text) => (/^[0-9]{1,3}$/.test(text) ? Number(text) : 0));
  if (counts.some((count) => count < 1 || count > MAX_WORKERS))
    throw new InvalidArgumentError(`It takes numbers from 1 to ${MAX_WORKERS}, with commas.`);
  return counts;
};
const words = (value: string): string[] => value.split(/[\s,]+/).filter((word) => word !== '');

const where = {
  path: () => new Option('--path <dir>', 'a directory in the workspace').argParser(given),
  config: () =>
    new Option(
      '-c, --cackle-path <file>',
      'the configuration (default: cackle.toml beside the root Cargo.toml)',
    ).argParser(given),
  target: () => new Option('--target <triple>', 'build for this target').argParser(given),
  features: () =>
    new Option(
      '--features <list>',
      'features for cargo, instead of those in cackle.toml',
    ).argParser(words),
  format: () =>
    new Option('--output-format <format>', 'of the report').choices(['human', 'json'] as const),
};

/** The command line: every command and option, with its help. `finish` gets the exit status of what ran. */
export function commandLine(handlers: Handlers, version: string, finish: (status: number) => void) {
  const program = new Command('cackle')
    .usage('[options] [command]')
    .description(
      'Checks which crates of a Rust workspace use restricted APIs, and whether cackle.toml allows it.\nWithout a command: checks the workspace. `cargo acl` is the same program.',
    )
    .version(`cackle ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand(false)
    .option('-n, --no-ui', 'never prompt: print the problems, the exit status tells')
    .addOption(
      new Option(
        '--ui <kind>',
        'how to ask what to allow (default: full in a terminal, else none)',
      ).choices(['none', 'basic', 'full'] as const),
    )
    .addOption(where.path().default('.', 'here'))
    .addOption(where.config())
    .addOption(where.target())
    .addOption(new Option('--profile <name>', 'cargo profile (default: cackle)').argParser(given))
    .addOption(where.features())
    .addOption(
      new Option('--package <name>', 'check this package only; may be repeated')
        .argParser((value: string, before: string[]) => [...before, given(value)])
        .default([] as string[], 'all'),
    )
    .option('--fail-on-warnings', 'a warning is a problem')
    .option('--ignore-newer-config-versions', 'do not ask for a newer common.version')
    .option('--auto-accept-fixes', 'write to cackle.toml what allows everything that is found')
    .addOption(where.format().default('human' as const))
    .option('--no-backtrace', 'leave out how a usage is reached')
    .addOption(
      new Option('--colour <when>', 'also spelled --color')
        .choices(['auto', 'always', 'never'] as const)
        .default('auto' as const),
    )
    .addOption(
      new Option('--color <when>').choices(['auto', 'always', 'never'] as const).hideHelp(),
    )
    .option('-q, --quiet', 'print problems only')
    .option('--verify', 'hash what was built earlier and its sources; trust no sizes and times')
    .option('--print-timing', 'where the time went: by phase, slowest units, critical path')
    .addOption(
      new Option('--trace <file>', 'write where the time went, for a trace viewer').argParser(
        given,
      ),
    )
    .option(
      '--debug',
      'every usage, all that rustc says, its command lines, and stacks of internal errors',
    )
    .addOption(new Option('--log-file <file>', 'write down what is done').argParser(given))
    .addOption(
      new Option('--log-level <level>', 'how much goes to the log file')
        .choices(logLevels)
        .default('info' as const),
    )
    .addOption(new Option('--grants-json <file>').argParser(given).hideHelp())
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Exit status: 0 clean, 1 problems found, 2 the check could not be made.

CACKLE_CACHE in the environment: the most that facts may take in the user's cache, and in a target
directory (500M, 4G; 2G when unset); \`off\` keeps them in the target directory alone.

Examples:
  cackle -n                         check the workspace around this directory
  cackle -n --path ../tool          check another one
  cackle -n --auto-accept-fixes     allow what is in use today, to be told what changes tomorrow
  cackle test -- --nocapture        cargo test, with every test judged before it runs
  cackle summary --by-permission    who may do what`,
    );

  const checkArguments = (): CheckArguments => {
    const o = program.opts();
    return {
      ui: o.ui === false ? 'none' : o.ui === true ? undefined : o.ui,
      path: o.path,
      configFile: o.cacklePath,
      target: o.target,
      profile: o.profile,
      features: o.features,
      packages: o.package,
      failOnWarnings: o.failOnWarnings ?? false,
      ignoreNewerVersions: o.ignoreNewerConfigVersions ?? false,
      autoAcceptFixes: o.autoAcceptFixes ?? false,
      quiet: o.quiet ?? false,
      colour: o.color ?? o.colour,
      backtraces: o.backtrace,
      verify: o.verify ?? false,
      printTiming: o.printTiming ?? false,
      traceFile: o.trace,
      debug: o.debug ?? false,
      logFile: o.logFile,
      logLevel: o.logLevel,
      outputFormat: o.outputFormat,
      grantsFile: o.grantsJson,
    };
  };
  const unknownCommand = (name: string): never => {
    const known = program.commands.map((command) => command.name());
    const best = closest(name, known);
    const near = distance(name, best) <= 2 ? `\n(Did you mean ${best}?)` : '';
    return program.error(`error: unknown command '${name}'${near}`, { exitCode: 2 });
  };
  program.argument('[command...]').action(async ([unknown]) => {
    if (unknown !== undefined) unknownCommand(unknown);
    finish(await handlers.check(checkArguments()));
  });

  const passedOn = {
    test: 'cargo test, with every test binary judged before it runs, in its sandbox',
    run: 'cargo run, with the program judged before it runs',
  };
  for (const name of ['test', 'run'] as const) {
    program
      .command(name)
      .description(passedOn[name])
      .usage('[arguments for cargo]')
      .argument('[arguments...]', `passed to \`cargo ${name}\` untouched`)
      .allowUnknownOption()
      .passThroughOptions()
      .addHelpText(
        'after',
        `
Options of cackle stand before the command: cackle --path ../tool ${name}
Nothing runs while the check finds a problem.

Examples:
  cackle ${name} --release
  cackle ${name} ${name === 'test' ? '--package mine -- --nocapture' : '--bin tool -- input.txt'}`,
      )
      .action(async (rest) => {
        // commander takes a `--` that stands first for its own.
        const { rawArgs } = program as unknown as { readonly rawArgs: readonly string[] };
        const dropped = rawArgs.at(-rest.length - 1) === '--';
        const untouched = dropped ? ['--', ...rest] : rest;
        finish(await handlers.cargo(name, checkArguments(), untouched));
      });
  }

  const summary = program
    .command('summary')
    .description('what cackle.toml allows to the packages of the tree; builds nothing')
    .addOption(where.path())
    .addOption(where.config())
    .addOption(where.target())
    .addOption(where.features())
    .option('--by-package', 'the permissions of each package')
    .option('--by-permission', 'the packages that have each permission')
    .option('--impure-proc-macros', 'proc macros that may do more than be one')
    .option('--counts', 'how many packages have what')
    .option('--full', 'all of these')
    .option('--print-headers', 'a title above each part, also when there is one only')
    .addOption(where.format())
    .addHelpText(
      'after',
      `
Without a choice of parts: by package, and the counts.

Examples:
  cackle summary --full
  cackle summary --by-permission --output-format json`,
    );
  summary.action(async (o) => {
    const full = o.full ?? false;
    const top = program.opts();
    finish(
      await handlers.summary({
        path: o.path ?? top.path,
        configFile: o.cacklePath ?? top.cacklePath,
        target: o.target ?? top.target,
        features: o.features ?? top.features,
        byPackage: full || (o.byPackage ?? false),
        byPermission: full || (o.byPermission ?? false),
        impureProcMacros: full || (o.impureProcMacros ?? false),
        counts: full || (o.counts ?? false),
        headers: o.printHeaders ?? false,
        outputFormat: o.outputFormat ?? top.outputFormat,
      }),
    );
  });

  program
    .command('init')
    .description('write a first cackle.toml; never over an existing one')
    .addOption(where.path())
    .addOption(where.config())
    .addHelpText('after', '\nExample:\n  cackle init && cackle -n')
    .action(async (o) => {
      const top = program.opts();
      const configFile = o.cacklePath ?? top.cacklePath;
      finish(await handlers.init({ path: o.path ?? top.path, configFile }));
    });

  program
    .command('cache')
    .description('how much is kept from check to check, or remove it')
    .addArgument(new Argument('[action]').choices(['clear'] as const))
    .addOption(where.path())
    .option('--all', 'with clear: the shim and the store of this workspace too; all is built again')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Without an action: the size of each part. clear removes the facts in the user's cache.
CACKLE_CACHE says how much may be kept, and \`off\` that the user's cache is not used.

Examples:
  cackle cache
  cackle cache clear --all`,
    )
    .action(async (action, o) => {
      const clear = action === 'clear';
      if (o.all && !clear) program.error('error: --all goes with clear', { exitCode: 2 });
      const path = o.path ?? program.opts().path;
      finish(await handlers.cache({ path, clear, all: o.all ?? false, json: o.json ?? false }));
    });

  program
    .command('bench')
    .description('how fast the built tree of the last check is read, joined and judged')
    .addOption(where.path())
    .addOption(where.config())
    .addOption(
      new Option('--workers <list>', 'numbers of worker threads, such as 1,2,4')
        .argParser(workerCounts)
        .default([1, 2, 4], '1,2,4'),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Measures what a check did last; nothing is built and nothing is stored.

Examples:
  cackle -n && cackle bench
  cackle bench --path ../tool --workers 1,8 --json`,
    )
    .action(async (o) => {
      const top = program.opts();
      finish(
        await handlers.bench({
          path: o.path ?? top.path,
          configFile: o.cacklePath ?? top.cacklePath,
          workers: o.workers,
          json: o.json ?? false,
        }),
      );
    });

  program
    .command('completions')
    .description('print completions for a shell, for `cackle` and `cargo-acl`')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  cackle completions bash > ~/.local/share/bash-completion/completions/cackle
  cackle completions zsh > ~/.zfunc/_cackle
  cackle completions fish > ~/.config/fish/completions/cackle.fish`,
    )
    .action(async (shell) => finish(await handlers.completions(shell)));

  program
    .command('help')
    .description('print the help of a command')
    .argument('[command]')
    .action((name) => {
      const command = program.commands.find((known) => known.name() === name);
      if (name !== undefined && command === undefined) unknownCommand(name);
      (command ?? program).outputHelp();
      finish(0);
    });
  return program;
}
