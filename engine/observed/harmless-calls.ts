/**
 * The system calls that are not traced: with an open file, own memory and the process itself, or asking about a file. Every other call is
 * traced (rule 14.2), those that nobody thought of too.
 */
export const harmlessCalls: readonly string[] = [
  // Memory of its own.
  ...['brk', 'mmap', 'mmap2', 'mprotect', 'mremap', 'msync', 'munmap', 'madvise', 'mincore'],
  ...['mlock', 'mlock2', 'mlockall', 'munlock', 'munlockall', 'mbind', 'get_mempolicy'],
  ...['set_mempolicy', 'set_mempolicy_home_node', 'membarrier', 'pkey_alloc', 'pkey_free'],
  ...['pkey_mprotect', 'remap_file_pages', 'memfd_create', 'memfd_secret', 'map_shadow_stack'],
  ...['mseal', 'cachestat'],
  // An open file.
  ...['read', 'write', 'readv', 'writev', 'pread64', 'pwrite64', 'preadv', 'preadv2', 'pwritev'],
  ...['pwritev2', 'lseek', '_llseek', 'llseek', 'close', 'close_range', 'dup', 'dup2', 'dup3'],
  ...['fcntl', 'fcntl64', 'ioctl', 'flock', 'fsync', 'fdatasync', 'sync', 'syncfs'],
  ...['sync_file_range', 'sync_file_range2', 'ftruncate', 'ftruncate64', 'fallocate'],
  ...['fadvise64', 'fadvise64_64', 'readahead', 'sendfile', 'sendfile64', 'splice', 'tee'],
  ...['vmsplice', 'copy_file_range', 'getdents', 'getdents64', 'readdir', 'pipe', 'pipe2'],
  ...['epoll_create', 'epoll_create1', 'epoll_ctl', 'epoll_ctl_old', 'epoll_pwait'],
  ...['epoll_pwait2', 'epoll_wait', 'epoll_wait_old', 'eventfd', 'eventfd2', 'signalfd'],
  ...['signalfd4', 'timerfd_create', 'timerfd_gettime', 'timerfd_gettime64', 'timerfd_settime'],
  ...['timerfd_settime64', 'poll', 'ppoll', 'ppoll_time64', 'select', '_newselect', 'pselect6'],
  ...['pselect6_time64', 'io_setup', 'io_submit', 'io_getevents', 'io_cancel', 'io_destroy'],
  ...['io_pgetevents', 'io_pgetevents_time64', 'inotify_init', 'inotify_init1'],
  ...['inotify_add_watch', 'inotify_rm_watch', 'mq_getsetattr', 'mq_notify', 'mq_timedreceive'],
  ...['mq_timedreceive_time64', 'mq_timedsend', 'mq_timedsend_time64'],
  // A connection that is open.
  ...['accept', 'accept4', 'getpeername', 'getsockname', 'getsockopt', 'setsockopt', 'recv'],
  ...['recvfrom', 'recvmsg', 'recvmmsg', 'recvmmsg_time64', 'send', 'shutdown', 'socketpair'],
  // Is a file there, and what is it?
  ...['stat', 'lstat', 'fstat', 'stat64', 'lstat64', 'fstat64', 'fstatat64', 'newfstatat'],
  ...['statx', 'oldstat', 'oldlstat', 'oldfstat', 'access', 'faccessat', 'faccessat2'],
  ...['readlink', 'readlinkat', 'statfs', 'statfs64', 'fstatfs', 'fstatfs64', 'ustat'],
  ...['getxattr', 'lgetxattr', 'fgetxattr', 'listxattr', 'llistxattr', 'flistxattr'],
  ...['getxattrat', 'listxattrat', 'file_getattr', 'getcwd', 'name_to_handle_at', 'statmount'],
  ...['listmount', 'sysfs'],
  // The process itself, and the time.
  ...['exit', 'exit_group', 'wait4', 'waitpid', 'waitid', 'getpid', 'getppid', 'gettid'],
  ...['getpgid', 'getpgrp', 'setpgid', 'getsid', 'setsid', 'set_tid_address', 'arch_prctl'],
  ...['set_robust_list', 'get_robust_list', 'rseq', 'prctl', 'futex', 'futex_time64'],
  ...['futex_waitv', 'futex_wait', 'futex_wake', 'futex_requeue', 'sched_get_priority_max'],
  ...['sched_get_priority_min', 'sched_getaffinity', 'sched_getattr', 'sched_getparam'],
  ...['sched_getscheduler', 'sched_rr_get_interval', 'sched_rr_get_interval_time64'],
  ...['sched_setaffinity', 'sched_setattr', 'sched_setparam', 'sched_setscheduler'],
  ...['sched_yield', 'getpriority', 'setpriority', 'ioprio_get', 'ioprio_set', 'nice', 'getcpu'],
  ...['getrlimit', 'ugetrlimit', 'setrlimit', 'prlimit64', 'getrusage', 'times', 'umask'],
  ...['personality', 'set_thread_area', 'get_thread_area', 'restart_syscall', 'sigaltstack'],
  ...['rt_sigaction', 'rt_sigpending', 'rt_sigprocmask', 'rt_sigreturn', 'rt_sigsuspend'],
  ...['rt_sigtimedwait', 'rt_sigtimedwait_time64', 'sigaction', 'sigpending', 'sigprocmask'],
  ...['sigreturn', 'sigsuspend', 'sgetmask', 'ssetmask', 'pause', 'alarm'],
  ...['getitimer', 'setitimer', 'timer_create', 'timer_delete', 'timer_getoverrun'],
  ...['timer_gettime', 'timer_gettime64', 'timer_settime', 'timer_settime64', 'nanosleep'],
  ...['clock_nanosleep', 'clock_nanosleep_time64', 'clock_getres', 'clock_getres_time64'],
  ...['clock_gettime', 'clock_gettime64', 'gettimeofday', 'time', 'getrandom', 'uname'],
  ...['olduname', 'oldolduname', 'sysinfo', 'capget', 'capset', 'landlock_create_ruleset'],
  ...['landlock_add_rule', 'landlock_restrict_self', 'lsm_get_self_attr', 'lsm_list_modules'],
  ...['getuid', 'getuid32', 'geteuid', 'geteuid32', 'getgid', 'getgid32', 'getegid'],
  ...['getegid32', 'getresuid', 'getresuid32', 'getresgid', 'getresgid32', 'getgroups'],
  ...['getgroups32', 'setuid', 'setuid32', 'setgid', 'setgid32', 'setreuid', 'setreuid32'],
  ...['setregid', 'setregid32', 'setresuid', 'setresuid32', 'setresgid', 'setresgid32'],
  // Of some processors.
  ...['cacheflush', 'set_tls', 'riscv_flush_icache', 'riscv_hwprobe', 'arm_fadvise64_64'],
  ...['setfsuid', 'setfsuid32', 'setfsgid', 'setfsgid32', 'setgroups', 'setgroups32'],
];

/** Those of them that an older strace knows by number alone, which is one for all processors. */
const harmlessNumbers: ReadonlySet<number> = new Set([
  // cachestat, map_shadow_stack, futex_wake, futex_wait, futex_requeue, statmount, listmount
  ...[451, 453, 454, 455, 456, 457, 458],
  // lsm_get_self_attr, lsm_list_modules, mseal, getxattrat, listxattrat, file_getattr
  ...[459, 461, 462, 464, 465, 468],
]);

/** Is it a call without a name (`syscall_0x1ce`), that is known to be harmless? Undefined for one that has a name. */
export function isHarmlessNumber(name: string): boolean | undefined {
  const [, number] = /^syscall_(0x[0-9a-f]+)$/.exec(name) ?? [];
  return number === undefined ? undefined : harmlessNumbers.has(Number(number));
}
