//! Finds which program this process replaces, by how it was started.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::json::write_string;

/// The variable with the path of the engine's socket.
const SOCKET: &str = "CACKLE_SOCKET";
/// The variable with a secret that proves to the engine that this process belongs to its run; only cargo's children get it.
const TOKEN: &str = "CACKLE_TOKEN";
/// The file beside a linker's link to this program: the socket's path and, on a line of its own, a token for the links of one
/// unit only. They are not in rustc's environment because code that rustc compiles or loads would see that it is watched.
const LINK_FILE: &str = "link";
/// The variable with the path of the running engine's shim. A build script's copy may be of an older engine.
const SHIM: &str = "CACKLE_SHIM";
/// Advice when a variable or file of the engine is missing.
const OTHER_VERSION: &str = "; if cackle was updated, its two halves may be of two versions: start it once as `./cackle`, \
                             or `npm run build` in its directory, and check again; if not, check again";
/// The variable that a build script's copy sets for the shim that it starts: the path of the copy.
const BUILD_SCRIPT: &str = "CACKLE_BUILD_SCRIPT";

/// The name under which ensureShim (engine/build/shim.ts) installs this program.
const OWN_NAME: &str = "cackle-shim";
/// The directory of links to this program that replace linkers.
const LINKER_DIRECTORY: &str = "cackle-linker";
/// The directory of the link to this program that replaces the runner of tests and programs.
const RUNNER_DIRECTORY: &str = "cackle-runner";
/// The directory of the link to this program that replaces rustdoc.
const RUSTDOC_DIRECTORY: &str = "cackle-rustdoc";
/// The directory of the link to this program that cargo takes for rustc, where it puts no wrapper before it.
const RUSTC_DIRECTORY: &str = "cackle-rustc";
/// The directory of the link to this program that a subcommand which is none of cargo's takes for cargo.
const CARGO_DIRECTORY: &str = "cackle-cargo";

pub struct Role {
    name: &'static str,
    token: OsString,
    executable: PathBuf,
    pub socket: PathBuf,
}

/// Finds the role. The copy at a build script's path hands over to the running engine's own shim and
/// does not return.
pub fn find() -> Result<Role, String> {
    let executable = env::current_exe().map_err(|e| format!("cannot find the path of this program: {e}"))?;
    let called_as = PathBuf::from(env::args_os().next().unwrap_or_default());
    let directory = called_as.parent().and_then(Path::file_name);
    if directory.is_some_and(|found| found == LINKER_DIRECTORY) {
        let (socket, token) = link_file(&called_as.with_file_name(LINK_FILE))?;
        return Ok(Role { name: "linker", token, executable: called_as, socket });
    }
    let socket = PathBuf::from(required(SOCKET, &executable)?);
    if let Some(build_script) = env::var_os(BUILD_SCRIPT) {
        let token = required(TOKEN, &executable)?;
        return Ok(Role { name: "build-script", token, executable: build_script.into(), socket });
    }
    let stand_ins = [
        (RUNNER_DIRECTORY, "runner"),
        (RUSTDOC_DIRECTORY, "rustdoc"),
        (RUSTC_DIRECTORY, "rustc"),
        (CARGO_DIRECTORY, "cargo"),
    ];
    // A program that finds us on PATH calls us by the name alone.
    if called_as.as_os_str() == "cargo" {
        let token = required(TOKEN, &executable)?;
        return Ok(Role { name: "cargo", token, executable: called_as, socket });
    }
    for (stands_in, name) in stand_ins {
        if directory.is_some_and(|found| found == stands_in) {
            let token = required(TOKEN, &executable)?;
            return Ok(Role { name, token, executable: called_as, socket });
        }
    }
    if executable.file_name().is_some_and(|name| name == OWN_NAME) {
        let token = required(TOKEN, &executable)?;
        return Ok(Role { name: "rustc", token, executable, socket });
    }
    hand_over(&executable)
}

fn link_file(path: &Path) -> Result<(PathBuf, OsString), String> {
    let bytes = std::fs::read(path)
        .map_err(|e| format!("this link belongs to no running rustc: {}: {e}{OTHER_VERSION}", path.display()))?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| format!("{} is damaged{OTHER_VERSION}", path.display()))?;
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    Ok((PathBuf::from(text(&bytes[..end])), text(&bytes[end + 1..])))
}

fn required(variable: &str, executable: &Path) -> Result<OsString, String> {
    env::var_os(variable).ok_or_else(|| {
        format!(
            "{} was put in place by a cackle check and runs only within one ({variable} is not set); \
             for a build without cackle use another profile, or `cargo clean` first",
            executable.display()
        )
    })
}

fn hand_over(executable: &Path) -> Result<Role, String> {
    use std::os::unix::process::CommandExt;
    let shim = required(SHIM, executable)?;
    let error = std::process::Command::new(&shim)
        .args(env::args_os().skip(1))
        .env(BUILD_SCRIPT, executable)
        .exec();
    Err(format!("cannot start {}: {error}", Path::new(&shim).display()))
}

impl Role {
    /// Returns the first message: the role, and everything that the engine needs to answer.
    pub fn hello(&self) -> String {
        let mut out = String::from("{\"role\":");
        write_string(&mut out, self.name.as_bytes());
        out.push_str(",\"token\":");
        write_string(&mut out, self.token.as_bytes());
        out.push_str(",\"executable\":");
        write_string(&mut out, self.executable.as_os_str().as_bytes());
        out.push_str(",\"cwd\":");
        let cwd = env::current_dir().unwrap_or_default();
        write_string(&mut out, cwd.as_os_str().as_bytes());
        out.push_str(",\"args\":[");
        for (index, argument) in env::args_os().skip(1).enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(&mut out, argument.as_bytes());
        }
        out.push_str("],\"env\":[");
        let mut first = true;
        for (name, value) in env::vars_os() {
            if name.as_bytes().starts_with(b"CACKLE_") {
                continue;
            }
            if !first {
                out.push(',');
            }
            first = false;
            out.push('[');
            write_string(&mut out, name.as_bytes());
            out.push(',');
            write_string(&mut out, value.as_bytes());
            out.push(']');
        }
        out.push_str("]}");
        out
    }
}
