import { type AnswerPlace, answerPlace, readAnswer } from '../facts/answers.ts';
import { FACTS_VERSION } from '../facts/tables.ts';
import type { Inputs, TakenFromStore } from '../units/inputs.ts';

/**
 * Raise this when the judge finds other references or paths in the same facts, so that answers of earlier versions
 * are not used.
 */
export const ANSWER_VERSION = 14;

/**
 * Returns the answer that an earlier check got to the same question about `subject`, and the place where the answer
 * is stored.
 */
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
  // The answer's hash proves that we wrote it.
  return { keep, stored: readAnswer(keep) };
}

/** Thrown when only the store may answer, and only a join could. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';
}
