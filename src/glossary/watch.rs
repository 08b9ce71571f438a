//! A glossary file that is edited while the daemon runs -> the glossary as it is now.

use super::Glossary;
use crate::error::{Error, Result};
use crate::metrics;
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

/// How often the file's time is looked at. A file is saved by a person.
const LOOK: Duration = Duration::from_secs(1);

/// The glossary in use. Without a file it is empty.
#[derive(Debug, Default)]
pub struct Glossaries {
    path: Option<PathBuf>,
    now: RwLock<(Arc<Glossary>, Option<Stamp>)>,
}

/// What changes when a file is saved: its time and its length.
type Stamp = (SystemTime, u64);

/// Keeps the thread going that looks at the file; it ends when this is dropped.
pub struct Watching(#[expect(dead_code, reason = "it is held, not read")] Option<Sender<()>>);

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

impl Glossaries {
    /// Reads the file.
    ///
    /// # Errors
    /// A config error that names the file and the entry.
    pub fn open(path: Option<PathBuf>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let read = stamp(&path);
        let glossary = Glossary::load(&path)?;
        Ok(Self { path: Some(path), now: RwLock::new((Arc::new(glossary), read)) })
    }

    /// The glossary as it is now.
    pub fn now(&self) -> Arc<Glossary> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Reads the file again if it has changed. One that can't be read, or is wrong, leaves all as it is: who edits it
    /// may not be done.
    pub fn look(&self) {
        let Some(path) = &self.path else { return };
        let found = stamp(path);
        if found.is_none() || found == self.now.read().unwrap_or_else(PoisonError::into_inner).1 {
            return;
        }
        let read = Glossary::load(path);
        let outcome = if read.is_ok() { "read" } else { "refused" };
        metrics::get().glossary_reloads.with_label_values(&[outcome]).inc();
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // What is wrong is told once.
        now.1 = found;
        match read {
            Ok(glossary) => {
                tracing::info!(glossary = glossary.summary(), "the glossary was read again");
                now.0 = Arc::new(glossary);
            }
            Err(e) => tracing::warn!(error = %e, "the glossary stays as it was"),
        }
    }

    /// Starts the thread that looks at the file; without a file there is none.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn watch(self: &Arc<Self>) -> Result<Watching> {
        if self.path.is_none() {
            return Ok(Watching(None));
        }
        let (alive, stopped) = bounded::<()>(0);
        let own = self.clone();
        let run = move || {
            while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                own.look();
            }
        };
        let thread = std::thread::Builder::new().name("glossary".into()).spawn(run);
        thread.map_err(|e| Error::failed(format!("no thread for the glossary: {e}")))?;
        Ok(Watching(Some(alive)))
    }
}
