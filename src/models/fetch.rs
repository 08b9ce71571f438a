//! Turns one file of the hub into whole, checked content in the cache; what came before a cut is kept and gone on from.
//!
//! Content is written beside its place, and gets it only once its checksum is what the hub stated.

use super::cache::Repository;
use super::checksum;
use super::hub::{Fault, Hub, Remote, retry};
use super::progress::Line;
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

/// Sees to it that a file's content is whole in the cache; gives its sha256.
///
/// # Errors
/// No network, other content than was stated, no room; or the end was asked for.
pub fn fetch(hub: &Hub, repo: &str, cache: &Repository, wanted: &Wanted, line: &Line, stop: &Stop) -> Result<String> {
    let Remote { checksum: stated, size, commit } = &wanted.remote;
    let (whole, partial) = (cache.blob(stated.hex()), cache.partial(stated.hex()));
    let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", partial.display()));
    let _alone = cache.lock(stated.hex(), stop)?;
    if fs::metadata(&whole).is_ok_and(|m| m.len() == *size)
        && let Ok(Some(sha256)) = checksum::of_file(&whole, stated)
    {
        line.is_there(*size);
        return Ok(sha256);
    }
    if let Some(folder) = whole.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    // Bytes that were kept from an earlier run may be the ones that are wrong: then once more, from the first.
    for is_last in [false, true] {
        let had = fs::metadata(&partial).map_or(0, |m| m.len());
        complete(hub, repo, commit, wanted, &partial, line, stop)?;
        if let Some(sha256) = checksum::of_file(&partial, stated).map_err(failed)? {
            fs::rename(&partial, &whole).map_err(failed)?;
            line.done(*size);
            return Ok(sha256);
        }
        fs::remove_file(&partial).map_err(failed)?;
        if is_last || had == 0 {
            break;
        }
    }
    Err(Error::failed(format!(
        "{repo}: {}: what came isn't what the hub states (its checksum is another)",
        wanted.name
    ))
    .hint("it was thrown away; try again, and if it stays so, the mirror or a proxy on the way is at fault"))
}

/// Brings the partial file to its full length, over as many connections as it takes.
fn complete(
    hub: &Hub,
    repo: &str,
    commit: &str,
    wanted: &Wanted,
    partial: &Path,
    line: &Line,
    stop: &Stop,
) -> Result<()> {
    let size = wanted.remote.size;
    loop {
        let before = fs::metadata(partial).map_or(0, |m| m.len());
        if before == size {
            // Also the empty file, of which nothing comes.
            return File::options().create(true).append(true).open(partial).map(drop).map_err(|e| full(partial, &e));
        }
        let from = if before > size { 0 } else { before };
        let outcome = retry(stop, || {
            let now = fs::metadata(partial).map_or(0, |m| m.len());
            // A connection that brought something was worth it: its end counts as a beginning.
            let from = if now > from && now < size { now } else { from };
            match once(hub, repo, commit, wanted, partial, from, line, stop) {
                Err(Fault::Again(_)) if fs::metadata(partial).is_ok_and(|m| m.len() > from) => Ok(()),
                outcome => outcome,
            }
        });
        if stop.came() {
            return Err(stopped());
        }
        outcome?;
    }
}

/// One connection.
#[expect(clippy::too_many_arguments, reason = "what a connection needs to know")]
fn once(
    hub: &Hub,
    repo: &str,
    commit: &str,
    wanted: &Wanted,
    partial: &Path,
    from: u64,
    line: &Line,
    stop: &Stop,
) -> std::result::Result<(), Fault> {
    let mut bytes = hub.get(repo, commit, &wanted.name, from)?;
    let write = |e: std::io::Error| Fault::Final(full(partial, &e));
    let mut file = File::options().create(true).truncate(false).write(true).open(partial).map_err(write)?;
    // Not every server can begin in the middle.
    let mut at = if bytes.start == from { from } else { 0 };
    if bytes.start > at {
        return Err(Fault::Again(Error::failed(format!(
            "{repo}: {}: another part came than was asked for",
            wanted.name
        ))));
    }
    file.set_len(at).map_err(write)?;
    file.seek(SeekFrom::Start(at)).map_err(write)?;
    line.at(at);
    let mut buffer = vec![0; BLOCK];
    while !stop.came() {
        let n = bytes.body.read(&mut buffer).map_err(|e| {
            Fault::Again(
                Error::failed(format!("{repo}: {}: the connection was cut: {e}", wanted.name))
                    .hint("what came is kept: the same command goes on from there"),
            )
        })?;
        if n == 0 {
            break;
        }
        file.write_all(&buffer[..n]).map_err(write)?;
        at += n as u64;
        line.at(at);
        if at > wanted.remote.size {
            file.set_len(0).map_err(write)?;
            return Err(Fault::Final(Error::failed(format!(
                "{repo}: {}: more came than the {} bytes that the hub states",
                wanted.name, wanted.remote.size
            ))));
        }
    }
    file.sync_all().map_err(write)?;
    match at == wanted.remote.size {
        true => Ok(()),
        false => Err(Fault::Again(
            Error::failed(format!("{repo}: {}: the connection was cut", wanted.name))
                .hint("what came is kept: the same command goes on from there"),
        )),
    }
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
