//! Signals of the keeper as a file, and a file that goes from one process to another.

use std::io::Error;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Blocks the signals of the keeper; returns the file that tells of them.
pub fn as_file() -> Result<OwnedFd, String> {
    // SAFETY: the set outlives the calls.
    let fd = unsafe {
        let mut set: libc::sigset_t = zeroed();
        libc::sigemptyset(&mut set);
        for signal in [libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
            libc::sigaddset(&mut set, signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
    };
    owned(fd).map_err(|e| format!("signalfd: {e}"))
}

/// Takes one signal from the file; 0 when there is none.
pub fn take(file: &OwnedFd) -> libc::c_int {
    // SAFETY: the structure is as large as it says.
    unsafe {
        let mut info: libc::signalfd_siginfo = zeroed();
        let size = size_of::<libc::signalfd_siginfo>();
        match libc::read(file.as_raw_fd(), (&mut info as *mut libc::signalfd_siginfo).cast(), size) {
            n if n == size as isize => info.ssi_signo as libc::c_int,
            _ => 0,
        }
    }
}

/// Lets this process get all signals again.
pub fn unblock() {
    // SAFETY: the set outlives the call.
    unsafe {
        let mut set: libc::sigset_t = zeroed();
        libc::sigemptyset(&mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &set, std::ptr::null_mut());
    }
}

/// Both ends of a connection between two processes.
pub fn connection() -> Result<(OwnedFd, OwnedFd), String> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for both numbers.
    let made = unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0, ends.as_mut_ptr()) };
    if made != 0 {
        return Err(format!("socketpair: {}", Error::last_os_error()));
    }
    // SAFETY: both were just opened, for us.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

/// Room for the header and one file number.
const CONTROL: usize = 64;

/// Sends an open file to the process at the other end.
pub fn send_file(to: &OwnedFd, file: &OwnedFd) -> Result<(), String> {
    with_message(|message| unsafe {
        let header = libc::CMSG_FIRSTHDR(message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
        libc::CMSG_DATA(header).cast::<RawFd>().write_unaligned(file.as_raw_fd());
        (*message).msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
        match libc::sendmsg(to.as_raw_fd(), message, 0) {
            1 => Ok(()),
            _ => Err(format!("cannot hand over to the keeper: {}", Error::last_os_error())),
        }
    })
}

/// Waits for a file from the process at the other end; `None` when that ended first.
pub fn receive_file(from: &OwnedFd) -> Option<OwnedFd> {
    with_message(|message| unsafe {
        if libc::recvmsg(from.as_raw_fd(), message, libc::MSG_CMSG_CLOEXEC) != 1 {
            return None;
        }
        let header = libc::CMSG_FIRSTHDR(message);
        if header.is_null() || (*header).cmsg_type != libc::SCM_RIGHTS {
            return None;
        }
        owned(libc::CMSG_DATA(header).cast::<RawFd>().read_unaligned()).ok()
    })
}

fn with_message<T>(action: impl FnOnce(*mut libc::msghdr) -> T) -> T {
    let mut byte = [0u8; 1];
    let mut control = [0u64; CONTROL / 8];
    let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    // SAFETY: an empty header is one of zeros.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = &mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = CONTROL as _;
    action(&mut message)
}

/// A file number that a call returned, which is ours from now on.
pub fn owned(fd: libc::c_int) -> Result<OwnedFd, Error> {
    if fd < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: the call opened it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
