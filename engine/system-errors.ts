/** Reasons of the system in words, by the code of an error of Node. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  ENOENT: 'it does not exist',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  EEXIST: 'it exists already',
  EROFS: 'its file system is mounted read-only',
  ENOSPC: 'no room is left on its file system',
  EDQUOT: 'your quota on its file system is used up',
  ELOOP: 'its path has too many symbolic links',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'this process has too many open files',
  ENFILE: 'the system has too many open files',
  ETXTBSY: 'it is a program that is running',
  EIO: 'its disk or device reported an error',
};

/** Returns why the system refused a file, in words; the error's own message when it is not one of the system. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : reasons[code]) ?? message ?? String(error);
}

/** Returns {@link reasonOf} for a file that could not be created or written. */
export function whyUnwritable(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? 'its directory does not exist'
    : reasonOf(error);
}
