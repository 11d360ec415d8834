//! The seccomp filters: what a program may not ask of the kernel, and what the keeper decides for it.

use std::collections::BTreeMap;
use std::io::Error;
use std::os::fd::OwnedFd;

use seccompiler::{
    sock_filter, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::options::Options;
use crate::signals::owned;

/// The last system call that was looked at (Linux 6.18). Later ones, and the x32 variants, are as if the kernel had none.
const LAST_CALL: u32 = 469;
// Newer than the crate libc; their numbers are the same everywhere.
pub const FCHMODAT2: i64 = 452;
const SETXATTRAT: i64 = 463;
const REMOVEXATTRAT: i64 = 466;
const OPEN_TREE_ATTR: i64 = 467;
const FILE_SETATTR: i64 = 469;

/// `CLONE_NEWNS`, `NEWCGROUP`, `NEWUTS`, `NEWIPC`, `NEWUSER`, `NEWPID`, `NEWNET`. clone(2) has no `NEWTIME`: that bit is the signal's.
const NAMESPACES: [u64; 7] =
    [0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];
/// `CLONE_UNTRACED`: who traces the sandbox would not hear of the new process.
const UNTRACED: u64 = 0x0080_0000;
/// Put text into a terminal's input, or choose another console: TIOCSTI, TIOCLINUX, TIOCCONS.
const TERMINAL_CALLS: [u64; 3] = [0x5412, 0x541c, 0x541d];
/// Attributes of an inode, which even who only reads it may set: FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR.
const ATTRIBUTE_CALLS: [u64; 3] = [0x4008_6602, 0x4004_6602, 0x401c_5820];
/// The part of a socket's type that is no flag.
const KIND: u64 = 0xf;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// One condition on an argument's low half: all that is compared here are C's `int` and flags.
fn when(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, String> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).map_err(|e| format!("seccomp: {e}"))
}

#[derive(Default)]
struct Filter {
    rules: Rules,
    fault: Option<String>,
}

impl Filter {
    /// Matches calls whatever their arguments are.
    fn all(mut self, calls: &[i64]) -> Self {
        for call in calls {
            self.rules.insert(*call, Vec::new());
        }
        self
    }

    /// Matches a call when all of these hold: argument, operator, value. Further conditions of one call are alternatives.
    fn when(mut self, call: i64, conditions: &[(u8, SeccompCmpOp, u64)]) -> Self {
        let read: Result<Vec<_>, _> = conditions.iter().map(|(at, how, value)| when(*at, how.clone(), *value)).collect();
        match read.and_then(|list| SeccompRule::new(list).map_err(|e| format!("seccomp: {e}"))) {
            Ok(rule) => self.rules.entry(call).or_default().push(rule),
            Err(fault) => self.fault = Some(fault),
        }
        self
    }

    fn when_any(self, call: i64, argument: u8, values: &[u64]) -> Self {
        values.iter().fold(self, |filter, value| filter.when(call, &[(argument, SeccompCmpOp::Eq, *value)]))
    }

    fn program(self, errno: i32) -> Result<BpfProgram, String> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let architecture = std::env::consts::ARCH.try_into().map_err(|e| format!("seccomp: {e}"))?;
        SeccompFilter::new(self.rules, SeccompAction::Allow, SeccompAction::Errno(errno as u32), architecture)
            .and_then(BpfProgram::try_from)
            .map_err(|e| format!("seccomp: {e}"))
    }
}

/// Forbids for good what needs no look at memory. Each error is what the same program meets in Bubblewrap, or what makes it
/// take another way.
pub fn forbid(options: &Options) -> Result<(), String> {
    for program in [
        numbers(),
        absent().program(libc::ENOSYS)?,
        denied(options).program(libc::EPERM)?,
        refused_files(options).program(libc::EACCES)?,
        attributes().program(libc::EOPNOTSUPP)?,
        families(options).program(libc::EAFNOSUPPORT)?,
    ] {
        install(&program)?;
    }
    if !options.network {
        let internet = [libc::AF_INET as u64, libc::AF_INET6 as u64];
        install(&Filter::default().when_any(libc::SYS_socket, 0, &internet).program(libc::ENETUNREACH)?)?;
    }
    Ok(())
}

fn install(program: &BpfProgram) -> Result<(), String> {
    seccompiler::apply_filter(program).map_err(|e| format!("seccomp: {e}"))
}

/// Calls of a kernel newer than this program, and of x32, which no rule below names.
fn numbers() -> BpfProgram {
    let step = |code: u32, jt: u8, jf: u8, k: u32| sock_filter { code: code as u16, jt, jf, k };
    let answer = |action: u32| step(libc::BPF_RET | libc::BPF_K, 0, 0, action);
    vec![
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 0, 1, LAST_CALL),
        answer(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        answer(libc::SECCOMP_RET_ALLOW),
    ]
}

/// Programs do without these where the kernel has none.
fn absent() -> Filter {
    Filter::default().all(&[
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        // Their flags are in memory, which a filter cannot see.
        libc::SYS_clone3,
        libc::SYS_openat2,
        libc::SYS_userfaultfd,
        libc::SYS_mount_setattr,
        libc::SYS_open_tree,
        libc::SYS_move_mount,
        libc::SYS_fsopen,
        libc::SYS_fsconfig,
        libc::SYS_fsmount,
        libc::SYS_fspick,
        libc::SYS_quotactl_fd,
        OPEN_TREE_ATTR,
    ])
}

fn denied(options: &Options) -> Filter {
    let filter = Filter::default().all(&[
        // Other processes.
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_process_madvise,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_move_pages,
        libc::SYS_migrate_pages,
        // Keys, which no namespace hides.
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        // Namespaces and mounts.
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        // Much of the kernel in reach of few programs.
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_fanotify_init,
        libc::SYS_open_by_handle_at,
        // The machine.
        libc::SYS_acct,
        libc::SYS_delete_module,
        libc::SYS_finit_module,
        libc::SYS_init_module,
        libc::SYS_kexec_load,
        libc::SYS_quotactl,
        libc::SYS_reboot,
        libc::SYS_setdomainname,
        libc::SYS_sethostname,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_swapoff,
        libc::SYS_swapon,
        libc::SYS_syslog,
        libc::SYS_vhangup,
        // What processes of one user share by a number or name.
        libc::SYS_shmget,
        libc::SYS_shmat,
        libc::SYS_shmctl,
        libc::SYS_semget,
        libc::SYS_semop,
        libc::SYS_semtimedop,
        libc::SYS_semctl,
        libc::SYS_msgget,
        libc::SYS_msgsnd,
        libc::SYS_msgrcv,
        libc::SYS_msgctl,
        libc::SYS_mq_open,
        libc::SYS_mq_unlink,
    ]);
    #[cfg(target_arch = "x86_64")]
    let filter = filter.all(&[
        libc::SYS_iopl,
        libc::SYS_ioperm,
        libc::SYS_kexec_file_load,
        libc::SYS_modify_ldt,
        libc::SYS_uselib,
        libc::SYS_ustat,
    ]);
    let filter = NAMESPACES
        .iter()
        .chain([&UNTRACED])
        .fold(filter, |found, flag| found.when(libc::SYS_clone, &[(0, SeccompCmpOp::MaskedEq(*flag), *flag)]))
        .when_any(libc::SYS_ioctl, 1, &TERMINAL_CALLS)
        .when(libc::SYS_prlimit64, &[(0, SeccompCmpOp::Ne, 0)]);
    if options.abi >= 6 {
        return filter;
    }
    // Landlock leaves signals free: the keeper decides on those of `supervised`.
    filter
        .all(&[libc::SYS_pidfd_send_signal, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo])
        .when_any(libc::SYS_fcntl, 1, &[libc::F_SETOWN as u64, F_SETOWN_EX])
}

const F_SETOWN_EX: u64 = 15;

/// Datagrams, which can be sent to any socket by its name; files that lend their owner's rights; with an old Landlock, a
/// file that is emptied although it is only read.
fn refused_files(options: &Options) -> Filter {
    let mut filter = Filter::default();
    for kind in [libc::SOCK_DGRAM, libc::SOCK_RAW] {
        let of_kind = [(0, SeccompCmpOp::Eq, libc::AF_UNIX as u64), (1, SeccompCmpOp::MaskedEq(KIND), kind as u64)];
        filter = filter.when(libc::SYS_socket, &of_kind).when(libc::SYS_socketpair, &of_kind);
    }
    #[cfg(target_arch = "x86_64")]
    let opens = [(libc::SYS_open, 1), (libc::SYS_openat, 2)];
    #[cfg(not(target_arch = "x86_64"))]
    let opens = [(libc::SYS_openat, 2)];
    let creates = (libc::O_CREAT) as u64;
    for bit in [libc::S_ISUID as u64, libc::S_ISGID as u64] {
        for (call, flags) in opens {
            let lends = [
                (flags, SeccompCmpOp::MaskedEq(creates), creates),
                (flags + 1, SeccompCmpOp::MaskedEq(bit), bit),
            ];
            filter = filter.when(call, &lends);
        }
        filter = filter.when(libc::SYS_mknodat, &[(2, SeccompCmpOp::MaskedEq(bit), bit)]);
        #[cfg(target_arch = "x86_64")]
        {
            filter = filter
                .when(libc::SYS_mknod, &[(1, SeccompCmpOp::MaskedEq(bit), bit)])
                .when(libc::SYS_creat, &[(1, SeccompCmpOp::MaskedEq(bit), bit)]);
        }
    }
    if options.abi < 3 {
        let mask = (libc::O_ACCMODE | libc::O_TRUNC) as u64;
        for (call, flags) in opens {
            filter = filter.when(call, &[(flags, SeccompCmpOp::MaskedEq(mask), libc::O_TRUNC as u64)]);
        }
    }
    filter
}

/// Who may read a file of its user's could set these.
fn attributes() -> Filter {
    Filter::default()
        .all(&[
            libc::SYS_setxattr,
            libc::SYS_lsetxattr,
            libc::SYS_fsetxattr,
            libc::SYS_removexattr,
            libc::SYS_lremovexattr,
            libc::SYS_fremovexattr,
            SETXATTRAT,
            REMOVEXATTRAT,
            FILE_SETATTR,
        ])
        .when_any(libc::SYS_ioctl, 1, &ATTRIBUTE_CALLS)
}

/// Sockets of other families than Unix and, with the network, those of the internet and what looks up its addresses.
fn families(options: &Options) -> Filter {
    let mut known = vec![libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];
    let mut filter = Filter::default();
    if options.network {
        known.push(libc::AF_NETLINK);
        let other = [(0, SeccompCmpOp::Eq, libc::AF_NETLINK as u64), (2, SeccompCmpOp::Ne, libc::NETLINK_ROUTE as u64)];
        filter = filter.when(libc::SYS_socket, &other);
    }
    let none_of_them: Vec<_> = known.iter().map(|family| (0, SeccompCmpOp::Ne, *family as u64)).collect();
    filter.when(libc::SYS_socket, &none_of_them)
}

/// The calls that depend on a path, an address or a process: the keeper makes them if they may be made.
fn supervised(options: &Options) -> Filter {
    let mut filter = Filter::default().all(&[
        libc::SYS_connect,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        FCHMODAT2,
        libc::SYS_utimensat,
    ]);
    #[cfg(target_arch = "x86_64")]
    {
        filter = filter.all(&[
            libc::SYS_chown,
            libc::SYS_lchown,
            libc::SYS_chmod,
            libc::SYS_utime,
            libc::SYS_utimes,
            libc::SYS_futimesat,
        ]);
    }
    if options.abi < 3 {
        filter = filter.all(&[libc::SYS_truncate]);
    }
    if options.abi < 6 {
        filter = filter.all(&[libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill]);
    }
    filter
}

/// Has the calls of [`supervised`] wait for the keeper; returns the file on which it hears of them.
pub fn have_supervised(options: &Options) -> Result<OwnedFd, String> {
    // The crate knows no such action: it stands in for its errors, of which there is one in this program.
    let mut program = supervised(options).program(libc::EPERM)?;
    let mut changed = 0;
    for step in &mut program {
        let is_answer = step.code == (libc::BPF_RET | libc::BPF_K) as u16;
        if is_answer && step.k == libc::SECCOMP_RET_ERRNO | libc::EPERM as u32 {
            step.k = libc::SECCOMP_RET_USER_NOTIF;
            changed += 1;
        }
    }
    if changed == 0 {
        return Err("seccomp: the filter asks nothing".to_string());
    }
    let list = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr().cast() };
    let install = |flags: libc::c_ulong| {
        // SAFETY: the list outlives the call, and its steps have the kernel's layout.
        let fd = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &list) };
        owned(fd as libc::c_int)
    };
    let listener = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    // From Linux 5.19 on, a signal does not interrupt a call that the keeper is making.
    install(listener | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
        .or_else(|error| match error.raw_os_error() {
            Some(libc::EINVAL) => install(listener),
            _ => Err(error),
        })
        .map_err(|error: Error| format!("seccomp: the keeper cannot supervise: {error}"))
}
