import { availableParallelism } from 'node:os';
import type { Extern } from './types.ts';
import { readSearchPath } from './unit-arguments.ts';

/** One argument of rustc in canonical form: an option with its value, a flag, or an input. */
export type RustcArgument =
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'input'; readonly value: string };

/** Short options with a value, by the long name that stands for them here. */
const shortWithValue = new Map([
  ['L', 'L'],
  ['l', 'l'],
  ['o', 'o'],
  ['A', 'allow'],
  ['W', 'warn'],
  ['D', 'deny'],
  ['F', 'forbid'],
  ['C', 'codegen'],
  ['Z', 'Z'],
]);
const shortFlags = new Set(['g', 'O', 'v', 'V', 'h']);
const longFlags = new Set(['test', 'help', 'version', 'verbose']);

/** A rustc command line that is not as `rustc --help -v` describes. */
export class RustcArgumentsError extends Error {
  override readonly name = 'RustcArgumentsError';
}

/** Cuts arguments as rustc's getopts does. `@file` has to be expanded before. */
export function parseRustcArguments(args: readonly string[]): RustcArgument[] {
  const parsed: RustcArgument[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    const next = (name: string): string => {
      const value = args[++index];
      if (value === undefined) throw new RustcArgumentsError(`${name} lacks its value`);
      return value;
    };
    if (argument === '--') {
      for (const value of args.slice(index + 1)) parsed.push({ kind: 'input', value });
      break;
    }
    if (argument === '-' || !argument.startsWith('-')) {
      parsed.push({ kind: 'input', value: argument });
    } else if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
      // Names of one letter are short ones to rustc, which takes them behind one dash only.
      if (name.length < 2) throw new RustcArgumentsError(`unknown option ${argument}`);
      if (equals >= 0 && longFlags.has(name))
        throw new RustcArgumentsError(`${argument}: --${name} takes no value`);
      const value =
        equals >= 0 ? argument.slice(equals + 1) : longFlags.has(name) ? undefined : next(argument);
      parsed.push({ kind: 'option', name, value });
    } else {
      for (let at = 1; at < argument.length; at++) {
        const letter = argument[at] as string;
        const name = shortWithValue.get(letter);
        if (name !== undefined) {
          const rest = argument.slice(at + 1);
          parsed.push({ kind: 'option', name, value: rest === '' ? next(`-${letter}`) : rest });
          break;
        }
        if (!shortFlags.has(letter)) throw new RustcArgumentsError(`unknown option ${argument}`);
        parsed.push({ kind: 'option', name: letter, value: undefined });
      }
    }
  }
  return parsed;
}

/** Writes an argument in one spelling that every rustc takes. A value that begins with `@` is never an argument of its own. */
function write(argument: RustcArgument): string[] {
  if (argument.kind === 'input') return [argument.value];
  const { name, value } = argument;
  const isShort = name.length === 1;
  if (value === undefined) return [`${isShort ? '-' : '--'}${name}`];
  if (value.startsWith('@')) return [isShort ? `-${name}${value}` : `--${name}=${value}`];
  return [`${isShort ? '-' : '--'}${name}`, value];
}

/** `-C` options that would hide from us what we read, or are set by us. */
const ourCodegen = new Set([
  'debuginfo',
  'split-debuginfo',
  'symbol-mangling-version',
  'save-temps',
  'linker',
]);

/** What we add: names and places in every unit, the two lints, and our linker. */
function additions(linker: string): string[] {
  return [
    ...[
      'debuginfo=1',
      'split-debuginfo=off',
      'symbol-mangling-version=v0',
      `linker=${linker}`,
    ].flatMap((option) => ['-C', option]),
    ...OUR_LINTS.flatMap((lint) => ['--force-warn', lint]),
  ];
}

/** The lints that we ask for and take out of stderr. */
export const OUR_LINTS = ['unsafe_code', 'missing_unsafe_on_extern'] as const;

/**
 * Version of what {@link rewriteRustcArguments} does, part of the line added to `rustc -vV`. Raise it
 * with every change that makes rustc's outputs or the unit records differ: cargo then rebuilds.
 */
export const FLAGS_VERSION = 6;

/** The command line that really goes to rustc, whose LLVM has that major version (undefined: none is known). */
export function rewriteRustcArguments(
  args: readonly RustcArgument[],
  linker: string,
  llvm: number | undefined,
): string[] {
  const distinct = keepDistinct(args, llvm);
  const kept = args.filter((argument) => {
    if (argument.kind === 'input') return true;
    if (distinct.replacesLevel && isLevel(argument)) return false;
    if (argument.name === 'g' || argument.name === 'remap-path-prefix') return false;
    if (argument.name !== 'codegen') return true;
    const option = codegenName(argument.value);
    // What was linked is compared by its symbols; debug info is read from the objects, and costs the linker time.
    if (option === 'strip') return argument.value?.endsWith('=debuginfo') === true;
    return !ourCodegen.has(option);
  });
  return [
    ...kept.flatMap(write),
    ...distinct.added,
    ...fewerCodegenUnits(args),
    ...leaveOutDebugInfo(args),
    ...additions(linker),
  ];
}

/** What cargo builds without debug info, as it does build scripts and proc macros, has ours in its objects, not in what is linked of them. */
function leaveOutDebugInfo(args: readonly RustcArgument[]): string[] {
  const wanted =
    hasOption(args, 'g') ||
    codegenValues(args, 'debuginfo').some((level) => level !== '0' && level !== 'none');
  return wanted ? [] : ['-C', 'strip=debuginfo'];
}

/** LLVM's options by which it leaves apart what two pieces of code have in common: calls in two branches, ends of blocks. */
const APART = [
  '-hoist-common-insts=false',
  '-sink-common-insts=false',
  '-simplifycfg-merge-compatible-invokes=false',
  '-enable-tail-merge=false',
];
/** The first LLVM that can be told to leave a pass out. */
const LEAVES_PASSES_OUT = 22;

/**
 * Of equal functions, or equal calls in two branches, an optimising LLVM leaves one, with the place of one or of neither: the
 * other's package would have used nothing. An older LLVM merges functions at every level above the first.
 */
function keepDistinct(
  args: readonly RustcArgument[],
  llvm: number | undefined,
): { readonly added: readonly string[]; readonly replacesLevel: boolean } {
  if (!isOptimised(args)) return { added: [], replacesLevel: false };
  const leavesOut = llvm !== undefined && llvm >= LEAVES_PASSES_OUT;
  const wanted = [...APART, ...(leavesOut ? ['-opt-disable=mergefunc'] : [])];
  const added = wanted.flatMap((option) => ['-C', `llvm-args=${option}`]);
  return leavesOut
    ? { added, replacesLevel: false }
    : { added: ['-C', 'opt-level=1', ...added], replacesLevel: true };
}

function isOptimised(args: readonly RustcArgument[]): boolean {
  return hasOption(args, 'O') || codegenValues(args, 'opt-level').some((level) => level !== '0');
}

function isLevel({ kind, ...argument }: RustcArgument): boolean {
  if (kind === 'input' || !('name' in argument)) return false;
  const { name, value } = argument;
  return name === 'O' || (name === 'codegen' && codegenName(value) === 'opt-level');
}

/**
 * rustc cuts every crate in 16 (rustc book, "codegen-units"), which costs more than it gives on few cores. Without
 * optimisation the cut has no influence on what the code refers to; with it, on what is inlined, so that the profile's is kept.
 */
function fewerCodegenUnits(args: readonly RustcArgument[]): string[] {
  const chosen = ['codegen-units', 'incremental'].some(
    (name) => codegenValues(args, name).length > 0,
  );
  return isOptimised(args) || chosen ? [] : ['-C', `codegen-units=${CODEGEN_UNITS}`];
}

/** One a core: enough to keep them busy behind a last large crate. */
const CODEGEN_UNITS = Math.min(16, availableParallelism());

/** rustc takes `-` and `_` in these names as the same. */
function codegenName(value: string | undefined): string {
  return (value ?? '').replace(/=.*/s, '').replaceAll('_', '-');
}

/** What follows `=` in each `-C NAME=VALUE`, empty where nothing does; the last counts. */
function codegenValues(args: readonly RustcArgument[], name: string): string[] {
  return valuesOf(args, 'codegen')
    .filter((value) => codegenName(value) === name)
    .map((value) => value.replace(/^[^=]*=?/s, ''));
}

function valuesOf(args: readonly RustcArgument[], name: string): string[] {
  return args.flatMap((a) => (a.kind === 'option' && a.name === name ? [a.value ?? ''] : []));
}

function hasOption(args: readonly RustcArgument[], name: string): boolean {
  return args.some((argument) => argument.kind === 'option' && argument.name === name);
}

/** What a rustc command line says about the unit. Paths are as written. */
export interface RustcCommand {
  readonly input: string | undefined;
  readonly crateName: string | undefined;
  /** Empty when not given: rustc's default, or `#![crate_type]`. */
  readonly crateTypes: readonly string[];
  readonly isTest: boolean;
  readonly outDir: string | undefined;
  readonly extraFilename: string;
  readonly externs: readonly Extern[];
  /** Path of dep-info when `--emit` names one. */
  readonly depInfo: string | undefined;
  readonly linker: string | undefined;
  readonly linkerFlavor: string | undefined;
  readonly target: string | undefined;
  /** Directory of `-C incremental`. */
  readonly incremental: string | undefined;
  readonly jsonErrors: boolean;
  /** `-L` directories in which rustc looks for native libraries. */
  readonly nativeDirectories: readonly string[];
}

/** Reads the command line of one compilation. The last of a repeated option counts. */
export function describeRustcCommand(args: readonly RustcArgument[]): RustcCommand {
  const all = (name: string): string[] => valuesOf(args, name);
  const codegen = (name: string): string | undefined => codegenValues(args, name).at(-1);
  const inputs = args.flatMap((a) => (a.kind === 'input' ? [a.value] : []));
  if (inputs.length > 1) throw new RustcArgumentsError(`several inputs: ${inputs.join(' ')}`);
  const depInfo = all('emit')
    .flatMap((value) => value.split(','))
    .filter((value) => value.startsWith('dep-info='))
    .at(-1);
  return {
    input: inputs[0],
    crateName: all('crate-name').at(-1),
    crateTypes: all('crate-type').flatMap((value) => value.split(',')),
    isTest: hasOption(args, 'test'),
    outDir: all('out-dir').at(-1),
    extraFilename: codegen('extra-filename') ?? '',
    externs: all('extern').map(readExtern),
    depInfo: depInfo?.slice('dep-info='.length),
    linker: codegen('linker'),
    linkerFlavor: codegen('linker-flavor'),
    target: all('target').at(-1),
    incremental: codegen('incremental'),
    nativeDirectories: all('L').flatMap((value) => {
      const { kind, path } = readSearchPath(value);
      return kind === 'dependency' || kind === 'crate' ? [] : [path];
    }),
    jsonErrors: all('error-format').at(-1) === 'json',
  };
}

/** `[OPTIONS:]NAME[=PATH]` (rustc book, "--extern"). */
function readExtern(value: string): Extern {
  const equals = value.indexOf('=');
  const front = equals < 0 ? value : value.slice(0, equals);
  return {
    name: front.slice(front.lastIndexOf(':') + 1),
    path: equals < 0 ? undefined : value.slice(equals + 1),
  };
}
