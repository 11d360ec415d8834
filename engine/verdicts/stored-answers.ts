import { type AnswerPlace, answerPlace, readAnswer } from '../facts/answers.ts';
import { FACTS_VERSION } from '../facts/tables.ts';
import type { Inputs, TakenFromStore } from '../units/inputs.ts';

/** Raise it when the judge finds other references or paths in the same facts: answers of earlier versions are not used. */
const ANSWER_VERSION = 8;

/** What an earlier check was told when it asked the very same about `subject`, and where the answer is kept. */
export function storedAnswer(
  inputs: Inputs,
  subject: string,
  question: object,
  onlyStored: TakenFromStore | undefined,
): { readonly keep: AnswerPlace; readonly stored: unknown } {
  const dependsOn = JSON.stringify([FACTS_VERSION, ANSWER_VERSION, question]);
  const keep = answerPlace(inputs.root, subject, dependsOn);
  if (onlyStored === undefined) inputs.answered(keep.file);
  else onlyStored.answers.add(keep.file);
  // Its hash says that it is what we wrote.
  return { keep, stored: readAnswer(keep) };
}

/** Raised where nobody asks yet, and only a join could tell. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';
}
