//! Turns a crossbeam channel into a link between stages: bounded, with a written policy for when it is full, measured.
//!
//! | what | when the link is full |
//! |---|---|
//! | audio of a live session | the source counts it as lost and announces a gap; `listen` also drops the oldest waiting |
//! | audio of a file | waits: a file has time |
//! | tentative text | dropped: the next revision carries all of it (newest wins) |
//! | committed text, marks, end of stream | waits: never dropped |
//!
//! What may be dropped leaves a quarter of the link free for what may not, so that drafts never make a final wait.
//!
//! A link knows the age of its oldest live item that isn't worked off, for the governor: items carry the time they were
//! sent, and as links are first in, first out, the oldest is always the first of the batch that is being worked on.

use crate::metrics;
use crate::pipeline::item::{Flow, Heard, Item, Recognised, Sound, Spoken, Translated};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    /// Whether somebody waits for it in real time, so that its age matters.
    fn is_live(&self) -> bool {
        false
    }
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
    fn is_live(&self) -> bool {
        self.session.is_live()
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

/// How old the oldest live item of a link is.
#[derive(Debug, Clone)]
pub struct Gauge {
    name: &'static str,
    began: Instant,
    /// When the oldest was sent, in microseconds since `began`; 0: there is none.
    oldest_us: Arc<AtomicU64>,
}

impl Gauge {
    fn new(name: &'static str) -> Self {
        Self { name, began: Instant::now(), oldest_us: Arc::default() }
    }

    /// The link's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The age; zero when nothing waits and nothing is worked on.
    pub fn age(&self) -> Duration {
        match self.oldest_us.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            sent => self.began.elapsed().saturating_sub(Duration::from_micros(sent)),
        }
    }

    fn set(&self, sent: Option<Instant>) {
        let since = |sent: Instant| (sent.saturating_duration_since(self.began).as_micros() as u64).max(1);
        self.oldest_us.store(sent.map_or(0, since), Ordering::Relaxed);
    }
}

/// The end that puts in.
pub struct LinkSender<T> {
    channel: Sender<(Instant, T)>,
    name: &'static str,
    /// So many items may wait before those that may be dropped are.
    room: usize,
}

impl<T> Clone for LinkSender<T> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone(), name: self.name, room: self.room }
    }
}

/// The end that takes out.
pub struct LinkReceiver<T> {
    channel: Receiver<(Instant, T)>,
    gauge: Gauge,
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
    let room = capacity - capacity / 4;
    (LinkSender { channel: sender, name, room }, LinkReceiver { channel: receiver, gauge: Gauge::new(name) })
}

impl<T: Linked> LinkSender<T> {
    /// Sends by the item's own policy.
    pub fn send(&self, item: T) -> Sent {
        let now = Instant::now();
        match item.when_full() {
            WhenFull::Wait => self.channel.send((now, item)).map_or(Sent::Closed, |()| Sent::Through),
            WhenFull::Drop if self.channel.len() >= self.room => self.dropped(),
            WhenFull::Drop => match self.channel.try_send((now, item)) {
                Ok(()) => Sent::Through,
                Err(TrySendError::Full(_)) => self.dropped(),
                Err(TrySendError::Disconnected(_)) => Sent::Closed,
            },
        }
    }

    fn dropped(&self) -> Sent {
        metrics::get().link_dropped.with_label_values(&[self.name]).inc();
        Sent::Dropped
    }
}

impl<T: Linked> LinkReceiver<T> {
    /// What tells how old the oldest live item is.
    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    /// Waits for an item, then takes what else is waiting, `most` in all. `false`: the link is closed and empty. The items
    /// count as waiting until this is called again.
    pub fn take(&self, most: usize, batch: &mut Vec<T>) -> bool {
        if self.channel.is_empty() {
            self.gauge.set(None);
        }
        let Ok(first) = self.channel.recv() else { return false };
        let items = std::iter::once(first).chain(self.channel.try_iter().take(most.saturating_sub(1)));
        let mut oldest = None;
        batch.extend(items.map(|(sent, item)| {
            oldest = oldest.or_else(|| item.is_live().then_some(sent));
            item
        }));
        self.gauge.set(oldest);
        metrics::get().link_depth.with_label_values(&[self.gauge.name]).set(self.channel.len() as i64);
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
    fn drafts_leave_room_for_finals() {
        let (tx, _rx) = link("test", 8);
        let sent: Vec<Sent> = (0..8).map(|i| tx.send(Text::Draft(Draft(i)))).collect();
        assert_eq!(sent.iter().filter(|s| **s == Sent::Through).count(), 6);
        assert_eq!([tx.send(Text::Final(Final(1))), tx.send(Text::Final(Final(2)))], [Sent::Through; 2]);
    }

    #[test]
    fn work_ages_until_it_is_done() {
        struct Live(bool);
        impl Linked for Live {
            fn when_full(&self) -> WhenFull {
                WhenFull::Wait
            }
            fn is_live(&self) -> bool {
                self.0
            }
        }
        let (tx, rx) = link("test", 8);
        let (gauge, pause, mut batch) = (rx.gauge(), Duration::from_millis(20), Vec::new());
        tx.send(Live(true));
        std::thread::sleep(pause);
        rx.take(8, &mut batch);
        assert!(gauge.age() >= pause, "it waited");
        std::thread::sleep(pause);
        assert!(gauge.age() >= 2 * pause, "it is still worked on");
        // A file has time.
        tx.send(Live(false));
        rx.take(8, &mut batch);
        assert_eq!(gauge.age(), Duration::ZERO);
        drop(tx);
        assert!(!rx.take(8, &mut batch));
        assert_eq!(gauge.age(), Duration::ZERO);
    }

    #[test]
    fn a_closed_link_says_so() {
        let (tx, rx) = link("test", 2);
        drop(rx);
        assert_eq!(tx.send(Text::Final(Final(1))), Sent::Closed);
    }
}
