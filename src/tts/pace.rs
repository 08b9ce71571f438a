//! Decides how fast a voice must speak so that it doesn't fall behind. Pure: seconds in, speed out.

/// Seconds of waiting voice at which the speed has grown by half.
const PATIENCE: f64 = 6.0;
/// No faster: beyond this listeners stop following (interpreters' practice; broadcasters cap speech at about 1.3–1.5).
const FASTEST: f64 = 1.5;

/// One voice's pace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// When all that was said so far will have been heard, in session seconds.
    until: f64,
}

impl Pace {
    /// The speed for a clause that is ready now: 1 when the voice is idle, more the more of it waits.
    pub fn speed(&self, now: f64) -> f32 {
        let waiting = (self.until - now).max(0.0);
        (1.0 + 0.5 * waiting / PATIENCE).min(FASTEST) as f32
    }
    /// Notes that a clause of this length was said.
    pub fn spoke(&mut self, now: f64, seconds: f64) {
        self.until = self.until.max(now) + seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_that_waits_speeds_up_within_bounds() {
        let mut pace = Pace::default();
        assert_eq!(pace.speed(0.0), 1.0);
        pace.spoke(0.0, 6.0);
        assert_eq!(pace.speed(0.0), 1.5);
        pace.spoke(0.0, 60.0);
        assert_eq!(pace.speed(0.0), 1.5);
        assert_eq!(pace.speed(100.0), 1.0);
    }
}
