import { availableParallelism } from 'node:os';
import { elfPlatform, type Platform } from '../workspace/platform.ts';
import {
  codegenName,
  codegenValues,
  hasOption,
  type RustcArgument,
  written,
} from './rustc-command-line.ts';

/** `-C` options that would hide what we read, or that we set ourselves. */
const ourCodegen = new Set([
  'debuginfo',
  'split-debuginfo',
  'symbol-mangling-version',
  'save-temps',
  'linker',
]);

/** Our additions: symbol names and source places in every unit, the two lints, and our linker. */
function additions(linker: string, platform: Platform): string[] {
  return [
    ...[
      'debuginfo=1',
      // For MSVC, debug info stays in the objects in any case, and rustc takes no such option.
      ...(platform.linker === 'msvc' ? [] : ['split-debuginfo=off']),
      'symbol-mangling-version=v0',
      `linker=${linker}`,
    ].flatMap((option) => ['-C', option]),
    ...OUR_LINTS.flatMap((lint) => ['--force-warn', lint]),
  ];
}

/** The lints that we request and remove from stderr. */
export const OUR_LINTS = ['unsafe_code', 'missing_unsafe_on_extern'] as const;

/**
 * Version of what {@link rewriteRustcArguments} does, part of the line added to `rustc -vV`. Raise it
 * with every change that makes rustc's outputs or the unit records differ: cargo then rebuilds.
 */
export const FLAGS_VERSION = 6;

/**
 * Returns the command line that rustc really gets. `llvm` is the major version of its LLVM; undefined when it has
 * none.
 */
export function rewriteRustcArguments(
  args: readonly RustcArgument[],
  linker: string,
  llvm: number | undefined,
  platform = elfPlatform,
): string[] {
  const distinct = keepDistinct(args, llvm);
  // Where nothing is linked there is nothing to strip, and rustc would run a program for that.
  const isLinked = platform.format === 'elf';
  const kept = args.filter((argument) => {
    if (argument.kind === 'input') return true;
    if (distinct.replacesLevel && isLevel(argument)) return false;
    if (argument.name === 'g' || argument.name === 'remap-path-prefix') return false;
    if (argument.name !== 'codegen') return true;
    const option = codegenName(argument.value);
    // The linked file is compared by its symbols; debug info is read from the objects, and would cost the linker
    // time.
    if (option === 'strip') return isLinked && argument.value?.endsWith('=debuginfo') === true;
    return !ourCodegen.has(option);
  });
  return [
    ...kept.flatMap(written),
    ...distinct.added,
    ...fewerCodegenUnits(args),
    ...(isLinked ? leaveOutDebugInfo(args) : []),
    ...additions(linker, platform),
  ];
}

/**
 * Strips our debug info from the linked file of a unit that cargo builds without any, such as a build script or proc
 * macro; its objects keep it.
 */
function leaveOutDebugInfo(args: readonly RustcArgument[]): string[] {
  const wanted =
    hasOption(args, 'g') ||
    codegenValues(args, 'debuginfo').some((level) => level !== '0' && level !== 'none');
  return wanted ? [] : ['-C', 'strip=debuginfo'];
}

/** LLVM options that stop it from merging equal code: calls in two branches, ends of blocks. */
const APART = [
  '-hoist-common-insts=false',
  '-sink-common-insts=false',
  '-simplifycfg-merge-compatible-invokes=false',
  '-enable-tail-merge=false',
];
/** The first LLVM version in which a pass can be disabled. */
const LEAVES_PASSES_OUT = 22;

/**
 * An optimising LLVM merges equal functions, or equal calls in two branches, and keeps the place of one of them or of
 * neither: the other's package would then seem to have used nothing. An older LLVM merges functions at every level
 * above the first.
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

/** Returns whether a rustc command line asks for an optimised unit. */
export function isOptimised(args: readonly RustcArgument[]): boolean {
  return hasOption(args, 'O') || codegenValues(args, 'opt-level').some((level) => level !== '0');
}

function isLevel({ kind, ...argument }: RustcArgument): boolean {
  if (kind === 'input' || !('name' in argument)) return false;
  const { name, value } = argument;
  return name === 'O' || (name === 'codegen' && codegenName(value) === 'opt-level');
}

/**
 * rustc splits every crate into 16 codegen units (rustc book, "codegen-units"), which costs more than it gains on few
 * cores. Without optimisation, the split does not affect what the code refers to. With optimisation it affects what
 * is inlined, so the profile's number is kept.
 */
function fewerCodegenUnits(args: readonly RustcArgument[]): string[] {
  const chosen = ['codegen-units', 'incremental'].some(
    (name) => codegenValues(args, name).length > 0,
  );
  return isOptimised(args) || chosen ? [] : ['-C', `codegen-units=${CODEGEN_UNITS}`];
}

/** One for each core: enough to keep all cores busy while a last large crate is compiled. */
const CODEGEN_UNITS = Math.min(16, availableParallelism());
