import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './files.ts';

/** Where the answer about an output is kept, and the hash of all that it depends on. */
export interface AnswerPlace {
  readonly file: string;
  readonly key: string;
}

/** The place for the answer about `output`, one for each path: a later answer takes the place of an earlier one. */
export function answerPlace(root: string, output: string, dependsOn: string): AnswerPlace {
  return { file: join(root, 'answers', `${hashOf(output)}.answer`), key: hashOf(dependsOn) };
}

/** The stored answer as it was given; undefined when there is none, it is damaged, or what it depends on changed. */
export async function readAnswer({ file, key }: AnswerPlace): Promise<unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Absent or unreadable: the question is asked again.
    return undefined;
  }
  const end = text.indexOf('\n');
  const json = text.slice(end + 1);
  if (text.slice(0, end) !== `${key} ${hashOf(json)}`) return undefined;
  return JSON.parse(json);
}

/** Stores an answer, as JSON behind a line with its key and its hash. */
export async function writeAnswer({ file, key }: AnswerPlace, answer: object): Promise<void> {
  const json = JSON.stringify(answer);
  await writeAtomically(file, `${key} ${hashOf(json)}\n${json}`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
