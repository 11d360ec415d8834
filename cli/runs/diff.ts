import type { Comparison } from '../../engine/diff/bases.ts';
import { diff } from '../../engine/diff/diff.ts';
import type { WorkspaceQuestions } from '../../engine/workspace/early-questions.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import type { DiffFormat, FurtherReport } from '../arguments/options.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { faultsOf } from '../output/error-text.ts';
import { aboutOneTarget } from './choices.ts';
import { DiffPrinter } from './print-diff.ts';
import { watched } from './watched.ts';

/** The options of `diff`. */
export interface DiffArguments extends BuildArguments {
  /** What was asked before this module was loaded. */
  readonly questions: WorkspaceQuestions;
  readonly base: string | undefined;
  readonly lock: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly update: boolean;
  readonly packages: readonly string[];
  /** The report on stdout; undefined: not chosen. */
  readonly outputFormat: DiffFormat | undefined;
  readonly furtherReports: readonly FurtherReport[];
}

/** Compares and prints the result; resolves to the exit status: 0 gained nothing, 1 gained, 2 not known. Throws UsageError. */
export async function runDiff(args: DiffArguments): Promise<number> {
  const comparison = comparisonOf(args);
  return watched(args, async ({ options: common, observer, signal, clear }) => {
    const options = { ...aboutOneTarget(common), questions: args.questions };
    const printer = new DiffPrinter(args);
    const result = await diff({ options, comparison, observer, signal }).catch(async (error) => {
      await printer.fail(faultsOf(error, args.debug));
      throw error;
    });
    clear();
    await printer.print(result);
    if (result.gained) return 1;
    return result.base.unknown.length + result.head.unknown.length > 0 ? 2 : 0;
  });
}

function comparisonOf({ base, lock, update, packages, from, to }: DiffArguments): Comparison {
  if (from !== undefined || to !== undefined) {
    if (from === undefined || to === undefined || base === undefined)
      throw new UsageError(
        '--from and --to go together, with the name of a crate: `cackle diff --from 1.0.1 --to 1.0.2 anyhow`',
      );
    if (lock !== undefined || update)
      throw new UsageError(
        '--from cannot be given with --lock or --update: choose one to compare with',
      );
    return { kind: 'versions', crate: base, from, to };
  }
  const given = [
    ...(base === undefined ? [] : [`the base '${base}'`]),
    ...(lock === undefined ? [] : ['--lock']),
    ...(update ? ['--update'] : []),
  ];
  if (given.length > 1)
    throw new UsageError(
      `${given.join(' and ')} cannot be given together: choose one to compare with`,
    );
  if (packages.length > 0 && !update)
    throw new UsageError('-p belongs to --update: it names what is updated');
  if (update) return { kind: 'update', packages };
  if (lock !== undefined) return { kind: 'lock', file: lock };
  return { kind: 'revision', name: base };
}
