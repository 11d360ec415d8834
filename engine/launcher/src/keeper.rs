//! The process between this program's first one and the sandbox: it answers what filters cannot decide, waits for the
//! program, and ends whatever that leaves behind. No process of the sandbox can signal or trace it.

use std::fs;
use std::io::Error;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::options::{self, Options};
use crate::supervised::{serve, Allowed};
use crate::{privileges, signals, start};

/// Runs the program and returns its exit status, when every process of its sandbox has ended.
pub fn run(options: &Options, parent: u32) -> Result<i32, String> {
    let signals = signals::as_file()?;
    // A signal, not the end: what is in the sandbox has to end first.
    privileges::die_with_parent(libc::SIGTERM);
    // SAFETY: the calls take numbers.
    unsafe {
        if libc::getppid() != parent as i32 {
            return Err("the launcher is gone".to_string());
        }
        libc::setsid();
    }
    privileges::keep_orphans()?;
    let temporary = match &options.temporary {
        Some(place) => Some(make_temporary(place)?),
        None => None,
    };
    let ended = supervise(options, temporary.as_deref(), &signals);
    end_all();
    if let Some(own) = &temporary {
        remove(own);
    }
    ended
}

fn supervise(options: &Options, temporary: Option<&Path>, signals: &OwnedFd) -> Result<i32, String> {
    let mut writes = options::real(&options.writes)?;
    writes.extend(temporary.map(Path::to_path_buf));
    let allowed = Arc::new(Allowed {
        writes,
        connects: options::real(&options.connects)?,
        network: options.network,
        keeper: std::process::id(),
    });
    let (ours, theirs) = signals::connection()?;
    // SAFETY: there is one thread.
    let program = match unsafe { libc::fork() } {
        -1 => return Err(format!("cannot fork: {}", Error::last_os_error())),
        0 => {
            drop(ours);
            std::process::exit(start::become_program(options, temporary, theirs, allowed.keeper));
        }
        program => program,
    };
    drop(theirs);
    // While it is open, the kernel keeps the file to which the program's rule belongs.
    let _own = fs::File::open(format!("/proc/{program}"));
    // Otherwise it has said why, and ended.
    let listener = signals::receive_file(&ours).map(Arc::new);
    drop(ours);
    wait(program, listener, &allowed, signals)
}

fn wait(
    program: libc::pid_t,
    listener: Option<Arc<OwnedFd>>,
    allowed: &Arc<Allowed>,
    signals: &OwnedFd,
) -> Result<i32, String> {
    let mut listener = listener;
    loop {
        let poll = |fd: i32| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        let mut files = [poll(signals.as_raw_fd()), poll(listener.as_ref().map_or(-1, |file| file.as_raw_fd()))];
        // SAFETY: the list has this length.
        unsafe { libc::poll(files.as_mut_ptr(), files.len() as u64, -1) };
        if files[0].revents != 0 {
            match signals::take(signals) {
                libc::SIGCHLD => {
                    if let Some(status) = reap(program) {
                        return Ok(status);
                    }
                }
                0 => {}
                // The launcher is gone, or somebody wants us to end.
                signal => return Ok(128 + signal),
            }
        }
        if files[1].revents & libc::POLLIN != 0 {
            if let Some(file) = &listener {
                // Who asked may have been killed meanwhile.
                let _ = serve(file, allowed);
            }
        } else if files[1].revents != 0 {
            listener = None;
        }
    }
}

/// Takes note of all children that have ended; returns the program's exit status when it is among them.
fn reap(program: libc::pid_t) -> Option<i32> {
    let mut found = None;
    loop {
        let mut status = 0;
        // SAFETY: the call writes to a number of ours.
        match unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) } {
            pid if pid == program => found = Some(privileges::exit_status(status)),
            pid if pid > 0 => {}
            _ => return found,
        }
    }
}

/// Kills our children until there are none: those of a killed one become ours.
pub fn end_all() {
    // To look through all processes takes long under a tracer: mostly nothing is left.
    while has_children(libc::WNOHANG) {
        for child in children() {
            // SAFETY: a child for which nobody has waited keeps its number.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        has_children(0);
    }
}

/// Takes note of a child that has ended, and without `WNOHANG` waits for one; returns false when there is none.
fn has_children(flags: libc::c_int) -> bool {
    // SAFETY: the call takes no memory.
    let ended = unsafe { libc::waitpid(-1, std::ptr::null_mut(), flags) };
    ended >= 0 || Error::last_os_error().raw_os_error() != Some(libc::ECHILD)
}

fn children() -> Vec<libc::pid_t> {
    let own = std::process::id().to_string();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let is_ours = |process: &libc::pid_t| {
        let stat = fs::read(format!("/proc/{process}/stat")).unwrap_or_default();
        let text = String::from_utf8_lossy(&stat).into_owned();
        // The name in parentheses may have anything in it.
        let after = text.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
        after.split_whitespace().nth(1) == Some(own.as_str())
    };
    processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
}

/// Makes a directory that nobody else can look into, with an empty home in it.
fn make_temporary(place: &Path) -> Result<PathBuf, String> {
    let failed = |error: Error| format!("cannot make a temporary directory in {}: {error}", place.display());
    let real = place.canonicalize().map_err(failed)?;
    let mut template = real.join("cackle-inside-XXXXXX").into_os_string().into_vec();
    template.push(0);
    // SAFETY: the text ends in NUL, and is changed in place.
    if unsafe { libc::mkdtemp(template.as_mut_ptr().cast()) }.is_null() {
        return Err(failed(Error::last_os_error()));
    }
    template.pop();
    let made = PathBuf::from(std::ffi::OsString::from_vec(template));
    fs::create_dir(made.join("home")).map_err(failed)?;
    Ok(made)
}

/// Removes a directory with all that is in it, whatever modes the program gave to what it made.
fn remove(directory: &Path) {
    if fs::remove_dir_all(directory).is_ok() || !directory.exists() {
        return;
    }
    open_up(directory);
    if let Err(error) = fs::remove_dir_all(directory) {
        eprintln!("cackle-launcher: {} is left: {error}", directory.display());
    }
}

fn open_up(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

