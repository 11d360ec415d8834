import { createHash, randomBytes } from 'node:crypto';
import {
  access,
  constants,
  copyFile,
  type FileHandle,
  link,
  lstat,
  open,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readRegularFile } from '../../regular-file.ts';
import { reasonOf, whyUnwritable } from '../../system-errors.ts';

/** The text of a configuration file as it was read, and a hash to notice later changes. */
export interface ConfigFileText {
  readonly file: string;
  readonly text: string;
  /** SHA-256 of the bytes; undefined where there was no file. */
  readonly hash: string | undefined;
}

/** A configuration file that could not be read or replaced; nothing was changed. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
  readonly help: string;
  constructor(message: string, help: string, options?: ErrorOptions) {
    super(message, options);
    this.help = help;
  }
}

/** Reads a configuration file for editing; a missing file has an empty text. Throws {@link ConfigFileError}. */
export async function readConfigText(file: string): Promise<ConfigFileText> {
  const bytes = bytesOf(file);
  if (bytes === undefined) return { file, text: '', hash: undefined };
  try {
    // A byte order mark stays where it is.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { file, text, hash: hashOf(bytes) };
  } catch (error) {
    throw new ConfigFileError(`${file} is not UTF-8`, 'save it as UTF-8 and try again', {
      cause: error,
    });
  }
}

/**
 * Replaces a configuration file by a new text, whole or not at all, and returns it as it now is. Its mode stays, a link
 * to it stays a link. Throws {@link ConfigFileError}, also when the file is no longer as it was read.
 */
export async function writeConfigText(read: ConfigFileText, text: string): Promise<ConfigFileText> {
  const target = await targetOf(read);
  const temporary = join(
    dirname(target),
    `.${basename(target)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  );
  const bytes = new TextEncoder().encode(text);
  try {
    const mode = read.hash === undefined ? undefined : (await stat(target)).mode & 0o7777;
    await writeWhole(temporary, bytes, mode);
    await refuseChanged(read, target);
    if (read.hash === undefined) await putInPlace(temporary, target);
    else await rename(temporary, target);
  } catch (error) {
    throw error instanceof ConfigFileError ? error : writeError(read.file, error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncDirectory(dirname(target));
  return { file: read.file, text, hash: hashOf(bytes) };
}

/** Moves a new file to its name. Throws when another was created there meanwhile, which a rename would replace. */
async function putInPlace(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (!noHardLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(temporary, target, constants.COPYFILE_EXCL);
  }
}

/** The errors of link(2) on file systems without hard links: FAT, some network file systems and containers. */
const noHardLinks = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS']);

/** The file that a name leads to. */
async function targetOf({ file, hash }: ConfigFileText): Promise<string> {
  try {
    if (hash !== undefined) {
      const target = await realpath(file);
      await access(target, constants.W_OK);
      return target;
    }
    const target = join(await realpath(dirname(file)), basename(file));
    const found = await lstat(target).catch(() => undefined);
    if (found === undefined) return target;
    if (found.isSymbolicLink() && bytesOf(file) === undefined)
      throw new ConfigFileError(
        `${file} is a link to a file that is not there`,
        'remove the link, or create the file that it leads to, and try again',
      );
    throw changedError(file);
  } catch (error) {
    if (error instanceof ConfigFileError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && hash !== undefined)
      throw changedError(file);
    throw writeError(file, error);
  }
}

async function refuseChanged({ file, hash }: ConfigFileText, target: string): Promise<void> {
  const bytes = bytesOf(target);
  if ((bytes === undefined ? undefined : hashOf(bytes)) !== hash) throw changedError(file);
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readRegularFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigFileError(
      `cannot read ${file}: ${reasonOf(error)}`,
      'make it a file that you may read, and try again',
      { cause: error },
    );
  }
}

/** Without `mode` the user's umask decides. */
async function writeWhole(file: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const handle = await open(file, 'wx', mode === undefined ? 0o666 : 0o600);
  try {
    await handle.writeFile(bytes);
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Syncs the file's new name to disk; where directories cannot be synced, the file is whole all the same. */
async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(directory, 'r');
    await handle.sync();
  } catch {
    // Not every file system can.
  } finally {
    await handle?.close();
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function changedError(file: string): ConfigFileError {
  return new ConfigFileError(
    `${file} was changed by somebody else since it was read; it was left as it is`,
    'check again, so that the edit is made to the file as it is now',
  );
}

function writeError(file: string, cause: unknown): ConfigFileError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') return changedError(file);
  const help =
    code === 'EACCES' || code === 'EPERM'
      ? 'make it and its directory writable for you'
      : code === 'EROFS'
        ? 'its file system is mounted read-only; mount it writable'
        : code === 'ENOSPC' || code === 'EDQUOT'
          ? 'make room on its file system'
          : 'nothing was changed; fix the cause and try again';
  return new ConfigFileError(`cannot write ${file}: ${whyUnwritable(cause)}`, help, { cause });
}
