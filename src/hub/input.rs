//! What the hub is told: results of the stages, sessions, and who comes and goes.

use super::fanout::{Filter, Sink};
use super::room::Published;
use crate::error::Error;
use crate::listen::original::Piece;
use crate::pipeline::governor::Step;
use crate::pipeline::item::{Item, Recognised, Session, Spoken, Translated};
use crate::pipeline::link::{Linked, WhenFull};
use crossbeam_channel::Sender;
use std::sync::Arc;

/// What the hub is told.
pub enum HubIn {
    /// A session begins.
    Open(Arc<Session>),
    /// Words.
    Recognised(Item<Recognised>),
    /// Their translation.
    Translated(Item<Translated>),
    /// Its voice, and the marks that have passed every stage.
    Spoken(Item<Spoken>),
    /// Some of a session's own sound.
    Original(Arc<Session>, Piece),
    /// A mark that is told at once: audio was lost, or an utterance had no words.
    Mark(Item<()>),
    /// Somebody listens.
    Subscribe(Subscription),
    /// Somebody left.
    Unsubscribe(u64),
    /// Somebody asks what was said lately.
    Snapshot(String, Option<String>, Sender<Vec<Arc<Published>>>),
    /// Somebody corrects a final caption of a room: its id, its text, and whether there is such a one.
    Correct(String, String, String, Sender<bool>),
    /// The governor went to a step, because the oldest work had waited so many seconds.
    Step(Step, f64),
    /// A stage has failed: everyone is told, and all connections end.
    Fault(Error),
    /// The daemon stops: everyone is told, sessions may still finish.
    Draining,
    /// The last word: everyone is told good-bye.
    Bye,
}

impl Linked for HubIn {
    fn when_full(&self) -> WhenFull {
        match self {
            Self::Recognised(item) => item.when_full(),
            Self::Translated(item) => item.when_full(),
            // Sound as it is said is worth nothing later.
            Self::Original(..) => WhenFull::Drop,
            _ => WhenFull::Wait,
        }
    }
}

/// A listener to be.
pub struct Subscription {
    /// Unique.
    pub id: u64,
    /// The room.
    pub room: String,
    /// What it wants.
    pub filter: Filter,
    /// The last event it saw, when it comes back.
    pub after: Option<String>,
    /// Whether it wants to know what was said before.
    pub replay: bool,
    /// Where to.
    pub sink: Box<dyn Sink>,
}
