import { CheckError } from '../../engine/errors.ts';
import { failed } from '../output/error-text.ts';
import {
  explainList,
  explainText,
  findExplained,
  nearestExplained,
} from '../output/explain-text.ts';
import { paintFor } from '../output/paint.ts';
import { wantsColour } from './choices.ts';

/** Prints what a code or kind of problem means, or the list of all; resolves to the exit status (rule 6.16). */
export function runExplain(word: string | undefined): number {
  if (word === undefined) {
    process.stdout.write(explainList());
    return 0;
  }
  const explained = findExplained(word);
  if (explained !== undefined) {
    const colour = wantsColour('auto', process.stdout.isTTY === true);
    process.stdout.write(explainText(explained, paintFor(colour)));
    return 0;
  }
  const near = nearestExplained(word);
  return failed(
    new CheckError(
      `there is no code or kind of problem '${word}'`,
      near === undefined
        ? '`cackle explain` lists them'
        : `did you mean ${near}? \`cackle explain\` lists them`,
    ),
  );
}
