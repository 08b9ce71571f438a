//! Where events end on this machine: subtitle files, the terminal, a WAV of the voice.

pub mod subtitles;
pub mod terminal;
pub mod voice;

use crate::hub::fanout::{Frame, Refusal, Sink};
use crossbeam_channel::Sender;

/// A sink for a reader in this process that must miss nothing: it waits for room. For files and the terminal of
/// `translate`, where the reader's speed may set the pace.
pub struct Patient(pub Sender<Frame>);

impl Sink for Patient {
    fn offer(&mut self, frame: &Frame) -> Result<(), Refusal> {
        self.0.send(frame.clone()).map_err(|_| Refusal::Gone)
    }
}
