import { checkTree } from '../../engine/check/check.ts';
import { diff } from '../../engine/diff/diff.ts';
import { severityOf } from '../../engine/problems/kinds.ts';
import type { BuildArguments } from '../arguments/build-arguments.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { pageData } from '../html/data.ts';
import { pageText } from '../html/page.ts';
import { printable } from '../output/printable.ts';
import { summaryText } from '../output/report.ts';
import { writableTarget, writeReport } from '../reporters/files.ts';
import { aboutOneTarget } from './choices.ts';
import { watched } from './watched.ts';

/** The options of `report`. */
export interface ReportArguments extends BuildArguments {
  readonly html: string | undefined;
  readonly diff: boolean;
  readonly base: string | undefined;
}

/** Places of one fact that the page has at most. */
const PLACES = 5000;

/** Checks and writes the page; resolves to the exit status of the check. Throws UsageError. */
export async function runReport(args: ReportArguments): Promise<number> {
  const { html } = args;
  if (html === undefined)
    throw new UsageError('the file to write is missing: `cackle report --html report.html`');
  if (args.base !== undefined && !args.diff)
    throw new UsageError(`the base '${args.base}' belongs to --diff: \`--diff ${args.base}\``);
  return watched(args, async ({ options: common, observer, signal, clear }) => {
    const file = { format: 'html', name: html, target: writableTarget('html', html) } as const;
    const options = { ...aboutOneTarget(common), ignoreNewerVersions: false };
    const comparison = { kind: 'revision', name: args.base } as const;
    // The comparison leaves the target directory as a check of the head does: the check after it builds nothing.
    const compared = args.diff ? await diff({ options, comparison, observer, signal }) : undefined;
    const inventory = { isNew: () => true, places: PLACES };
    const whole = { ...options, inventory, wholeFor: '`cackle report`' };
    const checked = await checkTree({ options: whole, observer, signal });
    if (checked.inventory === undefined) throw new Error('a check took no inventory');
    const text = pageText(pageData({ ...checked, inventory: checked.inventory }, compared));
    await writeReport(file, text);
    clear();
    const { report } = checked;
    const failed =
      report.unchecked.length > 0 || report.problems.some((p) => severityOf(p) === 'error');
    if (!args.quiet || failed) process.stdout.write(`${printable(html)}: ${summaryText(report)}\n`);
    return failed ? 1 : 0;
  });
}
