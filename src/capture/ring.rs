//! Turns the audio callback's slices into samples that another thread can take, without a lock or an allocation.
//!
//! One producer (the callback), one consumer. Pre-sized; what does not fit is counted, never waited for.
//! The rule that must not break: [`RingWriter::push`] runs on the real-time thread and never allocates, locks, logs or
//! blocks. `tests/it/realtime.rs` proves it with a guarding allocator.

use rtrb::RingBuffer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The callback's end.
pub struct RingWriter {
    ring: rtrb::Producer<f32>,
    shared: Arc<Shared>,
}

/// The pipeline's end.
pub struct RingReader {
    ring: rtrb::Consumer<f32>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    lost: AtomicU64,
    failed: AtomicBool,
}

/// A ring that holds `capacity` samples.
pub fn ring(capacity: usize) -> (RingWriter, RingReader) {
    let (producer, consumer) = RingBuffer::new(capacity);
    let shared = Arc::new(Shared::default());
    (RingWriter { ring: producer, shared: shared.clone() }, RingReader { ring: consumer, shared })
}

impl RingWriter {
    /// Takes over as much of `samples` as fits and counts the rest as lost.
    ///
    /// `convert` makes a sample of the device's type into one in [-1, 1].
    pub fn push<T: Copy>(&mut self, samples: &[T], convert: impl Fn(T) -> f32) {
        let fits = self.ring.slots().min(samples.len());
        if let Ok(chunk) = self.ring.write_chunk_uninit(fits) {
            chunk.fill_from_iter(samples[..fits].iter().map(|&s| convert(s)));
        }
        let lost = samples.len() - fits;
        if lost > 0 {
            self.shared.lost.fetch_add(lost as u64, Ordering::Relaxed);
        }
    }

    /// A flag the device's error callback may raise; the reader sees it.
    pub fn failure_flag(&self) -> FailureFlag {
        FailureFlag(self.shared.clone())
    }
}

/// Raised once when the device is gone.
pub struct FailureFlag(Arc<Shared>);

impl FailureFlag {
    /// Says that no more samples will come.
    pub fn raise(&self) {
        self.0.failed.store(true, Ordering::Release);
    }
}

impl RingReader {
    /// Moves all waiting samples to the end of `out`; returns how many.
    pub fn take(&mut self, out: &mut Vec<f32>) -> usize {
        let waiting = self.ring.slots();
        if let Ok(chunk) = self.ring.read_chunk(waiting) {
            let (first, second) = chunk.as_slices();
            out.extend_from_slice(first);
            out.extend_from_slice(second);
            chunk.commit_all();
        }
        waiting
    }

    /// Samples lost since the last call.
    pub fn take_lost(&self) -> u64 {
        self.shared.lost.swap(0, Ordering::Relaxed)
    }

    /// Whether the device has failed.
    pub fn has_failed(&self) -> bool {
        self.shared.failed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(reader: &mut RingReader) -> Vec<f32> {
        let mut out = Vec::new();
        reader.take(&mut out);
        out
    }

    #[test]
    fn empty_gives_nothing() {
        let (_w, mut r) = ring(4);
        assert_eq!(taken(&mut r), Vec::<f32>::new());
        assert_eq!(r.take_lost(), 0);
    }

    #[test]
    fn partial_comes_through() {
        let (mut w, mut r) = ring(4);
        w.push(&[1i16, 2], f32::from);
        assert_eq!(taken(&mut r), [1.0, 2.0]);
    }

    #[test]
    fn exact_fill_loses_nothing() {
        let (mut w, mut r) = ring(4);
        w.push(&[1.0, 2.0, 3.0, 4.0], |s| s);
        assert_eq!((taken(&mut r).len(), r.take_lost()), (4, 0));
    }

    #[test]
    fn excess_is_counted_and_the_oldest_kept() {
        let (mut w, mut r) = ring(4);
        w.push(&[1.0, 2.0, 3.0], |s| s);
        w.push(&[4.0, 5.0, 6.0], |s| s);
        assert_eq!((taken(&mut r), r.take_lost(), r.take_lost()), (vec![1.0, 2.0, 3.0, 4.0], 2, 0));
    }

    #[test]
    fn wraps_around_in_order() {
        let (mut w, mut r) = ring(4);
        for i in 0..50 {
            w.push(&[i as f32, i as f32 + 0.5, -1.0], |s| s);
            assert_eq!(taken(&mut r), [i as f32, i as f32 + 0.5, -1.0]);
        }
    }
}
