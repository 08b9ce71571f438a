//! Turns a reader that is as fast as the disk into one that is as fast as speech, as a microphone would be.

use super::Block;
use super::file::Reader;
use crate::audio::AudioFormat;
use crate::error::Result;
use std::time::{Duration, Instant};

/// The longest block that is given at once in real time, in seconds: a recogniser should hear as from a microphone.
const PACED_BLOCK: f64 = 0.02;

/// Gives a file's blocks at the speed of real time.
pub struct Paced {
    reader: Box<dyn Reader>,
    waiting: Option<Block>,
    given: f64,
    start: Instant,
}

impl Paced {
    /// From now on.
    pub fn new(reader: Box<dyn Reader>) -> Self {
        Self { reader, waiting: None, given: 0.0, start: Instant::now() }
    }

    /// The format of what comes next; time starts to run.
    ///
    /// # Errors
    /// The reader's.
    pub fn peek(&mut self) -> Result<Option<AudioFormat>> {
        if self.waiting.is_none() {
            self.waiting = self.reader.next_block()?;
        }
        self.start = Instant::now();
        Ok(self.waiting.as_ref().map(|b| b.format))
    }

    /// The next block, when its time has come.
    ///
    /// # Errors
    /// The reader's.
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        let waiting = match self.waiting.take() {
            Some(block) => Some(block),
            None => self.reader.next_block()?,
        };
        let Some(mut block) = waiting else { return Ok(None) };
        let most = (f64::from(block.format.rate) * PACED_BLOCK) as usize * usize::from(block.format.channels);
        if block.samples.len() > most && most > 0 {
            let rest = block.samples.split_off(most);
            self.waiting = Some(Block { format: block.format, samples: rest });
        }
        self.given += block.seconds();
        // A block can be heard when its last sample was said.
        let due = self.start + Duration::from_secs_f64(self.given);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        Ok(Some(block))
    }

    /// The next block at once.
    ///
    /// # Errors
    /// The reader's.
    pub fn next_unpaced(&mut self) -> Result<Option<Block>> {
        match self.waiting.take() {
            Some(block) => Ok(Some(block)),
            None => self.reader.next_block(),
        }
    }
}
