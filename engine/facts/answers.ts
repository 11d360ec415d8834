import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { writeAtomically } from './files.ts';
import { sealOf } from './seal.ts';

/** No file of the store is larger. */
const MAX_FILE = 2 ** 29;

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
export function readAnswer(place: AnswerPlace): unknown {
  return part(place, 0);
}

/** What was stored behind the answer; undefined as for {@link readAnswer}, or when nothing was. */
export function readBehindAnswer(place: AnswerPlace): unknown {
  return part(place, 1);
}

/** Stores an answer, as JSON, and behind it what few will ask for: after a line with the key and the seal of each. */
export async function writeAnswer(
  { file, key }: AnswerPlace,
  ...parts: readonly [answer: object, behind?: object]
): Promise<void> {
  const lines = parts.map((value) => JSON.stringify(value));
  const seals = lines.map((line) => sealed(file, key, line));
  await writeAtomically(file, [[key, ...seals].join(' '), ...lines].join('\n'));
}

/** A part of a stored answer; each is a line, since JSON that nobody indents has no line breaks. */
function part({ file, key }: AnswerPlace, wanted: number): unknown {
  let text: string;
  try {
    text = readRegularFile(file, MAX_FILE).toString();
  } catch {
    // Absent or unreadable: the question is asked again.
    return undefined;
  }
  const [head = '', ...lines] = text.split('\n');
  const [storedKey, ...hashes] = head.split(' ');
  const json = lines[wanted];
  if (storedKey !== key || json === undefined || sealed(file, key, json) !== hashes[wanted])
    return undefined;
  return JSON.parse(json);
}

/** The seal of an answer to a question, in `ROOT/answers/…`. */
function sealed(file: string, key: string, json: string): string {
  return sealOf(`${key}\n${json}`, dirname(dirname(file))).toString('hex');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
