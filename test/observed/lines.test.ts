import { describe, expect, test } from 'vitest';
import { readLine } from '../../engine/observed/line.ts';
import { replay } from '../../engine/observed/replay.ts';
import type { SeenAct } from '../../engine/observed/types.ts';

// Rule 14.2: a trace is read to its end, line by line, or not at all.

const started = '10 execve("/work/script", ["script"], 0x7ffd /* 3 vars */) = 0';
const ended = '10 +++ exited with 0 +++';

/** What a script did, by the lines between its start and its end. */
const acts = (...lines: readonly string[]): readonly SeenAct[] => whole(started, ...lines, ended);
const whole = (...lines: readonly string[]): readonly SeenAct[] =>
  replay(lines, {
    cwd: '/work',
    isSubject: (path) => path === '/work/script',
    real: (path) => (path === '/out/known' ? '/home/her/deep' : path),
    isApart: (path) => path === '/run/linker',
    isMade: (path) => path.startsWith('/out/'),
    links: new Map([['/out/left', '/home/her']]),
  }).acts.filter(({ of }) => of !== '/work/script');
const texts = (...lines: readonly string[]): string[] =>
  acts(...lines).map(({ what, of, by, result }) =>
    [
      what,
      of,
      ...(by === undefined ? [] : [`by ${by}`]),
      ...(result === 'done' ? [] : [result]),
    ].join(' '),
  );

describe('rule 14.2: what cannot be read is an error that quotes the line', () => {
  test.each([
    ['10 openat(AT_FDCWD</work>, "x", O_RDONLY) = 3</work/x> and more', 'not a result'],
    ['10 openat(AT_FDCWD</work>, "x', 'a string that does not end'],
    ['10 openat(AT_FDCWD</work>, "x", O_RDONLY', 'the call does not end'],
    ['10 openat(AT_FDCWD</work>, "x"..., O_RDONLY) = 3', 'a path that was cut short'],
    ['10 openat(AT_FDCWD</work>, "\\q", O_RDONLY) = 3', 'an unknown escape'],
    ['10 openat(nobody, "x", O_RDONLY) = 3', 'not an open file'],
    ['10 openat(AT_FDCWD</work>, "x", SOMEHOW) = 3', 'not the flags'],
    ['10 openat(AT_FDCWD</work>, "x")  = 3', 'has no argument 3'],
    ['10 syscall_0x1c4(0xffffff9c, 0x55ef, 0x1a4, 0, 0, 0) = 0', 'this strace does not know'],
    ['10 openat(AT_FDCWD</work>, 0x7f8d505ae000, O_RDONLY) = 5</x>', 'strace cannot read'],
    ['10 unlink(0x7f8d505ae000) = 0', 'strace cannot read'],
    ['10 connect(6<socket:[1]>, 0x7f8d505ae064, 16) = 0', 'strace cannot read'],
    ['10 sendmsg(6<socket:[1]>, 0x7f8d505ae064, 0) = 1', 'strace cannot read'],
    ['10 sendmsg(6<socket:[1]>, {msg_name=0x7f8d50, msg_iovlen=1}, 0) = 1', 'strace cannot read'],
    ['10 sendmmsg(3<socket:[1]>, [{msg_hdr={msg_name=NULL}}, ...], 2, 0) = 2', 'cut short'],
    ['10 unlinkat(5, "x", 0) = 0', 'an open directory without a name'],
    ['77 unlink("x") = 0', 'a relative path of a process whose directory is not known'],
    ['10 connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=9}, 16) = 0', 'not an address'],
    ['10 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=x}, 110) = 0', 'not an address'],
    ['10 <... openat resumed>) = 3', 'the end of a call that did not begin'],
    ['10 +++ vanished +++', 'not the end of a process'],
    ['10 --- something ---', 'not a signal'],
    ['strace: something went wrong', 'it names no process'],
    ['', 'it names no process'],
    ['10 exited', 'not a system call'],
  ])('%s', (line, reason) => {
    expect(() => acts(line)).toThrow(reason);
    expect(() => acts(line)).toThrow(`line 2: `);
  });

  test('a trace without its end, as when strace was killed', () => {
    expect(() => whole(started)).toThrow('the trace has no end');
    expect(() => whole(started, '11 +++ exited with 0 +++')).toThrow('the trace has no end');
  });

  test('a program that never started', () => {
    expect(() => whole('10 execve("/usr/bin/server", ["x"], 0x1 /* 3 vars */) = 0', ended)).toThrow(
      'the program never started',
    );
  });
});

test('names are read as they are, whatever is in them', () => {
  expect(
    texts(
      '10 openat(AT_FDCWD</work>, "we<ird>\\"na\\nme\\303\\244", O_RDWR|O_CREAT, 0644) = 3</work/we\\74ird\\76\\"na\\nme\\303\\244>',
      '10 openat(AT_FDCWD</work/a \\74b\\76>(deleted), "x, y) = 3", O_RDONLY) = -1 EACCES (Permission denied)',
      '10 connect(3<socket:[7]>, {sa_family=AF_UNIX, sun_path="/run/a}b, \\"c"}, 110) = 0',
      '10 connect(3<socket:[7]>, {sa_family=AF_UNIX, sun_path=@"hidden"}, 9) = -1 ECONNREFUSED (Connection refused)',
    ),
  ).toEqual([
    'write /work/we<ird>"na\nmeä',
    'read /work/a <b>/x, y) = 3 denied',
    'connect unix:/run/a}b, "c',
    'connect unix:@hidden failed',
  ]);
});

test('files are found from the directory in which the process is', () => {
  expect(
    texts(
      '10 mkdir("made", 0777) = 0',
      '10 chdir("made") = 0',
      '10 rename("../a", "b") = 0',
      '10 fchdir(4</else/where>) = 0',
      '10 unlink("x") = 0',
      '10 chdir("missing") = -1 ENOENT (No such file or directory)',
      '10 symlink("/any/where", "link") = 0',
      '10 fchmod(5</else/open>, 0600) = 0',
      '10 openat(AT_FDCWD</else/where>, "y", O_RDONLY|O_PATH) = 6</else/where/y>',
      '10 openat(AT_FDCWD</else/where>, "link", O_RDONLY) = 6</any/where>',
    ),
  ).toEqual([
    'write /work/made',
    'write /work/a',
    'write /work/made/b',
    'write /else/where/x',
    'write /else/where/link',
    'write /else/open',
    'read /any/where',
  ]);
});

test('a link that is gone at the end hides nothing', () => {
  expect(
    texts(
      '10 symlink("/home/her", "/out/l") = 0',
      '10 rename("/out/payload", "/out/l/.profile") = 0',
      '10 mkdirat(AT_FDCWD</out>, "l/.ssh", 0700) = 0',
      '10 symlink("l/.config", "/out/m") = 0',
      '10 rename("/out/m", "/out/n") = 0',
      '10 truncate("/out/n", 0) = 0',
      '10 chdir("/out/n") = 0',
      '10 unlink("x") = 0',
      '10 unlink("/out/n") = 0',
      '10 fchmodat(AT_FDCWD</out>, "l", 0700, AT_SYMLINK_NOFOLLOW) = 0',
      '10 rename("/out/l/../x", "/out/known/../y") = 0',
      '10 symlink("b", "/out/a") = 0',
      '10 symlink("a", "/out/b") = 0',
      '10 chmod("/out/a", 0600) = -1 ELOOP (Too many levels of symbolic links)',
    ),
  ).toEqual([
    'write /out/l',
    'write /out/payload',
    'write /home/her/.profile',
    'write /home/her/.ssh',
    'write /out/m',
    'write /out/m',
    'write /out/n',
    'write /home/her/.config',
    'write /home/her/.config/x',
    'write /out/n',
    'write /out/l',
    'write /home/x',
    'write /home/her/y',
    'write /out/a',
    'write /out/b',
    'write /out/a missing',
  ]);
});

test('a child counts as who made it until it becomes a program, in any order of lines', () => {
  expect(
    texts(
      '10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD <unfinished ...>',
      '11 unlink("own") = 0',
      '11 chdir("/tmp") = 0',
      "10 <... clone resumed>) = 2 /* 11 in strace's PID NS */",
      '11 execve("cc", ["cc"], 0x1 /* 0 vars */ <unfinished ...>',
      '10 unlink("here") = 0',
      '11 <... execve resumed>) = 0',
      '11 unlink("there") = 0',
      '11 vfork() = 12',
      '12 execve("/usr/bin/as", ["as"], 0x1 /* 0 vars */) = 0',
      '12 unlink("o") = 0',
      '12 +++ killed by SIGKILL +++',
      '11 +++ exited with 1 +++',
      "10 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2 /* 11 in strace's PID NS */, si_uid=0} ---",
    ),
  ).toEqual([
    'write /work/own',
    'write /work/here',
    'start /tmp/cc',
    'write /tmp/there by /tmp/cc',
    'start /usr/bin/as by /tmp/cc',
    'write /tmp/o by /usr/bin/as',
  ]);
});

test.each([
  ['<unfinished ...>', '0'],
  // As strace 6.1 writes it.
  ['<pid changed to 10 ...>', '-1 (errno 18446744073709551359)'],
])(
  'threads share a directory; one that starts a program goes on as the process: %s',
  (mark, result) => {
    expect(
      texts(
        '10 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, exit_signal=0}, 88) = 11',
        '11 chdir("/other") = 0',
        '10 unlink("x") = 0',
        `11 execve("/bin/true", ["true"], 0x1 /* 0 vars */ ${mark}`,
        '10 +++ superseded by execve in pid 11 +++',
        `10 <... execve resumed>)             = ${result}`,
        '10 unlink("y") = 0',
      ),
    ).toEqual(['write /other/x', 'start /bin/true', 'write /other/y by /bin/true']);
  },
);

test('rule 14.2: what is done out of sight is told', () => {
  expect(
    texts(
      '10 clone(child_stack=NULL, flags=CLONE_UNTRACED|SIGCHLD) = 11',
      '10 io_uring_setup(8, {flags=0}) = 3<anon_inode:[io_uring]>',
      '10 ptrace(PTRACE_ATTACH, 1) = -1 EPERM (Operation not permitted)',
      '10 kill(11, SIGTERM) = 0',
      '10 kill(0, SIGTERM) = 0',
      '10 kill(77, SIGTERM) = 0',
    ),
  ).toEqual([
    'call clone(CLONE_UNTRACED)',
    'call io_uring_setup',
    'call ptrace denied',
    'call kill',
  ]);
});

test('addresses, and names that a server of DNS is asked for', () => {
  const query = '\\22\\64\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7example\\3org\\0\\0\\1\\0\\1';
  expect(
    texts(
      '10 connect(3<socket:[5]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16) = 0',
      `10 sendto(3<socket:[5]>, "${query}", 29, MSG_NOSIGNAL, NULL, 0) = 29`,
      `10 sendmmsg(3<socket:[5]>, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="${query.replace('org', 'net')}", iov_len=29}], msg_iovlen=1}, msg_len=29}], 1, MSG_NOSIGNAL) = 1`,
      '10 connect(4<socket:[6]>, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 EINPROGRESS (Operation now in progress)',
      '10 sendto(4<socket:[6]>, "not DNS", 7, 0, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")}, 16) = 7',
      '10 bind(5<socket:[8]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
      '10 listen(5<socket:[8]>, 5) = 0',
      '10 listen(6<socket:[9]>, 5) = 0',
      '10 sendto(7<socket:[10]>, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR}, {ifa_family=AF_UNSPEC}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20',
    ),
  ).toEqual([
    'connect 10.0.0.1:53',
    'ask example.org',
    'ask example.net',
    'connect [::1]:443',
    'send 127.0.0.1:1',
    'bind 127.0.0.1:0',
    'bind a port of the kernel’s choice',
  ]);
});

test('what rustc’s linker does stands apart', () => {
  const found = acts(
    '10 vfork() = 11',
    '11 execve("/run/linker", ["cc"], 0x1 /* 0 vars */) = 0',
    '11 vfork() = 12',
    '12 execve("/usr/bin/cc", ["cc"], 0x1 /* 0 vars */) = 0',
    '12 unlink("x") = 0',
    '10 unlink("y") = 0',
  );
  expect(found).toMatchObject([
    { what: 'start', of: '/usr/bin/cc', by: '/run/linker', apart: true },
    { what: 'write', of: '/work/x', by: '/usr/bin/cc', apart: true },
    { what: 'write', of: '/work/y', by: undefined },
  ]);
});

describe('rule 14.2: what would have an act missed', () => {
  test('a signal that interrupts a connection, which goes on', () => {
    const to = '{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16)';
    expect(
      texts(
        `10 connect(3<socket:[5]>, ${to} = ? ERESTARTSYS (To be restarted if SA_RESTART is set)`,
        `10 connect(3<socket:[5]>, ${to} = -1 EINTR (Interrupted system call)`,
        '10 connect(3<socket:[5]>, {sa_family=AF_UNSPEC, sa_data="\\0\\0"}, 16) = 0',
      ),
    ).toEqual(['connect 127.0.0.1:9', 'connect 127.0.0.1:9']);
  });

  test('an address without a family, which the kernel takes for one of IPv4', () => {
    const to = '{sa_family=AF_UNSPEC, sa_data="\\0\\11\\177\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0"}';
    expect(
      texts(
        `10 sendto(3<socket:[5]>, "x", 1, 0, ${to}, 16) = 1`,
        '10 sendto(3<socket:[5]>, 0x7f8d50, 1, 0, NULL, 0) = 1',
      ),
    ).toEqual(['send 127.0.0.1:9']);
  });

  test('sockets that hear others, and those that are refused', () => {
    expect(
      texts(
        '10 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<socket:[1]>',
        '10 socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<socket:[1]>',
        '10 socket(AF_PACKET, SOCK_RAW, htons(0x3 /* ETH_P_ALL */)) = 4<socket:[2]>',
        '10 socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) = -1 EPERM (Operation not permitted)',
        '10 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = -1 ENETUNREACH (Network is unreachable)',
        '10 socket(AF_UNIX, SOCK_DGRAM, 0) = -1 EACCES (Permission denied)',
      ),
    ).toEqual([
      'call socket(AF_PACKET, SOCK_RAW)',
      'call socket(AF_INET, SOCK_RAW) denied',
      'socket AF_INET, SOCK_STREAM denied',
      'socket AF_UNIX, SOCK_DGRAM denied',
    ]);
  });

  test('calls that nobody thought of, filters that let calls pass, signals by other calls', () => {
    expect(
      texts(
        '10 mount_setattr(AT_FDCWD</work>, "/x", 0, {attr_set=0}, 32) = 0',
        '10 seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, {len=4}) = 3<anon_inode:seccomp notify>',
        '10 seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=4}) = 0',
        '10 unshare(CLONE_FILES) = 0',
        '10 unshare(CLONE_NEWUSER|CLONE_NEWNS) = 0',
        '10 tgkill(10, 10, SIGABRT) = 0',
        '10 tgkill(77, 77, SIGTERM) = 0',
        '10 pidfd_open(77, 0) = 3<anon_inode:[pidfd]>',
        '10 kill(-1, SIGTERM) = 0',
        '10 syscall_0x1ce(0x7f0000, 0x1000, 0, 0, 0, 0) = 0',
        '10 syscall_0x258(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)',
        '10 open(0x55ef54957233, O_RDONLY) = -1 EFAULT (Bad address)',
      ),
    ).toEqual([
      'call mount_setattr',
      'call seccomp(SECCOMP_FILTER_FLAG_NEW_LISTENER)',
      'call unshare',
      'call tgkill',
      'call pidfd_open',
      'call kill',
    ]);
  });

  test('a program that it started again, or wrote before it started that, is its own code', () => {
    const found = acts(
      '10 vfork() = 11',
      '11 execve("/work/script", ["script", "again"], 0x1 /* 0 vars */) = 0',
      '11 unlink("one") = 0',
      '10 vfork() = 12',
      '12 execve("/out/mine", ["mine"], 0x1 /* 0 vars */) = 0',
      '12 unlink("two") = 0',
      '12 execve("/bin/true", ["true"], 0x1 /* 0 vars */) = 0',
      '12 unlink("three") = 0',
    );
    expect(found.map(({ of, by, made }) => [of, by, made])).toEqual([
      ['/work/one', undefined, undefined],
      ['/out/mine', undefined, undefined],
      ['/work/two', '/out/mine', true],
      ['/bin/true', '/out/mine', true],
      ['/work/three', '/bin/true', undefined],
    ]);
  });

  test('a number that the kernel gives again', () => {
    expect(
      texts(
        '10 vfork() = 11',
        '11 execve("/bin/true", ["true"], 0x1 /* 0 vars */) = 0',
        '11 chdir("/usr") = 0',
        '11 +++ exited with 0 +++',
        '10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>',
        '11 unlink("x") = 0',
        '10 <... clone resumed>) = 11',
        '11 +++ exited with 0 +++',
      ),
    ).toEqual(['start /bin/true', 'write /work/x']);
  });

  test('names through /proc, two names that change places, and another file in its place', () => {
    expect(
      texts(
        '10 openat(AT_FDCWD</work>, "/proc/self/root/home/her/.key", O_RDONLY) = -1 EACCES (Permission denied)',
        '10 mkdir("/proc/thread-self/cwd/../made", 0777) = 0',
        '10 symlink("/home/her", "/out/l") = 0',
        '10 renameat2(AT_FDCWD</work>, "/out/d", AT_FDCWD</work>, "/out/l", RENAME_EXCHANGE) = 0',
        '10 mkdir("/out/d/.ssh", 0700) = 0',
        '10 unlink("/out/d") = 0',
        '10 mkdir("/out/d/own", 0700) = 0',
        '10 openat(AT_FDCWD</work>, "/home/her/.key", O_RDONLY) = 3</out/other>',
        '10 mkdir("/out/left/.config", 0700) = 0',
        '10 mkdir("/dev/fd/3/.config", 0700) = 0',
        '10 unlink("/out/left") = 0',
      ),
    ).toEqual([
      'read /home/her/.key denied',
      'write /made',
      'write /out/l',
      'write /out/d',
      'write /out/l',
      'write /home/her/.ssh',
      'write /out/d',
      'write /out/d/own',
      'read /out/other',
      'read /home/her/.key',
      'write /home/her/.config',
      'write /proc/self/fd/3/.config',
      'write /out/left',
    ]);
  });
});

test('a call in which a process was killed counts as done', () => {
  expect(texts('10 unlink("x" <unfinished ...>) = ?')).toEqual(['write /work/x']);
  expect(readLine('10 +++ killed by SIGSEGV (core dumped) +++')).toMatchObject({ what: 'ended' });
});
