//! Runs a stage on a thread of its own: takes items from a link, calls the stage, catches its panics, measures.
//!
//! A stage is a plain object that knows no thread, no channel and no clock. This is the only file that spawns them.

use crate::error::{Error, Result};
use crate::metrics;
use crate::pipeline::link::{LinkReceiver, Linked};
use crossbeam_channel::Sender;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// The most items a stage gets at once: all that a text link holds, so that of waiting drafts only the newest is worked on.
const BATCH: usize = 1_024;

/// Turns items into items.
pub trait Stage: Send + 'static {
    /// What it takes.
    type In: Linked;
    /// What it gives.
    type Out;

    /// Works off a batch of waiting items, in order, calling `emit` for each result. Must leave `batch` empty.
    ///
    /// # Errors
    /// A failure that ends the pipeline; trouble of one session is its own matter.
    fn process(&mut self, batch: &mut Vec<Self::In>, emit: &mut dyn FnMut(Self::Out)) -> Result<()>;
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ExitStatus {
    /// Its input ended and everything was worked off.
    Done,
    /// It failed.
    Failed(Error),
    /// It panicked: a bug.
    Panicked(String),
}

/// A stage's end, told to the supervisor.
#[derive(Debug, Clone)]
pub struct Exit {
    /// The stage's name.
    pub stage: &'static str,
    /// How.
    pub status: ExitStatus,
}

/// Starts `stage` on a thread named after it.
///
/// # Errors
/// When the system gives no thread.
pub fn spawn<S: Stage>(
    name: &'static str,
    mut stage: S,
    input: LinkReceiver<S::In>,
    mut emit: impl FnMut(S::Out) + Send + 'static,
    exits: Sender<Exit>,
) -> Result<JoinHandle<()>> {
    let body = move || {
        let run = AssertUnwindSafe(|| run(name, &mut stage, &input, &mut emit));
        let status = match catch_unwind(run) {
            Ok(Ok(())) => ExitStatus::Done,
            Ok(Err(e)) => ExitStatus::Failed(e),
            Err(panic) => ExitStatus::Panicked(panic_text(&*panic)),
        };
        // The supervisor may have gone first; then nobody needs to know.
        let _ = exits.send(Exit { stage: name, status });
    };
    let thread = Builder::new().name(name.into()).spawn(body);
    thread.map_err(|e| Error::failed(format!("no thread for stage {name}: {e}")))
}

fn run<S: Stage>(
    name: &'static str,
    stage: &mut S,
    input: &LinkReceiver<S::In>,
    emit: &mut dyn FnMut(S::Out),
) -> Result<()> {
    let busy = metrics::get().stage_seconds.with_label_values(&[name]);
    let mut batch = Vec::new();
    while input.take(BATCH, &mut batch) {
        let start = Instant::now();
        stage.process(&mut batch, emit)?;
        debug_assert!(batch.is_empty(), "stage {name} left items behind");
        batch.clear();
        busy.observe(start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
