//! Cargo's job tokens: a shim that waits for an answer of the user lends its token to other jobs meanwhile.
//!
//! Cargo is a GNU make jobserver; each process that it starts gets the pipe, may return its token by
//! writing a byte, and must read one before it goes on.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

/// The variable by which cargo names its jobserver.
pub const FLAGS: &str = "CARGO_MAKEFLAGS";

/// The job token of this process.
#[derive(Default)]
pub struct Slot {
    lent: Option<u8>,
}

impl Slot {
    /// Lends the token; keeps it when the jobserver cannot be reached.
    pub fn lend(&mut self) {
        if self.lent.is_some() {
            return;
        }
        let byte = b'+';
        let written = pipes().and_then(|(_, to)| OpenOptions::new().write(true).open(to).ok());
        if let Some(mut pipe) = written {
            if pipe.write_all(&[byte]).is_ok() {
                self.lent = Some(byte);
            }
        }
    }

    /// Waits for a token if the own one was lent.
    pub fn take_back(&mut self) {
        if self.lent.take().is_none() {
            return;
        }
        let mut byte = [0];
        // A pipe that cannot be read is gone with cargo itself.
        let _ = pipes().and_then(|(from, _)| File::open(from).ok()?.read_exact(&mut byte).ok());
    }
}

/// The paths of both ends of the jobserver's pipe.
fn pipes() -> Option<(PathBuf, PathBuf)> {
    let flags = env::var(FLAGS).ok()?;
    let value = flags.split_whitespace().rev().find_map(|flag| {
        flag.strip_prefix("--jobserver-auth=").or_else(|| flag.strip_prefix("--jobserver-fds="))
    })?;
    if let Some(path) = value.strip_prefix("fifo:") {
        return Some((PathBuf::from(path), PathBuf::from(path)));
    }
    let (from, to) = value.split_once(',')?;
    let file = |fd: &str| Some(PathBuf::from(format!("/proc/self/fd/{}", fd.parse::<u32>().ok()?)));
    Some((file(from)?, file(to)?))
}
