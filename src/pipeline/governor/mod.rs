//! Turns the age of waiting work into how much effort is spent on it: falling behind is a state, not an accident.
//!
//! | step | what is spared | what listeners notice |
//! |---|---|---|
//! | 0 full | nothing | |
//! | 1 larger hop | recognisers that decode an utterance anew wait for twice the new sound | transcripts come in larger pieces |
//! | 2 fewer drafts | a translation is drafted only when committed words came | less flicker, translations move less often |
//! | 3 no drafts | only units that are over are translated | translations come sentence by sentence |
//! | 4 refuse | new sessions are refused (close code 1013) | who speaks already goes on |
//!
//! Finals are never spared. Files aren't either: they have time. Behind step 4 stands what always stood there: live sound
//! that waited longer than `listen.max_waiting` is dropped and announced as a gap.
//!
//! [`Ladder`] is the pure core: times and ages in, steps out. [`watch`] is its thread; [`Effort`] is what stages see of it.

mod effort;
mod ladder;

pub use effort::{Drafts, Effort, Step};
pub use ladder::{GovernorRules, Ladder};

use crate::error::{Error, Result};
use crate::hub::HubIn;
use crate::metrics;
use crate::pipeline::link::{Gauge, LinkSender};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::time::{Duration, Instant};

/// How often it looks: three times in the shortest time that the usual rules know ([`GovernorRules::patience`]).
const LOOK: Duration = Duration::from_millis(250);

/// Keeps the governor's thread going; it ends when this is dropped.
pub struct Watching(#[expect(dead_code, reason = "it is held, not read")] Sender<()>);

/// Starts the thread that looks at the links and sets the effort, and tells the hub of each change.
///
/// # Errors
/// When the system gives no thread.
pub fn watch(rules: GovernorRules, links: Vec<Gauge>, effort: Effort, hub: LinkSender<HubIn>) -> Result<Watching> {
    let (alive, stopped) = bounded(0);
    let run = move || look(rules, &links, &effort, &hub, &stopped);
    let thread = std::thread::Builder::new().name("governor".into()).spawn(run);
    thread.map_err(|e| Error::failed(format!("no thread for the governor: {e}")))?;
    Ok(Watching(alive))
}

fn look(rules: GovernorRules, links: &[Gauge], effort: &Effort, hub: &LinkSender<HubIn>, stopped: &Receiver<()>) {
    let (is_enabled, began) = (rules.enabled, Instant::now());
    let mut ladder = Ladder::new(rules);
    while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        let mut oldest = 0.0_f64;
        for link in links {
            let age = link.age().as_secs_f64();
            metrics::get().waiting_age.with_label_values(&[link.name()]).set(age);
            oldest = oldest.max(age);
        }
        let before = effort.step();
        let step = if is_enabled { ladder.look(began.elapsed().as_secs_f64(), oldest) } else { before };
        if step != before {
            effort.set(step);
            let direction = if step > before { "down" } else { "up" };
            metrics::get().governor_step.set(step as i64);
            metrics::get().governor_steps.with_label_values(&[direction]).inc();
            tracing::info!(step = step as u8, age = oldest, "{}", step.detail());
            hub.send(HubIn::Step(step, oldest));
        }
    }
}
