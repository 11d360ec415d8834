//! Files that a supervised call names, opened as such: what is checked is what is changed, whatever is renamed meanwhile.

use std::ffi::{CString, OsString};
use std::fs::read_link;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::signals::owned;

/// A file of which only the place is open.
pub struct Object(OwnedFd);

impl Object {
    /// Opens what a path means to a thread, from its directory or from the one that it has open as `base`.
    pub fn named(thread: u32, base: i32, path: &[u8], follow: bool) -> Result<Object, i32> {
        if path.is_empty() {
            return Err(libc::ENOENT);
        }
        let seen = seen_by(thread, path);
        let follows = if follow { 0 } else { libc::O_NOFOLLOW };
        if seen.is_absolute() {
            return open(libc::AT_FDCWD, &seen, follows).map(Object);
        }
        let from = if base == libc::AT_FDCWD {
            open(libc::AT_FDCWD, Path::new(&format!("/proc/{thread}/cwd")), libc::O_DIRECTORY)?
        } else {
            Object::open_as(thread, base)?.0
        };
        open(from.as_raw_fd(), &seen, follows).map(Object)
    }

    /// The file that a thread has open under a number.
    pub fn open_as(thread: u32, number: i32) -> Result<Object, i32> {
        if number < 0 {
            return Err(libc::EBADF);
        }
        let opened = open(libc::AT_FDCWD, Path::new(&format!("/proc/{thread}/fd/{number}")), 0);
        opened.map(Object).map_err(|errno| if errno == libc::ENOENT { libc::EBADF } else { errno })
    }

    /// Its path as the kernel names it, links resolved.
    pub fn path(&self) -> PathBuf {
        read_link(self.handle()).unwrap_or_default()
    }

    /// A path that leads to this very file for this process.
    pub fn handle(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }

    pub fn handle_text(&self) -> CString {
        CString::new(self.handle().into_os_string().into_vec()).unwrap_or_default()
    }

    pub fn file(&self) -> &OwnedFd {
        &self.0
    }

    pub fn is_link(&self) -> bool {
        // SAFETY: the structure outlives the call.
        unsafe {
            let mut found: libc::stat = std::mem::zeroed();
            libc::fstat(self.0.as_raw_fd(), &mut found) == 0 && found.st_mode & libc::S_IFMT == libc::S_IFLNK
        }
    }

    pub fn is_within(&self, places: &[PathBuf]) -> bool {
        let path = self.path();
        path.is_absolute() && places.iter().any(|place| path.starts_with(place))
    }
}

/// `/proc/self` is the thread's, not ours.
fn seen_by(thread: u32, path: &[u8]) -> PathBuf {
    for own in ["/proc/self/", "/proc/thread-self/", "/dev/fd/"] {
        if let Some(rest) = path.strip_prefix(own.as_bytes()) {
            let middle = if own == "/dev/fd/" { "/fd/" } else { "/" };
            let mut text = format!("/proc/{thread}{middle}").into_bytes();
            text.extend_from_slice(rest);
            return PathBuf::from(OsString::from_vec(text));
        }
    }
    PathBuf::from(OsString::from_vec(path.to_vec()))
}

fn open(base: i32, path: &Path, flags: i32) -> Result<OwnedFd, i32> {
    let text = CString::new(path.as_os_str().as_bytes()).map_err(|_| libc::EINVAL)?;
    // SAFETY: the text outlives the call.
    let fd = unsafe { libc::openat(base, text.as_ptr(), libc::O_PATH | libc::O_CLOEXEC | flags) };
    owned(fd).map_err(|error| error.raw_os_error().unwrap_or(libc::EACCES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_directory_in_proc_is_that_of_who_asks() {
        for (path, seen) in [
            ("/proc/self/fd/3", "/proc/7/fd/3"),
            ("/proc/thread-self/cwd", "/proc/7/cwd"),
            ("/dev/fd/3", "/proc/7/fd/3"),
            ("/proc/selfish", "/proc/selfish"),
            ("a/proc/self/", "a/proc/self/"),
        ] {
            assert_eq!(seen_by(7, path.as_bytes()), PathBuf::from(seen));
        }
    }

    #[test]
    fn a_link_is_what_it_leads_to_unless_it_is_meant_itself() {
        let directory = std::env::temp_dir().join(format!("cackle-objects-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let (file, link) = (directory.join("file"), directory.join("link"));
        std::fs::write(&file, "").unwrap();
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        let named = |path: &Path, follow: bool| {
            Object::named(std::process::id(), libc::AT_FDCWD, path.as_os_str().as_bytes(), follow).ok().unwrap()
        };
        let within = [directory.canonicalize().unwrap()];
        assert!(named(&file, true).is_within(&within));
        assert!(!named(&link, true).is_within(&within));
        assert!(named(&link, false).is_within(&within) && named(&link, false).is_link());
        // Only whole names count.
        let beside = PathBuf::from(format!("{}x", within[0].display()));
        assert!(!named(&file, true).is_within(&[beside]));
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
