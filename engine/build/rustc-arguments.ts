import { availableParallelism } from 'node:os';
import {
  codegenName,
  codegenValues,
  hasOption,
  type RustcArgument,
  written,
} from './rustc-command-line.ts';

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
    ...kept.flatMap(written),
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
