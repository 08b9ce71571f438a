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
        self.0.predict_f32(window)
    }
    fn reset(&mut self) {
        self.0.reset();
    }
}
