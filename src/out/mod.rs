//! Where events end on this machine: subtitle files, the terminal, a WAV of the voice.

pub mod subtitles;
pub mod terminal;
pub mod voice;

use crate::hub::fanout::{Frame, Refusal, Sink};
use crossbeam_channel::{Sender, TrySendError};

/// A sink for a reader in this process that must miss nothing: the hub waits for it. For files and the terminal of
/// `translate`, where the reader's speed may set the pace.
pub struct Patient(pub Sender<Frame>);

impl Sink for Patient {
    fn offer(&mut self, frame: &Frame) -> Result<(), Refusal> {
        self.0.send(frame.clone()).map_err(|_| Refusal::Gone)
    }
}

/// A sink for a reader in this process that may be stopped (a terminal under Ctrl-S) while the daemon must go on: what
/// finds no room is not shown there.
pub struct Passing(pub Sender<Frame>);

impl Sink for Passing {
    fn offer(&mut self, frame: &Frame) -> Result<(), Refusal> {
        match self.0.try_send(frame.clone()) {
            Err(TrySendError::Disconnected(_)) => Err(Refusal::Gone),
            _ => Ok(()),
        }
    }
}
