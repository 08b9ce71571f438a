//! Turns a published model into a folder on this machine: asks the hub what there is, makes sure that there is room,
//! fetches in parallel, checks, and only then gives the model its folder.

use super::cache::{Repository, lock, replace_link};
use super::checksum::{self, Checksum};
use super::fetch::{Fetcher, Stop, Wanted, stopped};
use super::hub::{self, Hub, Remote};
use super::lock::{Lock, Locked, LockedFile};
use super::places::Places;
use super::progress::Progress;
use super::transport::{Fault, retry};
use super::{Model, Published, bytes};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Files fetched at once.
const AT_ONCE: usize = 4;
/// Room on the disk that is left to others.
const SPARE: u64 = 64 << 20;

/// Fetches a model, or takes what is in the cache already; gives its folder.
///
/// # Errors
/// It isn't published; no network; no room; other content than was stated; or the end was asked for.
pub fn pull(model: &Model, places: &Places, asked: &AtomicBool) -> Result<PathBuf> {
    let published = model.published.as_ref().ok_or_else(|| {
        Error::missing(format!("model `{}` can't be fetched", model.id))
            .hint(format!("{} ({})", model.note, model.source))
    })?;
    let cache = Repository::new(&places.cache, &published.repo);
    let known = Lock::read(&places.lock())?;
    let from_cache = || locally(published, &cache);
    let whole = if hub::is_offline() {
        from_cache().map_err(|e| e.context("HF_HUB_OFFLINE is set"))?
    } else {
        let hub = Hub::from_env()?;
        match describe(&hub, published, asked) {
            Ok(wanted) => {
                let refuse = |w: &Wanted| refuse_changed(published, &known, w);
                wanted.iter().try_for_each(refuse)?;
                make_room(places, &cache, &wanted)?;
                fetch_all(&hub, &model.id, published, &cache, wanted, asked)?
            }
            // What is in the cache needs no network.
            Err(Fault::Again(e)) => from_cache().map_err(|_| e)?,
            Err(Fault::Final(e)) => return Err(e),
        }
    };
    install(model, published, places, whole, asked)
}

/// A model's files, all there and checked.
struct Whole {
    commit: String,
    /// Each with the place of its content.
    files: Vec<(LockedFile, PathBuf)>,
}

/// Asks the hub which files there are, and what they are; all of one commit.
fn describe(hub: &Hub, published: &Published, asked: &AtomicBool) -> std::result::Result<Vec<Wanted>, Fault> {
    let (Published { repo, revision, .. }, stop) = (published, &Stop::new(asked));
    let listing = retry(stop, || hub.list(repo, revision))?;
    let names = published.select(&listing.names).map_err(Fault::Final)?;
    let describe = |name: String| {
        let remote = retry(stop, || hub.describe(repo, &listing.commit, &name))?;
        Ok(Wanted { name, remote: Remote { commit: listing.commit.clone(), ..remote } })
    };
    in_parallel(names, stop, describe)
}

/// The same commit must have the same bytes for ever, and a pinned file those that are pinned.
fn refuse_changed(published: &Published, known: &Lock, wanted: &Wanted) -> Result<()> {
    let Checksum::Sha256(stated) = &wanted.remote.checksum else { return Ok(()) };
    refuse(published, known, &wanted.remote.commit, &wanted.name, stated)
}

fn refuse(published: &Published, known: &Lock, commit: &str, name: &str, sha256: &str) -> Result<()> {
    let of = format!("{}: {name}", published.repo);
    if published.sha256.get(name).is_some_and(|pinned| pinned != sha256) {
        return Err(Error::failed(format!("{of}: its content isn't what onnx/published.toml pins")));
    }
    match known.sha256(&published.repo, commit, name) {
        Some(was) if was != sha256 => {
            Err(Error::failed(format!("{of}: the same commit had other content before ({was})"))
                .hint("the hub or the mirror can't be trusted; see models.lock for what was fetched"))
        }
        _ => Ok(()),
    }
}

/// Says so if the disk can't hold what is still to come.
fn make_room(places: &Places, cache: &Repository, wanted: &[Wanted]) -> Result<()> {
    let length = |path: PathBuf| fs::metadata(path).map_or(0, |m| m.len());
    let missing = |w: &Wanted| {
        let hex = w.remote.checksum.hex();
        w.remote.size.saturating_sub(length(cache.blob(hex)).max(length(cache.partial(hex))))
    };
    let missing: u64 = wanted.iter().map(missing).fold(0, u64::saturating_add);
    let there = places.cache.ancestors().find(|p| p.is_dir()).unwrap_or(Path::new("."));
    match fs4::available_space(there) {
        Ok(free) if missing > 0 && free < missing.saturating_add(SPARE) => Err(Error::failed(format!(
            "the disk of {} has {} free, {} are needed",
            there.display(),
            bytes(free),
            bytes(missing)
        ))
        .hint("make room, or let HF_HUB_CACHE name a folder on another disk")),
        _ => Ok(()),
    }
}

/// Fetches the files and gives them their names in the cache.
fn fetch_all(
    hub: &Hub,
    id: &str,
    published: &Published,
    cache: &Repository,
    wanted: Vec<Wanted>,
    asked: &AtomicBool,
) -> Result<Whole> {
    let (progress, stop) = (Progress::new(), &Stop::new(asked));
    let fetcher = Fetcher { hub, repo: &published.repo, cache, stop };
    let commit = wanted.first().map(|w| w.remote.commit.clone()).unwrap_or_default();
    let one = |wanted: Wanted| {
        let Remote { size, commit, checksum } = &wanted.remote;
        let line = progress.file(&format!("{id}/{}", wanted.name), *size);
        let sha256 = fetcher.fetch(&wanted, &line)?;
        let named = cache.link(commit, &wanted.name, checksum.hex());
        named.map_err(|e| Error::failed(format!("{}: {e}", cache.file(commit, &wanted.name).display())))?;
        Ok::<_, Error>((LockedFile { name: wanted.name.clone(), size: *size, sha256 }, cache.blob(checksum.hex())))
    };
    let files = in_parallel(wanted, stop, one)?;
    cache.remember(&published.revision, &commit).map_err(|e| Error::failed(format!("{}: {e}", published.repo)))?;
    Ok(Whole { commit, files })
}

/// Takes what is in the cache, if it is all there and as it should be.
fn locally(published: &Published, cache: &Repository) -> Result<Whole> {
    let absent = |what: &str| {
        Error::missing(format!("{}: {what} isn't in the cache", published.repo))
            .hint("pull it once with a network, or copy the cache (HF_HOME) from a machine that has it")
    };
    let commit = cache.commit(&published.revision).ok_or_else(|| absent("its list of files"))?;
    let names = published.select(&cache.names(&commit)).map_err(|e| absent(&e.to_string()))?;
    let take = |name: String| {
        let failed = |e: std::io::Error| Error::failed(format!("{name}: {e}"));
        let path = cache.file(&commit, &name).canonicalize().map_err(failed)?;
        let size = path.metadata().map_err(failed)?.len();
        // Content is called by its checksum, unless the system has no links.
        let sha256 = match path.file_name().and_then(|n| Checksum::from_etag(&n.to_string_lossy())) {
            Some(stated) => checksum::of_file(&path, &stated).map_err(failed)?,
            None => Some(checksum::sha256(&path).map_err(failed)?),
        };
        let sha256 = sha256.ok_or_else(|| absent(&format!("an undamaged {name}")))?;
        Ok((LockedFile { name, size, sha256 }, path))
    };
    let files = names.into_iter().map(take).collect::<Result<Vec<_>>>()?;
    Ok(Whole { commit, files })
}

/// Gives the model its folder, of links to its files alone, and writes down what it is made of.
fn install(model: &Model, published: &Published, places: &Places, whole: Whole, asked: &AtomicBool) -> Result<PathBuf> {
    let folder = places.pulled(&model.id);
    let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", folder.display()));
    let _alone = lock(&places.data.join(".lock"), &Stop::new(asked))?;
    let mut known = Lock::read(&places.lock())?;
    for (file, _) in &whole.files {
        refuse(published, &known, &whole.commit, &file.name, &file.sha256)?;
    }
    let new = folder.with_added_extension("new");
    let _ = fs::remove_dir_all(&new);
    for (file, content) in &whole.files {
        let content = content.canonicalize().map_err(failed)?;
        replace_link(&content, &new.join(published.place(&file.name)), &content).map_err(failed)?;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&new, &folder).map_err(failed)?;
    let files = whole.files.into_iter().map(|(file, _)| file).collect();
    known.put(Locked { id: model.id.clone(), repo: published.repo.clone(), commit: whole.commit, files });
    known.write(&places.lock())?;
    Ok(folder)
}

/// Does the jobs on a few threads, in any order; the first that fails stops the others. Results are in the jobs' order.
fn in_parallel<J: Send, T: Send, E: From<Error> + Send>(
    jobs: Vec<J>,
    stop: &Stop,
    work: impl Fn(J) -> std::result::Result<T, E> + Sync,
) -> std::result::Result<Vec<T>, E> {
    let waiting = Mutex::new(jobs.into_iter().enumerate());
    let (done, fault) = (Mutex::new(BTreeMap::new()), Mutex::new(None));
    let next = || waiting.lock().ok().and_then(|mut jobs| jobs.next()).filter(|_| !stop.came());
    let worker = || {
        while let Some((at, job)) = next() {
            match work(job) {
                Ok(result) => drop(done.lock().map(|mut done| done.insert(at, result))),
                Err(e) => {
                    if !stop.fail() {
                        // The others' errors are only that they were stopped.
                        drop(fault.lock().map(|mut fault| *fault = Some(e)));
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(worker))));
    match fault.into_inner() {
        Ok(Some(e)) => Err(e),
        _ if stop.came() => Err(stopped().into()),
        _ => Ok(done.into_inner().map_or_else(|_| Vec::new(), |done| done.into_values().collect())),
    }
}
