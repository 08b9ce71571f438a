//! When a session's audio came and how much of it waits -> whether it is behind, and for how long its client was silent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// From this on, late audio means that its client had paused.
const LONGEST_DELAY: Duration = Duration::from_secs(1);

/// Counted by several stages at once.
#[derive(Debug, Default)]
pub struct Timing {
    /// Audio that waits for `listen` or `recognise`, in microseconds.
    waiting_us: AtomicU64,
    /// Audio that has come, in microseconds.
    came_us: AtomicU64,
    /// How long none came, in microseconds.
    paused_us: AtomicU64,
}

impl Timing {
    /// Notes that so many seconds of audio have come by `now` since the session began.
    pub(crate) fn came(&self, seconds: f64, now: Duration) {
        let came = self.came_us.fetch_add(microseconds(seconds), Ordering::Relaxed) + microseconds(seconds);
        let late = now.saturating_sub(Duration::from_micros(came));
        // A delay on the way is made good by what follows in a hurry; a pause is not.
        if late < self.paused() || late > self.paused() + LONGEST_DELAY {
            self.paused_us.store(late.as_micros() as u64, Ordering::Relaxed);
        }
    }

    /// How long no audio came.
    pub fn paused(&self) -> Duration {
        Duration::from_micros(self.paused_us.load(Ordering::Relaxed))
    }

    /// Notes that so many seconds of audio wait.
    pub(crate) fn waits(&self, seconds: f64) {
        self.waiting_us.fetch_add(microseconds(seconds), Ordering::Relaxed);
    }

    /// Notes that so many seconds of audio wait no more.
    pub(crate) fn taken(&self, seconds: f64) {
        let less = |waiting: u64| Some(waiting.saturating_sub(microseconds(seconds)));
        // The closure always gives a value.
        let _ = self.waiting_us.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Seconds of audio that wait.
    pub fn waiting(&self) -> f64 {
        self.waiting_us.load(Ordering::Relaxed) as f64 / 1e6
    }
}

fn microseconds(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_not_lag_and_a_delay_is() {
        let timing = Timing::default();
        let at = |milliseconds| Duration::from_millis(milliseconds);
        // The client begins 3 s after it connected, and sends in real time.
        timing.came(0.1, at(3_100));
        assert_eq!(timing.paused(), at(3_000));
        timing.came(0.1, at(3_200));
        // 0.5 s on the way, then all at once.
        timing.came(0.1, at(3_800));
        (0..5).for_each(|_| timing.came(0.1, at(3_800)));
        assert_eq!(timing.paused(), at(3_000));
        // The button is let go for a minute.
        timing.came(0.1, at(63_900));
        assert_eq!(timing.paused(), at(63_000));
    }

    #[test]
    fn what_is_taken_waits_no_more() {
        let timing = Timing::default();
        timing.waits(2.0);
        timing.taken(0.5);
        assert!((timing.waiting() - 1.5).abs() < 1e-6);
        timing.taken(9.0);
        assert!(timing.waiting() < 1e-6);
    }
}
