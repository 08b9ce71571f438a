//! The shared cache of hub repositories, in the layout that huggingface_hub made common: content under its checksum in
//! `blobs`, names as links to it in `snapshots/<commit>`, branches in `refs`.
//!
//! So a model that another program fetched isn't fetched again, nor the other way round.

use super::fetch::{Stop, stopped};
use crate::error::{Error, Result};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One repository in the cache.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
    locks: PathBuf,
}

impl Repository {
    /// The repository `owner/name` of this cache.
    pub fn new(cache: &Path, repo: &str) -> Self {
        let name = format!("models--{}", repo.replace('/', "--"));
        Self { folder: cache.join(&name), locks: cache.join(".locks").join(&name) }
    }

    /// Where content of this checksum lies once it is whole.
    pub fn blob(&self, hex: &str) -> PathBuf {
        self.folder.join("blobs").join(hex)
    }

    /// Where it lies until then.
    pub fn partial(&self, hex: &str) -> PathBuf {
        self.folder.join("blobs").join(format!("{hex}.incomplete"))
    }

    /// A file of a commit.
    pub fn file(&self, commit: &str, file: &str) -> PathBuf {
        self.folder.join("snapshots").join(commit).join(file)
    }

    /// The commit that a revision stood for when it was last asked for.
    pub fn commit(&self, revision: &str) -> Option<String> {
        let known = fs::read_to_string(self.folder.join("refs").join(revision)).ok();
        known.map(|c| c.trim().to_owned()).or_else(|| is_commit(revision).then(|| revision.to_owned()))
    }

    /// Writes down what a revision stands for.
    pub fn remember(&self, revision: &str, commit: &str) -> io::Result<()> {
        if is_commit(revision) {
            return Ok(());
        }
        write_whole(&self.folder.join("refs").join(revision), commit.as_bytes())
    }

    /// The names of a commit's files.
    pub fn names(&self, commit: &str) -> Vec<String> {
        let root = self.folder.join("snapshots").join(commit);
        let mut names = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()) {
                match path.strip_prefix(&root) {
                    _ if path.is_dir() => folders.push(path),
                    Ok(name) if path.is_file() => names.push(name.to_string_lossy().into_owned()),
                    _ => {}
                }
            }
        }
        names
    }

    /// Gives content its name in a commit.
    pub fn link(&self, commit: &str, file: &str, hex: &str) -> io::Result<()> {
        let up = "../".repeat(2 + file.matches('/').count());
        replace_link(&PathBuf::from(format!("{up}blobs/{hex}")), &self.file(commit, file), &self.blob(hex))
    }

    /// Waits until no other process fetches this content; it is let go when the file is dropped.
    ///
    /// # Errors
    /// The folder can't be written; or the end was asked for.
    pub fn lock(&self, hex: &str, stop: &Stop) -> Result<File> {
        let path = self.locks.join(format!("{hex}.lock"));
        lock(&path, stop)
    }
}

/// Waits for the lock on a file, which is made where it isn't there.
///
/// # Errors
/// As [`Repository::lock`].
pub fn lock(path: &Path, stop: &Stop) -> Result<File> {
    let failed = |e: io::Error| Error::failed(format!("{}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = File::create(path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if stop.came() => return Err(stopped()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(100)),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
    }
}

/// Writes a small file so that nobody ever sees half of it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_added_extension(format!("new-{}", std::process::id()));
    fs::write(&new, bytes)?;
    fs::rename(new, path)
}

/// Puts a link in the place of whatever is there; `content` is what it leads to, for systems without links.
pub fn replace_link(target: &Path, link: &Path, content: &Path) -> io::Result<()> {
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = link.with_added_extension(format!("new-{}", std::process::id()));
    let _ = fs::remove_file(&new);
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, &new)?;
    #[cfg(not(unix))]
    fs::hard_link(content, &new)?;
    let _ = (target, content);
    fs::rename(new, link)
}

fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_content_from_any_depth() {
        let folder = tempfile::tempdir().expect("a folder");
        let repo = Repository::new(folder.path(), "org/name");
        write_whole(&repo.blob("abc"), b"hello").expect("written");
        for name in ["a.json", "onnx/b.onnx", "x/y/z.bin"] {
            repo.link("c0ffee", name, "abc").expect("linked");
            assert_eq!(fs::read(repo.file("c0ffee", name)).expect("read"), b"hello");
        }
        let mut names = repo.names("c0ffee");
        names.sort();
        assert_eq!(names, ["a.json", "onnx/b.onnx", "x/y/z.bin"]);
        repo.remember("main", "c0ffee").expect("written");
        assert_eq!(repo.commit("main").as_deref(), Some("c0ffee"));
        assert!(folder.path().join("models--org--name/refs/main").is_file());
    }

    #[test]
    fn who_waits_for_a_lock_can_be_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let repo = Repository::new(folder.path(), "org/name");
        let asked = std::sync::atomic::AtomicBool::new(true);
        let held = repo.lock("abc", &Stop::new(&asked)).expect("free");
        assert!(repo.lock("abc", &Stop::new(&asked)).is_err());
        drop(held);
        assert!(repo.lock("abc", &Stop::new(&asked)).is_ok());
    }
}
