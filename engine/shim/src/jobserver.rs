//! Cargo's job slots: who waits for an answer of the user's lends its slot to others meanwhile.
//!
//! Cargo is a GNU make jobserver; whoever it starts gets the pipe and may hand a slot back by writing a
//! byte, and must read one before it goes on.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

/// Where cargo says what the jobserver is.
pub const FLAGS: &str = "CARGO_MAKEFLAGS";

/// The slot of this process.
#[derive(Default)]
pub struct Slot {
    lent: Option<u8>,
}

impl Slot {
    /// Lends the slot; without a jobserver that can be reached, it is kept.
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

    /// Waits for a slot if the own one was lent.
    pub fn take_back(&mut self) {
        if self.lent.take().is_none() {
            return;
        }
        let mut byte = [0];
        // What cannot be read is gone with cargo itself.
        let _ = pipes().and_then(|(from, _)| File::open(from).ok()?.read_exact(&mut byte).ok());
    }
}

/// The ends of the jobserver's pipe, as files that can be opened.
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
