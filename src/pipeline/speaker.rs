//! A session's end in a source's hands: takes blocks, counts what finds no room, and always says when it ends.

use super::item::{Flow, Item, Session, Sound};
use super::link::{LinkSender, Sent};
use crate::capture::Block;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One of the places for speakers; given back when dropped.
pub struct Place(Arc<AtomicUsize>);

impl Place {
    /// Takes a place if fewer than `most` are taken.
    pub fn take(taken: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let more = |n: usize| (n < most).then_some(n + 1);
        taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self(taken.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open session. Dropping it ends the session, and nothing that was said is lost.
pub struct Speaker {
    session: Arc<Session>,
    sound: LinkSender<Item<Sound>>,
    /// Frames that found no room and are not announced yet.
    lost: u64,
    _place: Place,
}

impl Speaker {
    pub(super) fn new(session: Arc<Session>, sound: LinkSender<Item<Sound>>, place: Place) -> Self {
        Self { session, sound, lost: 0, _place: place }
    }

    /// Its session.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Gives sound. In a live session sound that finds no room is lost and announced; else this waits for room.
    ///
    /// # Errors
    /// When the pipeline has stopped.
    pub fn push(&mut self, block: Block) -> Result<()> {
        self.announce_lost()?;
        let frames = block.frames() as u64;
        let seconds = block.seconds();
        self.session.came(seconds);
        self.session.timing.waits(seconds);
        match self.sound.send(Item::data(&self.session, Sound::Block(block))) {
            Sent::Through => return Ok(()),
            Sent::Dropped => self.lost += frames,
            Sent::Closed => return Err(stopped()),
        }
        self.session.timing.taken(seconds);
        Ok(())
    }

    /// Says that so many frames were lost before they came here.
    ///
    /// # Errors
    /// When the pipeline has stopped.
    pub fn lose(&mut self, frames: u64) -> Result<()> {
        self.lost += frames;
        self.session.came(frames as f64 / f64::from(self.session.format.rate));
        self.announce_lost()
    }

    fn announce_lost(&mut self) -> Result<()> {
        if self.lost == 0 {
            return Ok(());
        }
        match self.sound.send(Item::data(&self.session, Sound::Lost(self.lost))) {
            Sent::Through => self.lost = 0,
            Sent::Dropped => {}
            Sent::Closed => return Err(stopped()),
        }
        Ok(())
    }

    /// Sets a mark: it comes back as an event when all before it is published.
    ///
    /// # Errors
    /// When the pipeline has stopped.
    pub fn mark(&self, id: String) -> Result<()> {
        self.flow(Flow::Marker(id))
    }

    fn flow(&self, flow: Flow<Sound>) -> Result<()> {
        match self.sound.send(Item { session: self.session.clone(), flow }) {
            Sent::Closed => Err(stopped()),
            _ => Ok(()),
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        // A pipeline that has stopped needs no farewell.
        let _ = self.flow(Flow::End);
    }
}

fn stopped() -> Error {
    Error::failed("the pipeline has stopped")
}
