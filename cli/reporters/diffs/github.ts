import { otherTargetLines } from '../../output/diff-quiet.ts';
import { diffSummary } from '../../output/diff-text.ts';
import { printable } from '../../output/printable.ts';
import { command, SHOWN } from '../github.ts';
import { Repository } from '../repository.ts';
import { findingLines, findingsOf, unknownLines } from './findings.ts';
import type { DiffReporter } from './reporter.ts';

/** Places in an annotation. */
const PLACES = 3;

/** Workflow commands: GitHub shows them at their place in this repository. */
export const githubDiff: DiffReporter = ({ diff }) => {
  const repository = new Repository(diff);
  const unknown = unknownLines(diff);
  const findings = findingsOf(diff);
  const commands =
    unknown.length === 0 ? [] : [command('warning', { title: 'cackle: not known' }, unknown)];
  for (const { file, text } of diff.loosened.slice(0, SHOWN / 2))
    commands.push(
      command('error', { ...repository.top(), title: 'cackle diff' }, [
        printable(`${file}: ${text}, unlike in the base`),
      ]),
    );
  const used = commands.length;
  let rest = Math.max(0, diff.loosened.length - SHOWN / 2);
  for (const level of ['error', 'warning'] as const) {
    const some = findings.filter((finding) => finding.level === level);
    const shown = some.slice(0, Math.max(0, SHOWN - used));
    rest += some.length - shown.length;
    for (const finding of shown) {
      const { name, after, before } = finding.change;
      const { file, line } = repository.placeOfPackage(name, (after ?? before)?.version);
      commands.push(
        command(level, { file, line, title: 'cackle diff' }, [
          finding.text,
          ...findingLines(finding, diff, PLACES),
        ]),
      );
    }
  }
  const plain = { red: String, green: String };
  const summary = diffSummary(diff, plain);
  const more =
    rest > 0 ? [`${rest} more are not shown here: GitHub shows ${SHOWN} of a level`] : [];
  commands.push(
    command('notice', { title: 'cackle diff' }, [
      summary,
      ...more,
      ...otherTargetLines(diff, false),
    ]),
  );
  return commands.map((line) => `${line}\n`).join('');
};
