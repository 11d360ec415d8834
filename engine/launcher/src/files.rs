//! The Landlock ruleset: which files, and that neither TCP, nor abstract sockets and processes outside, are in reach.

use std::os::fd::AsFd;
use std::path::Path;

use landlock::{
    Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, ABI,
};

use crate::options::Options;

/// Linux 5.19. Before, no file can be moved from one directory to another, which builds do. What later ones add (3: a file is
/// not emptied, 4: TCP, 6: abstract sockets and signals) seccomp holds back too: see calls.rs.
pub const LEAST_ABI: i32 = 2;
/// The newest that the tests of this program have seen.
const NEWEST_ABI: i32 = 7;

/// Harmless devices; a rule for one allows what a terminal's own calls ask of it, too.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/// What tells of the machine, not of its processes.
const FACTS: [&str; 12] = [
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys",
    "/proc/uptime",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
];

/// The kernel's Landlock ABI; 0 without Landlock.
pub fn kernel_abi() -> i32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call only returns a number.
    let abi = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, VERSION) };
    abi.max(0) as i32
}

/// An error where this ABI is too old for a sandbox.
pub fn require(abi: i32) -> Result<(), String> {
    match abi {
        0 => Err("this kernel has no Landlock, or it is not switched on (lsm=landlock,… at boot)".to_string()),
        _ if abi < LEAST_ABI => Err(format!(
            "this kernel has Landlock ABI {abi}, and {LEAST_ABI} (Linux 5.19) is needed: without it no file can be moved to another directory"
        )),
        _ => Ok(()),
    }
}

/// Confines this process for good. `own` is its directory in /proc, `temporary` its temporary directory.
pub fn confine(options: &Options, temporary: Option<&Path>) -> Result<(), String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("Landlock: {what}: {error}");
    let abi = ABI::from(options.abi.min(NEWEST_ABI));
    let all = AccessFs::from_all(abi);
    let read = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute;
    let write = all & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev);
    let device = all & (AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all)
        .map_err(|e| failed("files", &e))?;
    if !options.network && abi >= ABI::V4 {
        rules = rules.handle_access(AccessNet::from_all(abi)).map_err(|e| failed("TCP", &e))?;
    }
    if abi >= ABI::V6 {
        rules = rules.scope(Scope::from_all(abi)).map_err(|e| failed("scopes", &e))?;
    }
    let mut rules = rules.create().map_err(|e| failed("the ruleset", &e))?;
    for path in &options.reads {
        rules = allow(rules, path, read, abi)?;
    }
    for path in options.writes.iter().map(|path| path.as_path()).chain(temporary) {
        rules = allow(rules, path, write, abi)?;
    }
    for path in DEVICES.iter().map(Path::new).filter(|path| path.exists()) {
        rules = allow(rules, path, device, abi)?;
    }
    for path in FACTS.iter().map(Path::new).filter(|path| path.exists()) {
        rules = allow(rules, path, read, abi)?;
    }
    // The keeper holds this directory open: while it does, its rule holds too.
    rules = allow(rules, &Path::new("/proc").join(std::process::id().to_string()), read, abi)?;
    let confined = rules.restrict_self().map_err(|e| failed("the restriction", &e))?;
    if confined.ruleset != RulesetStatus::FullyEnforced || !confined.no_new_privs {
        return Err("Landlock: the kernel does not enforce the whole ruleset".to_string());
    }
    Ok(())
}

fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>, abi: ABI) -> Result<RulesetCreated, String> {
    let failed = |error: &dyn std::fmt::Display| format!("Landlock: {}: {error}", path.display());
    let is_directory = path.metadata().map_err(|e| failed(&e))?.is_dir();
    let access = if is_directory { access } else { access & AccessFs::from_file(abi) };
    let opened = PathFd::new(path).map_err(|e| failed(&e))?;
    rules.add_rule(PathBeneath::new(opened.as_fd(), access)).map_err(|e| failed(&e))
}
