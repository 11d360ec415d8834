import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { CheckError } from '../../engine/errors.ts';
import { whyUnwritable } from '../../engine/system-errors.ts';
import type { FurtherReport, ReportFormat } from '../arguments/options.ts';

/** `report --html` writes one more form, which is no form of `--output`. */
type WrittenFormat = ReportFormat | 'html';

/** A file that a report goes to. */
export interface ReportFile<F extends WrittenFormat = ReportFormat> {
  readonly format: F;
  /** As the user wrote it. */
  readonly name: string;
  /** The file that is replaced: where a link leads. */
  readonly target: string;
}

/** Where the reports of a check go. */
export interface ReportTargets {
  readonly stdout: ReportFormat;
  readonly files: readonly ReportFile[];
}

/**
 * Returns where reports go, by `--output-format` and each `--output`. Throws CheckError when stdout or a file is to take
 * two, and when a file cannot be written.
 */
export function reportTargets(
  format: ReportFormat | undefined,
  further: readonly FurtherReport[],
): ReportTargets {
  const toStdout = [
    ...(format === undefined ? [] : [format]),
    ...further.filter(({ file }) => file === '-').map((one) => one.format),
  ];
  if (toStdout.length > 1)
    throw new CheckError(
      `stdout cannot take several reports: ${toStdout.join(' and ')}`,
      'let --output name a file for all but one',
    );
  const files: ReportFile[] = [];
  for (const { format: name, file } of further) {
    if (file === '-') continue;
    const one = { format: name, name: file, target: writableTarget(name, file) };
    const other = files.find(({ target }) => target === one.target);
    if (other !== undefined)
      throw new CheckError(
        `${file} cannot take several reports: ${other.format} and ${name}`,
        'give each --output a file of its own',
      );
    files.push(one);
  }
  return { stdout: toStdout[0] ?? 'human', files };
}

/** Replaces a file by a report, whole or not at all; its mode and owner stay. Throws CheckError. */
export async function writeReport(
  { format, name, target }: ReportFile<WrittenFormat>,
  text: string,
): Promise<void> {
  try {
    await writeFileAtomic(target, text);
  } catch (error) {
    throw cannotWrite(format, name, error);
  }
}

/** Returns the file that a name leads to, when a file can be made beside it. Throws CheckError. */
export function writableTarget(format: WrittenFormat, file: string): string {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true && !existsSync(file))
      throw new Error('it is a link to a file that is not there');
    const target =
      found === undefined ? join(realpathSync(dirname(file)), basename(file)) : realpathSync(file);
    if (found !== undefined) {
      const status = lstatSync(target);
      if (status.isDirectory()) throw new Error('it is a directory');
      // A device or a pipe would be replaced by a file.
      if (!status.isFile()) throw new Error('it is not a file');
      accessSync(target, constants.W_OK);
    }
    const probe = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
    writeFileSync(probe, '', { flag: 'wx' });
    unlinkSync(probe);
    return target;
  } catch (error) {
    throw cannotWrite(format, file, error);
  }
}

function cannotWrite(format: WrittenFormat, file: string, cause: unknown): CheckError {
  return new CheckError(
    `cannot write the ${format} report to ${file}: ${whyUnwritable(cause)}`,
    format === 'html'
      ? 'let --html name a file in a directory that you may write to'
      : 'let --output name a file in a directory that you may write to, or `-` for stdout',
    { cause },
  );
}
