//! Turns a crossbeam channel into a link between stages: bounded, with a written policy for when it is full, measured.
//!
//! | what | when the link is full |
//! |---|---|
//! | audio of a live session | the source counts it as lost and announces a gap; `listen` also drops the oldest waiting |
//! | audio of a file | waits: a file has time |
//! | tentative text | dropped: the next revision carries all of it (newest wins) |
//! | committed text, marks, end of stream | waits: never dropped |

use crate::metrics;
use crate::pipeline::item::{Flow, Heard, Item, Recognised, Sound, Spoken, Translated};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

/// What to do with an item that finds the link full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Wait for room.
    Wait,
    /// Give the item up; something later makes up for it.
    Drop,
}

/// Something that knows its policy.
pub trait Linked: Send + 'static {
    /// What to do with it when the link is full.
    fn when_full(&self) -> WhenFull;
}

/// Data whose policy the table above names.
pub trait Policy: Send + 'static {
    /// What to do with it when the link is full.
    fn policy(&self) -> WhenFull {
        WhenFull::Wait
    }
}

impl<T: Policy> Linked for Item<T> {
    fn when_full(&self) -> WhenFull {
        match &self.flow {
            // Live audio drops, a file's waits.
            Flow::Data(data) if data.policy() == WhenFull::Drop && self.session.is_live() => WhenFull::Drop,
            _ => WhenFull::Wait,
        }
    }
}
impl Policy for Sound {
    fn policy(&self) -> WhenFull {
        WhenFull::Drop
    }
}
impl Policy for Heard {}
impl Policy for Recognised {
    fn policy(&self) -> WhenFull {
        if self.is_final { WhenFull::Wait } else { WhenFull::Drop }
    }
}
impl Policy for Translated {
    fn policy(&self) -> WhenFull {
        if self.is_final { WhenFull::Wait } else { WhenFull::Drop }
    }
}
impl Policy for Spoken {}

/// The end that puts in.
pub struct LinkSender<T> {
    channel: Sender<T>,
    name: &'static str,
}

impl<T> Clone for LinkSender<T> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone(), name: self.name }
    }
}

/// The end that takes out.
pub struct LinkReceiver<T> {
    channel: Receiver<T>,
    name: &'static str,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way.
    Through,
    /// There was no room, and its policy is [`WhenFull::Drop`].
    Dropped,
    /// Nobody is at the other end any more.
    Closed,
}

/// A link that holds `capacity` items.
pub fn link<T: Linked>(name: &'static str, capacity: usize) -> (LinkSender<T>, LinkReceiver<T>) {
    let (sender, receiver) = bounded(capacity);
    (LinkSender { channel: sender, name }, LinkReceiver { channel: receiver, name })
}

impl<T: Linked> LinkSender<T> {
    /// Sends by the item's own policy.
    pub fn send(&self, item: T) -> Sent {
        match item.when_full() {
            WhenFull::Wait => self.channel.send(item).map_or(Sent::Closed, |()| Sent::Through),
            WhenFull::Drop => match self.channel.try_send(item) {
                Ok(()) => Sent::Through,
                Err(TrySendError::Full(_)) => {
                    metrics::get().link_dropped.with_label_values(&[self.name]).inc();
                    Sent::Dropped
                }
                Err(TrySendError::Disconnected(_)) => Sent::Closed,
            },
        }
    }
}

impl<T> LinkReceiver<T> {
    /// Waits for an item, then takes what else is waiting, `most` in all. `false`: the link is closed and empty.
    pub fn take(&self, most: usize, batch: &mut Vec<T>) -> bool {
        let Ok(first) = self.channel.recv() else { return false };
        batch.push(first);
        batch.extend(self.channel.try_iter().take(most.saturating_sub(1)));
        metrics::get().link_depth.with_label_values(&[self.name]).set(self.channel.len() as i64);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Draft(u32);
    struct Final(u32);
    enum Text {
        Draft(Draft),
        Final(Final),
    }
    impl Linked for Text {
        fn when_full(&self) -> WhenFull {
            if matches!(self, Self::Draft(_)) { WhenFull::Drop } else { WhenFull::Wait }
        }
    }

    #[test]
    fn drafts_are_dropped_and_finals_wait() {
        let (tx, rx) = link("test", 2);
        assert_eq!(tx.send(Text::Draft(Draft(1))), Sent::Through);
        assert_eq!(tx.send(Text::Draft(Draft(2))), Sent::Through);
        assert_eq!(tx.send(Text::Draft(Draft(3))), Sent::Dropped);
        let sender = std::thread::spawn(move || (0..100).all(|i| tx.send(Text::Final(Final(i))) == Sent::Through));
        let mut batch = Vec::new();
        while rx.take(8, &mut batch) {}
        assert!(sender.join().expect("no panic"));
        let drafts: Vec<_> =
            batch.iter().filter_map(|t| if let Text::Draft(d) = t { Some(d.0) } else { None }).collect();
        let finals: Vec<_> =
            batch.iter().filter_map(|t| if let Text::Final(f) = t { Some(f.0) } else { None }).collect();
        assert_eq!((drafts, finals), (vec![1, 2], (0..100).collect()));
    }

    #[test]
    fn a_closed_link_says_so() {
        let (tx, rx) = link("test", 2);
        drop(rx);
        assert_eq!(tx.send(Text::Final(Final(1))), Sent::Closed);
    }
}
