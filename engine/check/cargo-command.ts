import { dirname, resolve } from 'node:path';
import { optionValue } from '../build/program-arguments.ts';
import { choosesFeatures, type FeatureChoice, featureArguments } from '../config/features.ts';
import { CheckError } from '../errors.ts';
import type { Workspace } from '../workspace/types.ts';

/** `cackle test ARGS` or `cackle run ARGS`. */
export interface CargoCommand {
  readonly subcommand: 'test' | 'run';
  /** Everything after the subcommand, as the user wrote it. */
  readonly args: readonly string[];
}

/** What a check needs to know of the arguments for cargo. */
export interface CommandFacts {
  /** The arguments before `--`. */
  readonly own: readonly string[];
  readonly target: string | undefined;
  readonly choosesProfile: boolean;
  readonly choosesFeatures: boolean;
  readonly choosesPackages: boolean;
  /** `--no-run`: build and judge only. */
  readonly runs: boolean;
  /** The directory in which cargo finds the workspace, from `path`. */
  readonly path: string;
}

/** Options before `test` or `run`; they hold unless the arguments after it override them. */
export interface Defaults {
  readonly features: FeatureChoice;
  readonly targets: readonly string[];
  readonly packages: readonly string[];
}

/** Reads the arguments of `test` and `run`. Throws CheckError for doctests and misplaced options. */
export function readCommand({ subcommand, args }: CargoCommand, path: string): CommandFacts {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  // `--target=T`, but `-pNAME`.
  const has = (...names: string[]): boolean =>
    own.some((a) => names.some((n) => a === n || a.startsWith(n.startsWith('--') ? `${n}=` : n)));
  if (has('--doc'))
    throw new CheckError(
      'doctests cannot be judged: rustdoc compiles and runs them by itself',
      '`cargo test --doc` runs them without cackle',
    );
  const misplaced = behind(subcommand, own);
  if (misplaced !== undefined)
    throw new CheckError(
      `\`${misplaced}\` is an option of cackle, and cargo ${subcommand} takes none of that name`,
      `write it before the command: \`cackle ${misplaced}${misplaced === '--path' ? ' DIR' : ''} ${subcommand} …\`; what follows \`--\` goes to the programs`,
    );
  const manifest = optionValue(own, 'manifest-path');
  return {
    own,
    target: optionValue(own, 'target'),
    choosesProfile: has('--profile', '--release', '-r'),
    choosesFeatures: own.some(choosesFeatures),
    choosesPackages: has('--package', '-p', '--workspace', '--all', '--exclude'),
    runs: !has('--no-run'),
    path: manifest === undefined ? path : dirname(resolve(path, manifest)),
  };
}

/** Options of cackle that cargo does not know. */
const ours = ['--path', '--cackle-path', '--fail-on-warnings', '--ui', '--no-ui', '--no-backtrace'];

/** Returns an option of cackle after the subcommand. `cargo run` passes everything from the first operand on to its program. */
function behind(subcommand: string, own: readonly string[]): string | undefined {
  const isWord = (argument: string, i: number): boolean =>
    !argument.startsWith('-') && !own[i - 1]?.startsWith('-');
  const word = subcommand === 'run' ? own.findIndex(isWord) : -1;
  const options = word < 0 ? own : own.slice(0, word);
  return ours.find((name) => options.some((a) => a === name || a.startsWith(`${name}=`)));
}

/** Returns the arguments for the run that builds and judges: without those for the tests, and with our message format. */
export function buildArguments(
  command: CargoCommand,
  facts: CommandFacts,
  defaults: Defaults,
): { subcommand: string[]; args: string[] } {
  const args = command.subcommand === 'test' ? facts.own : command.args;
  const isTest = command.subcommand === 'test';
  return {
    subcommand: isTest && facts.runs ? ['test', '--no-run'] : [command.subcommand],
    args: [...defaultArguments(facts, defaults), ...withoutOption(args, 'message-format')],
  };
}

/** Returns the arguments for the run in the foreground. */
export function foregroundArguments(
  command: CargoCommand,
  facts: CommandFacts,
  defaults: Defaults,
): string[] {
  return [...defaultArguments(facts, defaults), ...command.args];
}

function defaultArguments(
  facts: CommandFacts,
  { features, targets, packages }: Defaults,
): string[] {
  return [
    ...(facts.choosesFeatures ? [] : featureArguments(features)),
    ...(facts.target === undefined ? targets.flatMap((name) => ['--target', name]) : []),
    ...(facts.choosesPackages ? [] : packages.flatMap((name) => ['--package', name])),
  ];
}

/** Do the packages that `--package` names, or all members if it names none, need a package? */
export function isChosen(
  { packages, dependsOn }: Workspace,
  specs: readonly string[],
): (packageId: string) => boolean {
  // `name`, `name@version`, or a URL that ends so (cargo, package ID specifications).
  const names = new Set(specs.map((spec) => spec.split('#').at(-1)?.split('@')[0]));
  const roots = packages.filter((p) =>
    specs.length === 0 ? p.isWorkspaceMember : names.has(p.cargoName),
  );
  return (packageId) =>
    packages.some(
      (p) =>
        p.id === packageId &&
        roots.some((root) => root.index === p.index || dependsOn(root.index, p.index)),
    );
}

function withoutOption(args: readonly string[], name: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (argument === '--') return [...kept, ...args.slice(i)];
    if (argument === `--${name}`) i++;
    else if (!argument.startsWith(`--${name}=`)) kept.push(argument);
  }
  return kept;
}
