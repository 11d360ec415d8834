import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import { writeAtomically } from './files.ts';
import { sealOf } from './seal.ts';

/** Bytes; no answer in the store is larger. */
const MAX_FILE = 2 ** 29;

/** The file in which the answer about an output is kept, and the hash of all that the answer depends on. */
export interface AnswerPlace {
  readonly file: string;
  readonly key: string;
}

/** Returns the place for the answer about `output`, one for each path: a later answer replaces an earlier one. */
export function answerPlace(root: string, output: string, dependsOn: string): AnswerPlace {
  return { file: join(root, 'answers', `${hashOf(output)}.answer`), key: hashOf(dependsOn) };
}

/** Reads the stored answer; undefined when there is none, it is damaged, or something that it depends on changed. */
export function readAnswer(place: AnswerPlace): unknown {
  return part(place, 0);
}

/** Reads the second part of a stored answer; undefined as for {@link readAnswer}, or when there is no second part. */
export function readBehindAnswer(place: AnswerPlace): unknown {
  return part(place, 1);
}

/** Stores an answer as JSON, and behind it a part that is rarely read; each after a line with its key and seal. */
export async function writeAnswer(
  { file, key }: AnswerPlace,
  ...parts: readonly [answer: object, behind?: object]
): Promise<void> {
  const lines = parts.map((value) => JSON.stringify(value));
  const seals = lines.map((line) => sealed(file, key, line));
  await writeAtomically(file, [[key, ...seals].join(' '), ...lines].join('\n'));
}

/** Reads a part of a stored answer. Each part is one line, since JSON without indentation has no line breaks. */
function part({ file, key }: AnswerPlace, wanted: number): unknown {
  let text: string;
  try {
    text = readRegularFile(file, MAX_FILE).toString();
  } catch {
    // Absent or unreadable: the answer is computed again.
    return undefined;
  }
  const [head = '', ...lines] = text.split('\n');
  const [storedKey, ...hashes] = head.split(' ');
  const json = lines[wanted];
  if (storedKey !== key || json === undefined || sealed(file, key, json) !== hashes[wanted])
    return undefined;
  return JSON.parse(json);
}

/** The seal of a part of an answer in `ROOT/answers/…`. */
function sealed(file: string, key: string, json: string): string {
  return sealOf(`${key}\n${json}`, dirname(dirname(file))).toString('hex');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
