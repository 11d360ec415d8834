//! The command line: what the program may do, and the program.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

#[derive(Default)]
pub struct Options {
    /// Files and directories to read and execute, and whatever is below.
    pub reads: Vec<PathBuf>,
    /// The same to write, too.
    pub writes: Vec<PathBuf>,
    /// Sockets in the file system that may be connected to, besides those in places to write.
    pub connects: Vec<PathBuf>,
    pub network: bool,
    /// Where the program's own temporary directory is made.
    pub temporary: Option<PathBuf>,
    /// `HOME` is a directory of its own, too.
    pub home: bool,
    pub environment: Vec<(OsString, OsString)>,
    pub directory: Option<PathBuf>,
    pub arg0: Option<OsString>,
    /// The Landlock ABI to use: the kernel's, or less.
    pub abi: i32,
    pub command: Vec<OsString>,
}

pub enum Asked {
    /// What this kernel has.
    Facts,
    /// Does the sandbox hold in which this very program runs?
    Trial,
    Run(Options),
}

pub fn read(mut words: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut options = Options { abi: crate::files::kernel_abi(), ..Options::default() };
    while let Some(word) = words.next() {
        let name = word.to_string_lossy().into_owned();
        let mut value = || words.next().ok_or_else(|| format!("{name} needs a value"));
        match word.as_bytes() {
            b"--facts" => return Ok(Asked::Facts),
            b"--trial" => return Ok(Asked::Trial),
            b"--read" => options.reads.push(value()?.into()),
            b"--write" => options.writes.push(value()?.into()),
            b"--connect" => options.connects.push(value()?.into()),
            b"--network" => options.network = true,
            b"--temporary" => options.temporary = Some(value()?.into()),
            b"--home" => options.home = true,
            b"--setenv" => options.environment.push((value()?, value()?)),
            b"--chdir" => options.directory = Some(value()?.into()),
            b"--arg0" => options.arg0 = Some(value()?),
            b"--abi" => {
                let least = value()?.to_string_lossy().parse::<i32>().map_err(|e| format!("--abi: {e}"))?;
                options.abi = options.abi.min(least);
            }
            b"--" => {
                options.command = words.collect();
                break;
            }
            _ => return Err(format!("unknown option {name}")),
        }
    }
    if options.command.is_empty() {
        return Err("usage: cackle-launcher [options] -- program [arguments]".to_string());
    }
    Ok(Asked::Run(options))
}

/// The places to write with those above them resolved, as the kernel names open files.
pub fn real(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let real = |path: &PathBuf| path.canonicalize().map_err(|e| format!("{}: {e}", path.display()));
    paths.iter().map(real).collect()
}
