import type { Call } from './line.ts';
import type { ActKind, ActResult } from './types.ts';
import { openFileOf, pathOf, splitArguments, stringBytes, UnreadableTrace } from './values.ts';

/** A file as a call names it: relative to an open directory, or to the working directory when that is undefined. */
export interface NamedFile {
  readonly directory: string | undefined;
  /** Undefined for the open file itself. */
  readonly path: string | undefined;
}

/** What one call tells. */
export type Told =
  | {
      readonly tells: 'file';
      readonly what: 'read' | 'write' | 'start';
      readonly file: NamedFile;
      /** A symbolic link at the end of its path is followed. */
      readonly followsLink?: boolean;
    }
  /** A symbolic link was made, and what it says. */
  | { readonly tells: 'link'; readonly file: NamedFile; readonly text: string }
  /** A file got another name; with `stays` it keeps the first one. */
  | {
      readonly tells: 'moved';
      readonly from: NamedFile;
      readonly to: NamedFile;
      readonly stays: boolean;
    }
  | { readonly tells: 'directory'; readonly file: NamedFile }
  | { readonly tells: 'child'; readonly sharesDirectory: boolean; readonly isUntraced: boolean }
  | {
      readonly tells: 'address';
      readonly what: ActKind;
      readonly of: string;
      readonly socket: string;
    }
  | { readonly tells: 'listening'; readonly socket: string }
  /** To a process, or with a negative number to a group of them. */
  | { readonly tells: 'signal'; readonly to: number }
  | { readonly tells: 'data'; readonly bytes: Buffer; readonly socket: string }
  | { readonly tells: 'call' };

type Reading = (call: Call) => readonly Told[];

const nothing: readonly Told[] = [];

function argument({ name, args }: Call, index: number): string {
  const found = args[index];
  if (found === undefined) throw new UnreadableTrace(`${name} has no argument ${index + 1}`);
  return found;
}

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
  return { directory: name, path: path === '' ? undefined : path };
};

const opened = (call: Call): NamedFile | undefined => {
  const { name } = openFileOf(argument(call, 0));
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
      { tells: 'moved', from, to, stays },
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
    const file = fileOf(call);
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

/**
 * Returns an address: `127.0.0.1:9`, `[::1]:9`, `unix:/run/x`, `unix:@name`, or the name of another family. Undefined for none, for
 * the kernel itself (netlink), and for an unnamed socket.
 */
export function addressOf(text: string): string | undefined {
  if (text === 'NULL' || /^0x[0-9a-f]+$/.test(text)) return undefined;
  const [, family] = /\bsa_family=(\w+)/.exec(text) ?? [];
  if (family === undefined) throw new UnreadableTrace(`not an address: ${text}`);
  if (family === 'AF_UNSPEC' || family === 'AF_NETLINK') return undefined;
  if (family === 'AF_UNIX') {
    const [, abstract, quoted] = /\bsun_path=(@?)("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    // A socket without a name has no path.
    if (quoted === undefined && /\bsun_path=/.test(text))
      throw new UnreadableTrace(`not an address: ${text}`);
    return quoted === undefined ? undefined : `unix:${abstract}${stringBytes(quoted)}`;
  }
  const [, port] = /\bsin6?_port=htons\((\d+)\)/.exec(text) ?? [];
  const [, four] = /\binet_addr\("([0-9.]+)"\)/.exec(text) ?? [];
  const [, six] = /\binet_pton\(AF_INET6, "([0-9a-f.:]+)"/.exec(text) ?? [];
  if (family === 'AF_INET' && port !== undefined && four !== undefined) return `${four}:${port}`;
  if (family === 'AF_INET6' && port !== undefined && six !== undefined) return `[${six}]:${port}`;
  if (family === 'AF_INET' || family === 'AF_INET6')
    throw new UnreadableTrace(`not an address of the network: ${text}`);
  return family;
}

const toAddress =
  (what: 'connect' | 'bind' | 'send', index: number): Reading =>
  (call) => {
    const of = addressOf(argument(call, index));
    return of === undefined ? nothing : [{ tells: 'address', what, of, socket: socketOf(call) }];
  };

const socketOf = (call: Call): string => openFileOf(argument(call, 0)).name ?? '';

const sendsTo: Reading = (call) => {
  // Messages to the kernel (netlink) are structures.
  const sent = argument(call, 1);
  const bytes = /^[[{]/.test(sent) ? undefined : stringBytes(sent);
  const data =
    bytes === undefined ? nothing : [{ tells: 'data', bytes, socket: socketOf(call) } as const];
  return [...toAddress('send', 4)(call), ...data];
};

/** Messages are structures: their addresses and the strings that are sent stand somewhere in them. */
const sendsMessages: Reading = (call) => {
  const text = argument(call, 1);
  const socket = socketOf(call);
  const told: Told[] = [];
  for (const { 0: found, index } of text.matchAll(/\bmsg_name=\{/g)) {
    const start = index + found.length;
    const { end } = splitArguments(text, start, '}');
    const of = addressOf(text.slice(start - 1, end));
    if (of !== undefined) told.push({ tells: 'address', what: 'send', of, socket });
  }
  for (const [, quoted = ''] of text.matchAll(/\biov_base=("(?:[^"\\]|\\.)*")/g)) {
    const bytes = stringBytes(quoted);
    if (bytes !== undefined) told.push({ tells: 'data', bytes, socket });
  }
  return told;
};

const signals: Reading = (call) => {
  const [, number] = /^(-?\d+)(?: \/\*.*\*\/)?$/.exec(argument(call, 0)) ?? [];
  if (number === undefined) throw new UnreadableTrace(`${call.name} names no process`);
  return [{ tells: 'signal', to: Number(number) }];
};

const callItself: Reading = () => [{ tells: 'call' }];
const directory: Reading = (call) => {
  const file = plain(call, 0);
  return file === undefined ? nothing : [{ tells: 'directory', file }];
};

/**
 * How each traced system call is read. By these a program reads and writes files, starts programs and reaches others; what follows
 * on an open file (`read`, `mmap`) shows nothing new. `stat`, `access` and `readlink` only ask about a file.
 */
export const readings: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['open', opens((call) => plain(call, 0), 1)],
  ['openat', opens((call) => at(call, 0), 2)],
  ['openat2', opens((call) => at(call, 0), 2)],
  ['creat', behindLink(writes)],
  ['open_by_handle_at', callItself],
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
  ...['mkdir', 'rmdir', 'unlink', 'mknod', 'lchown', 'lchown32', 'lsetxattr', 'lremovexattr'].map(
    (name) => [name, writes] as const,
  ),
  ...[
    ...['truncate', 'truncate64', 'chmod', 'chown', 'chown32', 'utime', 'utimes'],
    ...['setxattr', 'removexattr'],
  ].map((name) => [name, behindLink(writes)] as const),
  ...['mkdirat', 'unlinkat', 'mknodat'].map((name) => [name, writesAt] as const),
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
  ['connect', toAddress('connect', 1)],
  ['bind', toAddress('bind', 1)],
  ['listen', (call) => [{ tells: 'listening', socket: socketOf(call) }]],
  ['kill', signals],
  ['sendto', sendsTo],
  ['sendmsg', sendsMessages],
  ['sendmmsg', sendsMessages],
  ...[
    'chroot',
    'pivot_root',
    'mount',
    'umount',
    'umount2',
    'move_mount',
    'open_tree',
    'fsmount',
    'setns',
    'unshare',
    'ptrace',
    'process_vm_readv',
    'process_vm_writev',
    'pidfd_getfd',
    'io_uring_setup',
    'bpf',
    'perf_event_open',
    'userfaultfd',
    'keyctl',
    'add_key',
    'request_key',
    'init_module',
    'finit_module',
    'kexec_load',
    'swapon',
  ].map((name) => [name, callItself] as const),
]);

const denials = ['EACCES', 'EPERM', 'EROFS'];
const absences = ['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV', 'ELOOP', 'ENAMETOOLONG'];
/** Not at an end, or nothing to do: it is called again, goes on by itself, or was there already. */
const ongoing = /^(?:ERESTART\w*|EINTR|EAGAIN|EEXIST|EISDIR|ENOTEMPTY)$/;

/** Returns how a call ended; undefined when it did nothing, and tells nothing. */
export function resultOf({ error, result }: Call): ActResult | undefined {
  // It was killed in the call: what it asked for may be done.
  if (error === undefined) return 'done';
  if (ongoing.test(error) || result === '?') return undefined;
  if (error === 'EINPROGRESS') return 'done';
  if (denials.includes(error)) return 'denied';
  return absences.includes(error) ? 'missing' : 'failed';
}
