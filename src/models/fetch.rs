//! Turns one file of the hub into whole, checked content in the cache; what came before a cut is kept and gone on from.
//!
//! Content is written beside its place, and gets it only once its checksum is what the hub stated.

use super::cache::Repository;
use super::checksum;
use super::hub::{Hub, Remote};
use super::progress::Line;
use super::transport::{Fault, retry};
use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Bytes read at once.
const BLOCK: usize = 1 << 16;

/// A file to fetch.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name in the repository.
    pub name: String,
    /// What the hub says about it.
    pub remote: Remote,
}

/// Says that work is to end: somebody asked for it, or a part of it failed.
#[derive(Debug)]
pub struct Stop<'a> {
    asked: &'a AtomicBool,
    failed: AtomicBool,
}

impl<'a> Stop<'a> {
    /// Nothing failed yet.
    pub fn new(asked: &'a AtomicBool) -> Self {
        Self { asked, failed: AtomicBool::new(false) }
    }

    /// Whether to end.
    pub fn came(&self) -> bool {
        self.asked.load(Relaxed) || self.failed.load(Relaxed)
    }

    /// A part failed; says whether one had before.
    pub fn fail(&self) -> bool {
        self.failed.swap(true, Relaxed)
    }
}

/// The end was asked for.
pub fn stopped() -> Error {
    Error::failed("stopped").hint("what came so far is kept: the same command goes on from there")
}

/// What fetching files of a repository takes.
pub struct Fetcher<'a> {
    /// Where from.
    pub hub: &'a Hub,
    /// `owner/name`.
    pub repo: &'a str,
    /// Where to.
    pub cache: &'a Repository,
    /// When to end.
    pub stop: &'a Stop<'a>,
}

impl Fetcher<'_> {
    /// Sees to it that a file's content is whole in the cache; gives its sha256.
    ///
    /// # Errors
    /// No network, other content than was stated, no room; or the end was asked for.
    pub fn fetch(&self, wanted: &Wanted, line: &Line) -> Result<String> {
        let Remote { checksum: stated, size, .. } = &wanted.remote;
        let (whole, partial) = (self.cache.blob(stated.hex()), self.cache.partial(stated.hex()));
        let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", partial.display()));
        let _alone = self.cache.lock(stated.hex(), self.stop)?;
        if length(&whole) == *size
            && let Ok(Some(sha256)) = checksum::of_file(&whole, stated)
        {
            line.is_there(*size);
            return Ok(sha256);
        }
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // Bytes that were kept from an earlier run may be the ones that are wrong: then once more, from the first.
        for is_last in [length(&partial) == 0, true] {
            self.complete(wanted, &partial, line)?;
            if let Some(sha256) = checksum::of_file(&partial, stated).map_err(failed)? {
                fs::rename(&partial, &whole).map_err(failed)?;
                line.done(*size);
                return Ok(sha256);
            }
            fs::remove_file(&partial).map_err(failed)?;
            if is_last {
                break;
            }
        }
        let message = self.of(wanted, "what came isn't what the hub states (its checksum is another)");
        Err(message
            .hint("it was thrown away; try again, and if it stays so, the mirror or a proxy on the way is at fault"))
    }

    /// Brings the partial file to its full length, over as many connections as it takes.
    fn complete(&self, wanted: &Wanted, partial: &Path, line: &Line) -> Result<()> {
        let size = wanted.remote.size;
        while !partial.is_file() || length(partial) != size {
            let outcome = retry(self.stop, || {
                let from = Some(length(partial)).filter(|l| *l < size).unwrap_or(0);
                match self.once(wanted, partial, from, line) {
                    // A connection that brought something was worth it: the next one is a first try again.
                    Err(Fault::Again(_)) if length(partial) > from => Ok(()),
                    outcome => outcome,
                }
            });
            if self.stop.came() {
                return Err(stopped());
            }
            outcome?;
        }
        Ok(())
    }

    /// One connection.
    fn once(&self, wanted: &Wanted, partial: &Path, from: u64, line: &Line) -> std::result::Result<(), Fault> {
        let size = wanted.remote.size;
        let mut bytes = self.hub.get(self.repo, &wanted.remote.commit, &wanted.name, from)?;
        // Not every server can begin in the middle.
        let mut at = bytes.start;
        if at != from && at != 0 {
            return Err(Fault::Again(self.of(wanted, "another part came than was asked for")));
        }
        let write = |e: std::io::Error| Fault::Final(full(partial, &e));
        let mut file = File::options().create(true).truncate(false).write(true).open(partial).map_err(write)?;
        file.set_len(at).map_err(write)?;
        file.seek(SeekFrom::Start(at)).map_err(write)?;
        let mut buffer = vec![0; BLOCK];
        while !self.stop.came() {
            line.at(at);
            let n = bytes.body.read(&mut buffer).map_err(|e| Fault::Again(self.cut(wanted, &format!(": {e}"))))?;
            if n == 0 {
                break;
            }
            file.write_all(&buffer[..n]).map_err(write)?;
            at += n as u64;
            if at > size {
                file.set_len(0).map_err(write)?;
                return Err(Fault::Final(
                    self.of(wanted, &format!("more came than the {size} bytes that the hub states")),
                ));
            }
        }
        file.sync_all().map_err(write)?;
        if at == size { Ok(()) } else { Err(Fault::Again(self.cut(wanted, ""))) }
    }

    fn of(&self, wanted: &Wanted, what: &str) -> Error {
        Error::failed(format!("{}: {}: {what}", self.repo, wanted.name))
    }

    fn cut(&self, wanted: &Wanted, why: &str) -> Error {
        let error = self.of(wanted, &format!("the connection was cut{why}"));
        error.hint("what came is kept: the same command goes on from there")
    }
}

/// Bytes of a file; none if it isn't there.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

fn full(path: &Path, e: &std::io::Error) -> Error {
    let error = Error::failed(format!("{}: {e}", path.display()));
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            error.hint("make room, or let HF_HUB_CACHE name a folder on another disk; what came is kept")
        }
        _ => error,
    }
}
