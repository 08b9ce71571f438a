//! Turns 16 ms windows of sound into the probability that somebody speaks.

use crate::error::{Error, Result};

/// Samples per window: 16 ms at 16 kHz.
pub const WINDOW: usize = 256;

/// Tells speech from other sound, one window after another, for one session.
pub trait VoiceActivity: Send {
    /// The probability of speech in the next [`WINDOW`] samples.
    fn probability(&mut self, window: &[f32]) -> f32;
    /// Forgets the past.
    fn reset(&mut self);
}

/// Builds a backend.
pub type Build = fn() -> Box<dyn VoiceActivity>;

/// The backends by name, the default first.
pub const BACKENDS: &[(&str, Build)] = &[("earshot", || Box::new(Earshot::new()))];

/// Builds a backend by name.
///
/// # Errors
/// A config error that lists the names.
pub fn build(name: &str) -> Result<Box<dyn VoiceActivity>> {
    match BACKENDS.iter().find(|b| b.0 == name) {
        Some(backend) => Ok(backend.1()),
        None => Err(Error::config(format!("unknown voice activity backend `{name}`"))
            .hint(format!("there is: {}", BACKENDS.iter().map(|b| b.0).collect::<Vec<_>>().join(", ")))),
    }
}

/// earshot's small neural network: AUC 1.000 on our synthetic trial, 8 µs a window (`shared/reference/stack.md` §4).
struct Earshot(Box<earshot::Detector>);

impl Earshot {
    fn new() -> Self {
        Self(earshot::Detector::default_boxed())
    }
}

impl VoiceActivity for Earshot {
    fn probability(&mut self, window: &[f32]) -> f32 {
        // Resampled full-scale sound swings over the edge, which the detector's contract forbids.
        let mut frame = [0.0; WINDOW];
        frame.iter_mut().zip(window).for_each(|(inside, sample)| *inside = sample.clamp(-1.0, 1.0));
        self.0.predict_f32(&frame)
    }
    fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_beyond_full_scale_is_sound() {
        let mut detector = build("earshot").expect("the default");
        let p = detector.probability(&[1.2; WINDOW]);
        assert!((0.0..=1.0).contains(&p), "{p}");
    }
}
