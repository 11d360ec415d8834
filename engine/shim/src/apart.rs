//! Hides from a sandboxed program what namespaces do not hide: keys that the kernel holds for a login session (Kerberos
//! tickets, keys of encrypted disks), and open files inherited from the process that started cackle.

use std::env;
use std::io::{Error, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

#[cfg(target_arch = "x86_64")]
const KEYCTL: i64 = 250;
#[cfg(not(target_arch = "x86_64"))]
const KEYCTL: i64 = 219;
const JOIN_SESSION_KEYRING: i64 = 1;
const F_SETFD: i32 = 2;
const FD_CLOEXEC: i32 = 1;
/// The highest file number that is closed: no program leaves more files open by accident, and each costs a system call.
const MOST_FILES: i32 = 4096;
const EPERM: i32 = 1;
const ENOSYS: i32 = 38;

extern "C" {
    fn syscall(number: i64, ...) -> i64;
    fn fcntl(fd: i32, command: i32, ...) -> i32;
}

/// Makes the command start with an empty session keyring, and only the standard streams and cargo's jobserver open.
pub fn start(command: &mut Command) {
    let jobserver = jobserver();
    let prepare = move || {
        leave_keys()?;
        close_files(&jobserver);
        Ok(())
    };
    // SAFETY: between fork and exec it makes system calls, and allocates nothing.
    unsafe { command.pre_exec(prepare) };
}

/// The file numbers of the jobserver's pipe.
fn jobserver() -> Vec<i32> {
    let flags = env::var(crate::jobserver::FLAGS).unwrap_or_default();
    flags.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

fn leave_keys() -> Result<()> {
    // SAFETY: the call takes a number and a null name, and touches no memory of ours.
    let joined = unsafe { syscall(KEYCTL, JOIN_SESSION_KEYRING, std::ptr::null::<u8>()) };
    let error = Error::last_os_error();
    match error.raw_os_error() {
        _ if joined >= 0 => Ok(()),
        // There are no keyrings, or a container forbids access, to the program inside too.
        Some(ENOSYS | EPERM) => Ok(()),
        _ => Err(error),
    }
}

/// Marks the files to be closed when the program starts: until then the standard library reports errors by one of them.
fn close_files(kept: &[i32]) {
    for fd in 3..MOST_FILES {
        let flags = if kept.contains(&fd) { 0 } else { FD_CLOEXEC };
        // SAFETY: the call takes numbers. One that names no open file is an error without effect.
        unsafe { fcntl(fd, F_SETFD, flags) };
    }
}
