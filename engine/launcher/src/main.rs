//! Runs a program in a sandbox that needs no namespaces: Landlock for files, TCP, abstract sockets and signals, seccomp for
//! what a program may ask of the kernel. README.md of engine/sandbox says what that holds back.
//!
//! Three processes: this one, started by the shim, whose exit status is the program's; the *keeper* below it, which
//! answers the system calls that a filter cannot decide and ends all that the program leaves behind; and the program. What
//! cannot be set up ends with [`FAILED`], and nothing has run.

mod calls;
mod files;
mod keeper;
mod memory;
mod objects;
mod options;
mod privileges;
mod signals;
mod start;
mod supervised;
mod trial;

use std::io::Error;
use std::process::exit;

/// The exit status when the program was not started.
pub const FAILED: i32 = 125;

fn main() {
    match run() {
        Ok(status) => exit(status),
        Err(message) => {
            eprintln!("cackle-launcher: {message}");
            exit(FAILED);
        }
    }
}

fn run() -> Result<i32, String> {
    let options = match options::read(std::env::args_os().skip(1))? {
        options::Asked::Facts => {
            println!("landlock {}\nneeded {}", files::kernel_abi(), files::LEAST_ABI);
            return Ok(0);
        }
        options::Asked::Trial => {
            trial::inside()?;
            // A file that is none of our programs may end well, too.
            println!("the sandbox holds");
            return Ok(0);
        }
        options::Asked::Run(options) => options,
    };
    files::require(options.abi)?;
    privileges::die_with_parent(libc::SIGKILL);
    privileges::drop_all()?;
    privileges::keep_orphans()?;
    let parent = std::process::id();
    // SAFETY: there is one thread.
    match unsafe { libc::fork() } {
        -1 => Err(format!("cannot fork: {}", Error::last_os_error())),
        0 => exit(keeper::run(&options, parent).unwrap_or_else(|message| {
            eprintln!("cackle-launcher: {message}");
            FAILED
        })),
        keeper => {
            let status = privileges::wait_for(keeper);
            // There is somebody only if the keeper was killed before it could end them.
            keeper::end_all();
            Ok(status)
        }
    }
}
