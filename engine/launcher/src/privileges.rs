//! What this program gives up before it starts another, and how it waits for that.

use std::io::Error;
use std::ptr::null;

/// `KEYCTL_JOIN_SESSION_KEYRING`
const JOIN_SESSION_KEYRING: libc::c_long = 1;

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Capabilities {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `_LINUX_CAPABILITY_VERSION_3`
const VERSION_3: u32 = 0x2008_0522;

/// Has the kernel send this process a signal when its parent ends.
pub fn die_with_parent(signal: libc::c_int) {
    // SAFETY: the call takes numbers.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) };
}

/// Who loses its parent below this process becomes its child, whatever session or group it has gone to.
pub fn keep_orphans() -> Result<(), String> {
    // SAFETY: the call takes numbers.
    if unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } != 0 {
        return Err(format!("cannot keep the processes of the sandbox: {}", Error::last_os_error()));
    }
    Ok(())
}

/// Gives up every capability for good, as root too, the right to gain privileges, and the keys of the session.
pub fn drop_all() -> Result<(), String> {
    // SAFETY: the calls take numbers, and structures that outlive them.
    unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(format!("cannot set no_new_privs: {}", Error::last_os_error()));
        }
        // Without CAP_SETPCAP this fails, and nothing is lost: under no_new_privs a program of uid 0 starts with no more than its
        // parent has, whatever is left in the bounding set.
        for capability in 0..64 {
            libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0);
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        let header = CapabilityHeader { version: VERSION_3, pid: 0 };
        let none = [Capabilities::default(); 2];
        if libc::syscall(libc::SYS_capset, &header, none.as_ptr()) != 0 {
            return Err(format!("cannot give up capabilities: {}", Error::last_os_error()));
        }
        let joined = libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, null::<libc::c_char>());
        let error = Error::last_os_error();
        // There are no keyrings, or a container forbids access, to the program inside too.
        if joined < 0 && !matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) {
            return Err(format!("cannot leave the keys of the session: {error}"));
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").map_err(|e| format!("/proc/self/status: {e}"))?;
    let left = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].iter().any(|set| {
        let line = status.lines().find_map(|line| line.strip_prefix(set));
        line.is_some_and(|value| value.trim().bytes().any(|digit| digit != b'0'))
    });
    if left {
        return Err("capabilities are left that cannot be given up".to_string());
    }
    Ok(())
}

/// Waits for a process; returns its exit status, 128 + n for signal n.
pub fn wait_for(process: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: the call writes to a number of ours.
    while unsafe { libc::waitpid(process, &mut status, 0) } < 0 {
        if Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return crate::FAILED;
        }
    }
    exit_status(status)
}

pub fn exit_status(status: libc::c_int) -> i32 {
    if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        128 + libc::WTERMSIG(status)
    }
}
