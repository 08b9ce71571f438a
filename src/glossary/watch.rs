//! A glossary file that is edited while the daemon runs, and terms given meanwhile -> the glossary as it is now.

use super::live::Live;
use super::{Glossary, Term};
use crate::error::{Error, Result};
use crate::metrics;
use crate::text::Lang;
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
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Glossary,
    read: Option<Stamp>,
    live: Live,
    /// Both in one.
    now: Arc<Glossary>,
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
        let state = State { now: Arc::new(glossary.clone()), file: glossary, read, live: Live::default() };
        Ok(Self { path: Some(path), state: RwLock::new(state) })
    }

    /// The glossary as it is now.
    pub fn now(&self) -> Arc<Glossary> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).now.clone()
    }

    /// From now on a term is called so in a room, whatever the file says; without a target as the file says.
    ///
    /// # Errors
    /// A config error when it can't be a term, or there are too many.
    pub fn give(&self, room: &str, from: &Lang, to: &Lang, source: &str, target: Option<&str>) -> Result<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.live.give(room, from, to, source, target)?;
        state.now = Arc::new(state.live.before(&state.file));
        Ok(())
    }

    /// The terms that were given in a room.
    pub fn given(&self, room: &str) -> Vec<(Lang, Lang, Term)> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).live.of(room).to_vec()
    }

    /// Reads the file again if it has changed. One that can't be read, or is wrong, leaves all as it is: who edits it
    /// may not be done.
    pub fn look(&self) {
        let Some(path) = &self.path else { return };
        let found = stamp(path);
        if found.is_none() || found == self.state.read().unwrap_or_else(PoisonError::into_inner).read {
            return;
        }
        let read = Glossary::load(path);
        let outcome = if read.is_ok() { "read" } else { "refused" };
        metrics::get().glossary_reloads.with_label_values(&[outcome]).inc();
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // What is wrong is told once.
        state.read = found;
        match read {
            Ok(glossary) => {
                tracing::info!(glossary = glossary.summary(), "the glossary was read again");
                state.now = Arc::new(state.live.before(&glossary));
                state.file = glossary;
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
