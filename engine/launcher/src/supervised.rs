//! Makes the system calls of the program that a filter cannot decide: connections, owners, modes and times of files, and, where
//! Landlock is too old for them, truncation and signals. The keeper makes them itself, on files that it has opened and with
//! values that it has read once, so the program cannot change them after they were checked.

use std::fs;
use std::io::Error;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::calls::FCHMODAT2;
use crate::memory::Memory;
use crate::objects::Object;
use crate::signals::owned;

/// What the program may do there.
pub struct Allowed {
    pub writes: Vec<PathBuf>,
    pub connects: Vec<PathBuf>,
    pub network: bool,
    /// The process whose descendants may get signals.
    pub keeper: u32,
}

/// The value of a call, or its error.
type Outcome = Result<i64, i32>;

/// Answers one call; connections, which may take long, in a thread of their own. An error is that of the kernel.
pub fn serve(listener: &Arc<OwnedFd>, allowed: &Arc<Allowed>) -> Result<(), Error> {
    // SAFETY: an empty notification is one of zeros, and the kernel fills one of this size.
    let call = unsafe {
        let mut call: libc::seccomp_notif = std::mem::zeroed();
        if libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV as _, &mut call) != 0 {
            return Err(Error::last_os_error());
        }
        call
    };
    if call.data.nr as i64 != libc::SYS_connect {
        answer(listener, call.id, outcome(&call, listener, allowed));
        return Ok(());
    }
    let (listener, allowed) = (Arc::clone(listener), Arc::clone(allowed));
    let id = call.id;
    let connects = move || answer(&listener, id, connect(&call, &listener, &allowed));
    // Without a thread the call stays unanswered until the program ends: nothing was done.
    let _ = std::thread::Builder::new().stack_size(64 * 1024).spawn(connects);
    Ok(())
}

fn answer(listener: &OwnedFd, id: u64, outcome: Outcome) {
    let (val, error) = match outcome {
        Ok(value) => (value, 0),
        Err(errno) => (0, -errno),
    };
    let reply = libc::seccomp_notif_resp { id, val, error, flags: 0 };
    // SAFETY: the reply outlives the call. Who asked may have ended, which is no error of ours.
    unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND as _, &reply) };
}

/// The thread that asked is still the one of this number: nothing that was read by the number is another's.
fn still_asks(listener: &OwnedFd, id: u64) -> Result<(), i32> {
    // SAFETY: the number outlives the call.
    let valid = unsafe { libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID as _, &id) };
    if valid == 0 { Ok(()) } else { Err(libc::EINTR) }
}

fn outcome(call: &libc::seccomp_notif, listener: &OwnedFd, allowed: &Allowed) -> Outcome {
    let thread = call.pid;
    let args = call.data.args;
    let number = |at: usize| args[at] as i32;
    let asks = || still_asks(listener, call.id);
    let memory = || Memory::of(thread);
    let named = |base: i32, address: u64, flags: i32| -> Result<Object, i32> {
        let path = memory()?.text(address)?;
        let empty = path.is_empty() && flags & libc::AT_EMPTY_PATH != 0;
        let object = if empty && base != libc::AT_FDCWD {
            Object::open_as(thread, base)?
        } else {
            let text: &[u8] = if empty { b"." } else { &path };
            Object::named(thread, base, text, flags & libc::AT_SYMLINK_NOFOLLOW == 0)?
        };
        asks()?;
        Ok(object)
    };
    let opened = |number: i32| -> Result<Object, i32> {
        let object = Object::open_as(thread, number)?;
        asks()?;
        Ok(object)
    };
    match call.data.nr as i64 {
        libc::SYS_fchown => owner(&opened(number(0))?, args[1], args[2], allowed),
        libc::SYS_fchownat => owner(&named(number(0), args[1], number(4))?, args[2], args[3], allowed),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chown => owner(&named(libc::AT_FDCWD, args[0], 0)?, args[1], args[2], allowed),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_lchown => {
            owner(&named(libc::AT_FDCWD, args[0], libc::AT_SYMLINK_NOFOLLOW)?, args[1], args[2], allowed)
        }
        libc::SYS_fchmod => mode(&opened(number(0))?, args[1], allowed),
        libc::SYS_fchmodat => mode(&named(number(0), args[1], 0)?, args[2], allowed),
        FCHMODAT2 => mode(&named(number(0), args[1], number(3))?, args[2], allowed),
        libc::SYS_utimensat => {
            let object = if args[1] == 0 { opened(number(0))? } else { named(number(0), args[1], number(3))? };
            let given = if args[2] == 0 { None } else { Some(memory()?.pairs(args[2])?) };
            times(&object, given, allowed)
        }
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chmod => mode(&named(libc::AT_FDCWD, args[0], 0)?, args[1], allowed),
        #[cfg(target_arch = "x86_64")]
        libc::SYS_utime => {
            let object = named(libc::AT_FDCWD, args[0], 0)?;
            let seconds = if args[1] == 0 { None } else { Some(memory()?.bytes(args[1], 16)?) };
            let at = |bytes: &[u8], from: usize| i64::from_ne_bytes(bytes[from..from + 8].try_into().unwrap_or_default());
            times(&object, seconds.map(|bytes| [[at(&bytes, 0), 0], [at(&bytes, 8), 0]]), allowed)
        }
        #[cfg(target_arch = "x86_64")]
        libc::SYS_utimes | libc::SYS_futimesat => {
            let shift = usize::from(call.data.nr as i64 == libc::SYS_futimesat);
            let base = if shift == 1 { number(0) } else { libc::AT_FDCWD };
            let object = if args[shift] == 0 { opened(base)? } else { named(base, args[shift], 0)? };
            let given = if args[shift + 1] == 0 { None } else { Some(memory()?.pairs(args[shift + 1])?) };
            let nanoseconds = |[seconds, micros]: [i64; 2]| -> Result<[i64; 2], i32> {
                (0..1_000_000).contains(&micros).then(|| [seconds, micros * 1000]).ok_or(libc::EINVAL)
            };
            let exact = match given {
                Some([a, m]) => Some([nanoseconds(a)?, nanoseconds(m)?]),
                None => None,
            };
            times(&object, exact, allowed)
        }
        libc::SYS_truncate => {
            let object = named(libc::AT_FDCWD, args[0], 0)?;
            may_change(&object, allowed)?;
            // SAFETY: the text outlives the call.
            done(unsafe { libc::truncate(object.handle_text().as_ptr(), args[1] as i64) })
        }
        libc::SYS_kill => signal_process(thread, number(0), number(1), allowed, &asks),
        libc::SYS_tkill => signal_thread(number(0), number(0), number(1), allowed),
        libc::SYS_tgkill => signal_thread(number(0), number(1), number(2), allowed),
        _ => Err(libc::ENOSYS),
    }
}

fn done(result: libc::c_int) -> Outcome {
    if result == 0 { Ok(0) } else { Err(Error::last_os_error().raw_os_error().unwrap_or(libc::EPERM)) }
}

fn may_change(object: &Object, allowed: &Allowed) -> Result<(), i32> {
    if object.is_within(&allowed.writes) { Ok(()) } else { Err(libc::EACCES) }
}

/// Without capabilities, the kernel lets nobody give a file away.
fn owner(object: &Object, user: u64, group: u64, allowed: &Allowed) -> Outcome {
    may_change(object, allowed)?;
    let file = object.file().as_raw_fd();
    // SAFETY: the text outlives the call.
    done(unsafe { libc::fchownat(file, c"".as_ptr(), user as u32, group as u32, libc::AT_EMPTY_PATH) })
}

fn mode(object: &Object, mode: u64, allowed: &Allowed) -> Outcome {
    may_change(object, allowed)?;
    let mode = mode as libc::mode_t;
    // A program that others start with this user's rights.
    if mode & (libc::S_ISUID | libc::S_ISGID) != 0 {
        return Err(libc::EACCES);
    }
    if object.is_link() {
        return Err(libc::EOPNOTSUPP);
    }
    // SAFETY: the text outlives the call.
    done(unsafe { libc::chmod(object.handle_text().as_ptr(), mode) })
}

fn times(object: &Object, given: Option<[[i64; 2]; 2]>, allowed: &Allowed) -> Outcome {
    may_change(object, allowed)?;
    let exact = given.map(|both| both.map(|[tv_sec, tv_nsec]| libc::timespec { tv_sec, tv_nsec }));
    let times = exact.as_ref().map_or(std::ptr::null(), |both| both.as_ptr());
    // SAFETY: text and times outlive the call.
    done(unsafe {
        if object.is_link() {
            libc::utimensat(object.file().as_raw_fd(), c"".as_ptr(), times, libc::AT_EMPTY_PATH)
        } else {
            libc::utimensat(libc::AT_FDCWD, object.handle_text().as_ptr(), times, 0)
        }
    })
}

fn connect(call: &libc::seccomp_notif, listener: &OwnedFd, allowed: &Allowed) -> Outcome {
    let [number, address, length, ..] = call.data.args;
    let thread = call.pid;
    let length = length as u32 as usize;
    if length > size_of::<libc::sockaddr_storage>() || length < 2 {
        return Err(libc::EINVAL);
    }
    let given = Memory::of(thread)?.bytes(address, length)?;
    let socket = match socket_of(thread, number as i32) {
        // A container forbids to borrow it (Docker's seccomp profile). Without a network it can only be a Unix socket.
        Err(libc::EPERM | libc::ENOSYS) if !allowed.network => None,
        found => Some(found?),
    };
    still_asks(listener, call.id)?;
    let family = u16::from_ne_bytes([given[0], given[1]]) as i32;
    // What the socket is decides, not what its address says that it is.
    if let Some(socket) = socket.as_ref().filter(|socket| domain_of(socket) != libc::AF_UNIX) {
        return if allowed.network { connect_to(socket, &given) } else { Err(libc::ENETUNREACH) };
    }
    if family != libc::AF_UNIX {
        return Err(libc::EINVAL);
    }
    let path = &given[2..];
    let path = &path[..path.iter().position(|byte| *byte == 0).unwrap_or(path.len())];
    if path.is_empty() {
        // An abstract socket.
        return Err(libc::EACCES);
    }
    let object = Object::named(thread, libc::AT_FDCWD, path, true)?;
    still_asks(listener, call.id)?;
    let place = object.path();
    if !object.is_within(&allowed.writes) && !allowed.connects.contains(&place) {
        return Err(libc::EACCES);
    }
    let mut address = (libc::AF_UNIX as u16).to_ne_bytes().to_vec();
    address.extend_from_slice(object.handle().as_os_str().as_bytes());
    address.push(0);
    match socket {
        Some(socket) => connect_to(&socket, &address),
        None => connect_instead(thread, number as i32, &address, call.id, listener),
    }
}

/// Connects a socket of ours, and puts it in the place of the program's.
fn connect_instead(thread: u32, number: i32, address: &[u8], id: u64, listener: &OwnedFd) -> Outcome {
    let told = fs::read_link(format!("/proc/{thread}/fd/{number}")).map_err(|_| libc::EBADF)?;
    if !told.as_os_str().as_bytes().starts_with(b"socket:") {
        return Err(libc::ENOTSOCK);
    }
    let info = fs::read_to_string(format!("/proc/{thread}/fdinfo/{number}")).map_err(|_| libc::EBADF)?;
    let octal = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = octal.and_then(|text| i32::from_str_radix(text.trim(), 8).ok()).ok_or(libc::EBADF)?;
    // SAFETY: the calls take numbers, and a structure that outlives them.
    unsafe {
        let ours = owned(libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0));
        let ours = ours.map_err(|error| error.raw_os_error().unwrap_or(libc::EMFILE))?;
        connect_to(&ours, address)?;
        done(libc::fcntl(ours.as_raw_fd(), libc::F_SETFL, flags & libc::O_NONBLOCK))?;
        let place = libc::seccomp_notif_addfd {
            id,
            flags: libc::SECCOMP_ADDFD_FLAG_SETFD as u32,
            srcfd: ours.as_raw_fd() as u32,
            newfd: number as u32,
            newfd_flags: (flags & libc::O_CLOEXEC) as u32,
        };
        match libc::ioctl(listener.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ADDFD as _, &place) {
            n if n >= 0 => Ok(0),
            _ => Err(Error::last_os_error().raw_os_error().unwrap_or(libc::EBADF)),
        }
    }
}

fn connect_to(socket: &OwnedFd, address: &[u8]) -> Outcome {
    // SAFETY: the address outlives the call, and has this length.
    done(unsafe { libc::connect(socket.as_raw_fd(), address.as_ptr().cast(), address.len() as u32) })
}

fn domain_of(socket: &OwnedFd) -> i32 {
    let mut domain = -1;
    let mut length = size_of::<i32>() as libc::socklen_t;
    // SAFETY: there is room for the number.
    unsafe {
        let domain_at = (&mut domain as *mut i32).cast();
        libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_DOMAIN, domain_at, &mut length);
    }
    domain
}

/// The socket itself that a thread has open under a number.
fn socket_of(thread: u32, number: i32) -> Result<OwnedFd, i32> {
    let errno = |error: Error| error.raw_os_error().unwrap_or(libc::EBADF);
    let process = field(thread, "Tgid:").ok_or(libc::ESRCH)?;
    // SAFETY: the calls take numbers.
    unsafe {
        let process = owned(libc::syscall(libc::SYS_pidfd_open, process, 0) as libc::c_int).map_err(errno)?;
        owned(libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0) as libc::c_int).map_err(errno)
    }
}

fn field(process: u32, name: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Is a process one of the sandbox?
fn is_inside(process: u32, allowed: &Allowed) -> bool {
    let mut at = process;
    // No tree of processes is that deep; a number that is given anew while we look must not keep us here.
    for _ in 0..4096 {
        match field(at, "PPid:") {
            Some(parent) if parent == allowed.keeper => return true,
            Some(0) | None => return false,
            Some(parent) => at = parent,
        }
    }
    false
}

/// kill(2): the processes of a sandbox are in sessions, and so in groups, of their own.
fn signal_process(
    thread: u32,
    to: i32,
    signal: i32,
    allowed: &Allowed,
    asks: &dyn Fn() -> Result<(), i32>,
) -> Outcome {
    // SAFETY: the calls take numbers.
    unsafe {
        match to {
            0 => {
                let group = libc::getpgid(thread as i32);
                asks()?;
                if group > 1 { done(libc::kill(-group, signal)) } else { Err(libc::ESRCH) }
            }
            -1 => Err(libc::EPERM),
            group if group < -1 => {
                if members(-group).iter().all(|process| is_inside(*process, allowed)) {
                    done(libc::kill(group, signal))
                } else {
                    Err(libc::EPERM)
                }
            }
            process => {
                if !Path::new(&format!("/proc/{process}")).exists() {
                    return Err(libc::ESRCH);
                }
                // Held by its file, the process is the one that was looked at.
                let held = owned(libc::syscall(libc::SYS_pidfd_open, process, 0) as libc::c_int);
                let held = held.map_err(|error| error.raw_os_error().unwrap_or(libc::ESRCH))?;
                if !is_inside(process as u32, allowed) {
                    return Err(libc::EPERM);
                }
                let info = std::ptr::null::<libc::siginfo_t>();
                done(libc::syscall(libc::SYS_pidfd_send_signal, held.as_raw_fd(), signal, info, 0) as libc::c_int)
            }
        }
    }
}

/// The processes of a group.
fn members(group: i32) -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let numbers = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // SAFETY: the call takes a number.
    numbers.filter(|process: &u32| unsafe { libc::getpgid(*process as i32) } == group).collect()
}

fn signal_thread(process: i32, thread: i32, signal: i32, allowed: &Allowed) -> Outcome {
    let leader = u32::try_from(thread).ok().and_then(|number| field(number, "Tgid:")).ok_or(libc::ESRCH)?;
    if !is_inside(leader, allowed) {
        return Err(libc::EPERM);
    }
    // tkill(2) names the thread alone.
    let process = if process == thread { leader as i32 } else { process };
    // SAFETY: the call takes numbers.
    done(unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) as libc::c_int })
}
