import type { Diff, PackageChange } from '../../../engine/diff/types.ts';
import { count } from '../../output/count.ts';
import { changeText, isWholeKnown, otherTargetLines } from '../../output/diff-quiet.ts';
import {
  allowanceText,
  comparedText,
  diffSummary,
  gainsText,
  isHeavy,
  openerText,
} from '../../output/diff-text.ts';
import { printable, printableLines } from '../../output/printable.ts';
import { fold, html, limitedText } from '../markdown.ts';
import { code, codeBlock, sentence } from '../markdown-text.ts';
import { findingLines, unknownLines } from './findings.ts';
import type { DiffReporter } from './reporter.ts';

/** Packages that are shown without unfolding: one screen. */
const OPEN = 10;
/** Lines about code for other targets that stand without unfolding. */
const OPEN_ELSEWHERE = 3;
const PLACES = 5;

/** For job summaries and comments: one line where nothing was gained, else one screen and folded details. */
export const markdownDiff: DiffReporter = ({ diff }) => {
  const plain = { red: String, green: String };
  const unknown = unknownLines(diff);
  const summary = diffSummary(diff, plain);
  const others = diff.packages.filter((change) => !isHeavy(change));
  if (!diff.gained && unknown.length === 0 && others.length === 0 && diff.lockedOnly.length === 0)
    return `**cackle diff**: ${sentence(summary)}\n`;
  const heavy = diff.packages.filter(isHeavy);
  const elsewhere = otherTargetLines(diff, false).map((line) => `- ${sentence(line)}`);
  const parts = [
    diff.gained
      ? `### cackle diff: ${sentence(gainsText(diff))}\n\n${sentence(comparedText(diff))}`
      : `**cackle diff**: ${sentence(summary)}`,
    diff.loosened
      .map(({ file, text }) => `- **${sentence(file)}**: ${sentence(text)}, unlike in the base`)
      .join('\n'),
    unknown.map((line) => `- **${sentence(line)}**`).join('\n'),
    heavy.slice(0, OPEN).map(listed).join('\n'),
    // Behind what was gained: crates for many systems have pages of it.
    elsewhere.length > OPEN_ELSEWHERE
      ? fold(
          `Code for other targets, not judged: ${count(elsewhere.length, 'line')}`,
          elsewhere.join('\n'),
        )
      : elsewhere.join('\n'),
    ...(heavy.length > OPEN
      ? [fold('More packages', heavy.slice(OPEN).map(listed).join('\n'))]
      : []),
    ...heavy.map((change) => details(change, diff)),
    diff.toAllow === ''
      ? ''
      : fold(
          'To allow what was refused, once you have looked at it, in cackle.toml',
          codeBlock(printableLines(diff.toAllow).split('\n')),
        ),
    others.length === 0
      ? ''
      : fold(
          `${isWholeKnown(diff) ? 'Gained nothing' : 'Not judged whole'}: ${count(others.length, 'further changed package')}`,
          others
            .map((change) => `- ${code(change.name)} ${sentence(changeText(change))}`)
            .join('\n'),
        ),
  ];
  return limitedText(parts.filter((part) => part !== ''));
};

function listed(change: PackageChange): string {
  const lines = [`- **${code(change.name)}** ${sentence(changeText(change))}`];
  if (change.checksumChanged)
    lines.push('  - **the registry has another archive** for this version than Cargo.lock had');
  for (const gain of change.gained) {
    const said = allowanceText(gain);
    const mark = gain.allowed && !gain.newlyAllowed ? said : `**${said}**`;
    lines.push(`  - gained ${code(gain.fact)}, ${mark}${sentence(openerText(gain))}`);
  }
  if (change.lost.length > 0) lines.push(`  - lost ${change.lost.map(code).join(', ')}`);
  return lines.join('\n');
}

function details(change: PackageChange, diff: Diff): string {
  const lines = change.gained.flatMap((gain) => {
    const found = { change, gain, level: 'error', text: '' } as const;
    const places = findingLines(found, diff, PLACES);
    return places.length === 0 ? [] : [gain.fact, ...places.map((line) => `  ${line}`)];
  });
  const { size, buildScript, keywords } = change.review ?? {};
  if (size !== undefined)
    lines.push(`sources: ${size.files} files differ, +${size.added} −${size.removed}`);
  for (const [what, places] of Object.entries(keywords ?? {}))
    for (const { keyword, file, line, text } of places.slice(0, 20))
      lines.push(`${what} ${keyword}: ${file}:${line}  ${text.slice(0, 120)}`);
  if (buildScript) lines.push('build script:', ...buildScript.split('\n').slice(0, 80));
  if (lines.length === 0) return '';
  return fold(`Details of ${html(change.name)}`, codeBlock(lines.map(printable)));
}
