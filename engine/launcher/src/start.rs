//! The last steps of the process that becomes the program.

use std::io::Error;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::options::Options;
use crate::{calls, files, privileges, signals, FAILED};

/// Becomes the program, in its sandbox. Returns only when that fails, with the exit status.
pub fn become_program(options: &Options, temporary: Option<&Path>, keeper: OwnedFd, keeper_pid: u32) -> i32 {
    let reason = match prepare(options, temporary, &keeper, keeper_pid) {
        Ok(mut command) => {
            let error = command.exec();
            format!("cannot run {}: {error}", Path::new(&options.command[0]).display())
        }
        Err(reason) => reason,
    };
    eprintln!("cackle-launcher: {reason}");
    FAILED
}

fn prepare(
    options: &Options,
    temporary: Option<&Path>,
    keeper: &OwnedFd,
    keeper_pid: u32,
) -> Result<Command, String> {
    privileges::die_with_parent(libc::SIGKILL);
    // SAFETY: the calls take no memory.
    unsafe {
        if libc::getppid() != keeper_pid as i32 {
            return Err("the keeper of the sandbox is gone".to_string());
        }
        // No controlling terminal, and no process group with others.
        if libc::setsid() < 0 {
            return Err(format!("cannot begin a session: {}", Error::last_os_error()));
        }
    }
    signals::unblock();
    if let Some(directory) = &options.directory {
        std::env::set_current_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    }
    let mut command = Command::new(&options.command[0]);
    command.args(&options.command[1..]).env_clear().envs(options.environment.iter().map(|(n, v)| (n, v)));
    if let Some(name) = &options.arg0 {
        command.arg0(name);
    }
    if let Some(own) = temporary {
        command.env("TMPDIR", own);
        if options.home {
            command.env("HOME", own.join("home"));
        }
    }
    close_files(&jobserver(options));
    files::confine(options, temporary)?;
    calls::forbid(options)?;
    let listener = calls::have_supervised(options)?;
    signals::send_file(keeper, &listener)?;
    Ok(command)
}

/// The file numbers of cargo's jobserver.
fn jobserver(options: &Options) -> Vec<i32> {
    let flags = options.environment.iter().find(|(name, _)| name == "CARGO_MAKEFLAGS");
    let text = flags.map(|(_, value)| value.to_string_lossy().into_owned()).unwrap_or_default();
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

/// Marks all files but the standard streams and those given to be closed when the program starts.
fn close_files(kept: &[i32]) {
    // SAFETY: the calls take numbers; one that names no open file has no effect.
    unsafe {
        let all = libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        if all != 0 {
            for fd in 3..65536 {
                libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
            }
        }
        for fd in kept.iter().filter(|fd| **fd > 2) {
            libc::fcntl(*fd, libc::F_SETFD, 0);
        }
    }
}
