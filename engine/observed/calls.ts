import { isHarmlessNumber } from './harmless-calls.ts';
import type { Call } from './line.ts';
import { socketCalls } from './socket-calls.ts';
import { argument, type NamedFile, nothing, type Reading, type Told } from './told.ts';
import type { ActResult } from './types.ts';
import { openFileOf, pathOf, UnreadableTrace, UnreadMemory } from './values.ts';

/** A file by a path in the working directory. */
const plain = (call: Call, index: number): NamedFile | undefined => {
  const path = pathOf(argument(call, index));
  return path === undefined ? undefined : { directory: undefined, path };
};

/** A file by an open directory and a path in it; an empty path means the open file. */
const at = (call: Call, index: number): NamedFile | undefined => {
  const { name, number } = openFileOf(argument(call, index));
  const path = pathOf(argument(call, index + 1));
  if (path === undefined && number === undefined) return undefined;
  const isRelative = path !== undefined && !path.startsWith('/');
  if (isRelative && number !== undefined && name === undefined && call.error === undefined)
    throw new UnreadableTrace('an open directory without a name');
  return { directory: name, path: path === '' ? undefined : path };
};

const opened = (call: Call): NamedFile | undefined => {
  const { name, number } = openFileOf(argument(call, 0));
  if (name === undefined && number !== undefined && call.error === undefined)
    throw new UnreadableTrace('an open file without a name');
  return name === undefined ? undefined : { directory: name, path: undefined };
};

const files =
  (
    what: 'read' | 'write' | 'start',
    ...named: ((call: Call) => NamedFile | undefined)[]
  ): Reading =>
  (call) =>
    named.flatMap((of) => {
      const file = of(call);
      return file === undefined ? [] : [{ tells: 'file' as const, what, file }];
    });

const writes: Reading = files('write', (call) => plain(call, 0));
const writesAt: Reading = files('write', (call) => at(call, 0));

/** What is at the end of the path may be a link, which the call follows. */
const behindLink =
  (reading: Reading): Reading =>
  (call) =>
    reading(call).map((told) => (told.tells === 'file' ? { ...told, followsLink: true } : told));

const writesAtBehindLink: Reading = (call) =>
  (call.args.some((one) => one.includes('AT_SYMLINK_NOFOLLOW')) ? writesAt : behindLink(writesAt))(
    call,
  );

/** What has the name afterwards is another file. */
const removes =
  (named: (call: Call) => NamedFile | undefined): Reading =>
  (call) => {
    const file = named(call);
    if (file === undefined) return nothing;
    return [
      { tells: 'file', what: 'write', file },
      { tells: 'gone', file },
    ];
  };

/** Both names of a file are written. */
const moves =
  (
    named: (call: Call) => readonly [NamedFile | undefined, NamedFile | undefined],
    stays: boolean,
  ): Reading =>
  (call) => {
    const [from, to] = named(call);
    if (from === undefined || to === undefined) return nothing;
    return [
      { tells: 'file', what: 'write', file: from },
      { tells: 'file', what: 'write', file: to },
      { tells: 'moved', from, to, stays, isSwap: call.args.at(-1)?.includes('RENAME_EXCHANGE') },
    ];
  };

const links =
  (named: (call: Call) => NamedFile | undefined): Reading =>
  (call) => {
    const file = named(call);
    const text = pathOf(argument(call, 0));
    if (file === undefined || text === undefined) return nothing;
    return [
      { tells: 'file', what: 'write', file },
      { tells: 'link', file, text },
    ];
  };

/** Reads flags of `open`: what is only looked up (O_PATH) is not read. */
function access(flags: string): 'read' | 'write' | undefined {
  const all = flags.split('|');
  if (all.includes('O_PATH')) return undefined;
  if (!/^(?:O_RDONLY|O_WRONLY|O_RDWR|O_ACCMODE|0x[0-9a-f]+)/.test(flags))
    throw new UnreadableTrace(`not the flags of an open file: ${flags}`);
  const isWritten = [
    'O_WRONLY',
    'O_RDWR',
    'O_CREAT',
    'O_TRUNC',
    'O_APPEND',
    'O_TMPFILE',
    'O_ACCMODE',
  ];
  return all.some((flag) => isWritten.includes(flag)) || flags.startsWith('0x') ? 'write' : 'read';
}

const opens =
  (fileOf: (call: Call) => NamedFile | undefined, flagsAt: number): Reading =>
  (call) => {
    const flags = argument(call, flagsAt).replace(/^\{flags=([^,}]*).*$/s, '$1');
    const what = access(flags);
    const named = fileOf(call);
    // The open directory is the root of such a path.
    const isInRoot = call.args.some((one) => /\bresolve=[^}]*RESOLVE_IN_ROOT/.test(one));
    const file = isInRoot && named?.path ? { ...named, path: `./${named.path}` } : named;
    return what === undefined || file === undefined
      ? nothing
      : [{ tells: 'file', what, file, followsLink: true }];
  };

const child =
  (flagsOf: (call: Call) => string): Reading =>
  (call) => {
    const flags = flagsOf(call).split('|');
    return [
      {
        tells: 'child',
        sharesDirectory: flags.includes('CLONE_FS'),
        isUntraced: flags.includes('CLONE_UNTRACED'),
      },
    ];
  };

/** Returns the value of `flags=` among the arguments. */
function flags({ name, args }: Call): string {
  const [, found] = /\bflags=([\w|]+)/.exec(args.join(', ')) ?? [];
  if (found === undefined) throw new UnreadableTrace(`${name} has no flags`);
  return found;
}

const signals: Reading = (call) => {
  const [, number] = /^(-?\d+)(?: \/\*.*\*\/)?$/.exec(argument(call, 0)) ?? [];
  if (number === undefined) throw new UnreadableTrace(`${call.name} names no process`);
  return [{ tells: 'signal', to: Number(number) }];
};

const directory: Reading = (call) => {
  const file = plain(call, 0);
  return file === undefined ? nothing : [{ tells: 'directory', file }];
};

/** It may go on alone in what threads share, which hides nothing; all else are namespaces. */
const unshares: Reading = (call) =>
  /^(?:0|(?:CLONE_(?:FILES|SYSVSEM)\|?)+)$/.test(argument(call, 0)) ? nothing : [{ tells: 'call' }];

/** Who hears of calls by a filter of its own can let them pass before strace hears of them. */
const filters: Reading = (call) =>
  /SECCOMP_FILTER_FLAG_NEW_LISTENER|^0x/.test(argument(call, 1))
    ? [{ tells: 'call', of: 'seccomp(SECCOMP_FILTER_FLAG_NEW_LISTENER)' }]
    : nothing;

/**
 * How system calls are read by which a program reads and writes files, starts programs and reaches others. What follows on an open file
 * (`read`, `mmap`) shows nothing new; `stat`, `access` and `readlink` only ask about a file.
 */
const readings: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['open', opens((call) => plain(call, 0), 1)],
  ['openat', opens((call) => at(call, 0), 2)],
  ['openat2', opens((call) => at(call, 0), 2)],
  ['creat', behindLink(writes)],
  ['execve', files('start', (call) => plain(call, 0))],
  ['execveat', files('start', (call) => at(call, 0))],
  ['clone', child(flags)],
  ['clone3', child(flags)],
  ['fork', child(() => '')],
  ['vfork', child(() => '')],
  ['chdir', directory],
  [
    'fchdir',
    (call) => {
      const file = opened(call);
      return file === undefined ? nothing : [{ tells: 'directory', file }];
    },
  ],
  ...['mkdir', 'mknod', 'lchown', 'lchown32', 'lsetxattr', 'lremovexattr'].map(
    (name) => [name, writes] as const,
  ),
  ...['rmdir', 'unlink'].map((name) => [name, removes((call) => plain(call, 0))] as const),
  ['unlinkat', removes((call) => at(call, 0))],
  ...[
    ...['truncate', 'truncate64', 'chmod', 'chown', 'chown32', 'utime', 'utimes'],
    ...['setxattr', 'removexattr'],
  ].map((name) => [name, behindLink(writes)] as const),
  ...['mkdirat', 'mknodat'].map((name) => [name, writesAt] as const),
  ...[...['fchmodat', 'fchmodat2', 'fchownat', 'futimesat', 'utimensat', 'utimensat_time64']].map(
    (name) => [name, writesAtBehindLink] as const,
  ),
  ...['fchmod', 'fchown', 'fchown32', 'fsetxattr', 'fremovexattr'].map(
    (name) => [name, files('write', opened)] as const,
  ),
  ['rename', moves((call) => [plain(call, 0), plain(call, 1)], false)],
  ['renameat', moves((call) => [at(call, 0), at(call, 2)], false)],
  ['renameat2', moves((call) => [at(call, 0), at(call, 2)], false)],
  // A hard link gives another name, by which the file can be written.
  ['link', moves((call) => [plain(call, 0), plain(call, 1)], true)],
  ['linkat', moves((call) => [at(call, 0), at(call, 2)], true)],
  ['symlink', links((call) => plain(call, 1))],
  ['symlinkat', links((call) => at(call, 1))],
  ...socketCalls,
  ...['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo', 'rt_tgsigqueueinfo', 'pidfd_open'].map(
    (name) => [name, signals] as const,
  ),
  // Through a file of a process, which was told when it was opened.
  ['pidfd_send_signal', () => nothing],
  ['unshare', unshares],
  ['seccomp', filters],
]);

/** By these more can be done than is seen: other names for files, other processes, rings of calls, the kernel. */
const callItself: Reading = () => [{ tells: 'call' }];

/** Returns what a call tells; of one that nobody thought of, itself. Throws {@link UnreadableTrace}. */
export function toldBy(call: Call): readonly Told[] {
  const { name, error } = call;
  const isHarmless = isHarmlessNumber(name);
  if (isHarmless === true || (isHarmless === false && error === 'ENOSYS')) return nothing;
  if (isHarmless === false)
    throw new UnreadableTrace('a system call that this strace does not know: a newer one may');
  try {
    return (readings.get(name) ?? callItself)(call);
  } catch (failed) {
    // What strace cannot read, the kernel could not read either.
    if (failed instanceof UnreadMemory && (error === 'EFAULT' || error === 'ENOSYS'))
      return nothing;
    throw failed;
  }
}

const denials = ['EACCES', 'EPERM', 'EROFS'];
const absences = ['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV', 'ELOOP', 'ENAMETOOLONG'];
/** Not at an end, or nothing to do: it is called again, goes on by itself, was there already, or the kernel has no such call. */
const ongoing = /^(?:ERESTART\w*|EINTR|EAGAIN|EEXIST|EISDIR|ENOTEMPTY|ENOSYS)$/;
/** A signal ends the call, and what it began goes on. */
const goesOn = ['connect', 'sendto', 'sendmsg', 'sendmmsg'];

/** Returns how a call ended; undefined when it did nothing, and tells nothing. */
export function resultOf({ name, error, result }: Call): ActResult | undefined {
  // It was killed in the call: what it asked for may be done.
  if (error === undefined) return 'done';
  if (goesOn.includes(name) && /^(?:ERESTART\w*|EINTR)$/.test(error)) return 'done';
  if (ongoing.test(error) || result === '?') return undefined;
  if (error === 'EINPROGRESS') return 'done';
  if (denials.includes(error)) return 'denied';
  return absences.includes(error) ? 'missing' : 'failed';
}
