//! Turns how the daemon is into what a service manager wants to know (systemd's `Type=notify` and `WatchdogSec=`). Without one
//! nothing is told.

use crate::hub::HubIn;
use crate::hub::room::Published;
use crate::metrics;
use crate::pipeline::Pipeline;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is told, and when.
pub(super) struct Service {
    /// Who hears nothing for this long starts the daemon anew.
    patience: Option<Duration>,
    last: Instant,
    /// The hub was asked whether it is there.
    asked: Option<Receiver<Vec<Arc<Published>>>>,
}

impl Service {
    /// The daemon serves at this address.
    pub(super) fn ready(address: &str) -> Self {
        tell(&[State::Ready, State::Status(&format!("serving {address}"))]);
        Self { patience: patience(), last: Instant::now(), asked: None }
    }

    /// Tells that the daemon is alive, from the loop that feeds it: when its hub, where everything arrives, has answered, and
    /// nothing has waited in its stages longer than the watchdog would.
    pub(super) fn beat(&mut self, pipeline: &Pipeline) {
        let Some(patience) = self.patience else { return };
        match self.asked.as_ref().map(Receiver::try_recv) {
            Some(Ok(_)) => {
                self.asked = None;
                if metrics::get().longest_waiting() < patience.as_secs_f64() {
                    tell(&[State::Watchdog]);
                }
            }
            Some(Err(TryRecvError::Empty)) => {}
            // It was asked half a patience ago at the most (systemd's advice), or never, or is gone.
            _ if self.last.elapsed() >= patience / 2 => {
                self.last = Instant::now();
                let (reply, answer) = bounded(1);
                let is_there = pipeline.tell(HubIn::Snapshot(String::new(), None, reply)).is_ok();
                self.asked = is_there.then_some(answer);
            }
            _ => {}
        }
    }

    /// The daemon finishes what was said.
    pub(super) fn stopping(&self) {
        tell(&[State::Stopping]);
    }
}

#[cfg(unix)]
use sd_notify::NotifyState as State;

#[cfg(unix)]
fn tell(what: &[State<'_>]) {
    if let Err(e) = sd_notify::notify(what) {
        tracing::warn!(error = %e, "the service manager can't be told");
    }
}

#[cfg(unix)]
fn patience() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

/// What there is to tell.
#[cfg(not(unix))]
enum State<'a> {
    Ready,
    Status(#[expect(dead_code, reason = "nobody is told here")] &'a str),
    Stopping,
    Watchdog,
}

#[cfg(not(unix))]
fn tell(_: &[State<'_>]) {}

#[cfg(not(unix))]
fn patience() -> Option<Duration> {
    None
}
