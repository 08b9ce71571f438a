//! SPEAK: turns committed translations into a voice, clause by clause, never falling behind the speaker.
//!
//! Only what is committed is spoken: a voice can't take words back. Nothing is made that nobody listens to.

pub mod espeak;
pub mod kokoro;
pub mod pace;
pub mod phonemes;
pub mod piper;
pub mod sentences;
mod stage;
pub mod voices;

pub use stage::{Speak, Wanted};

use crate::audio::Voice;
use crate::error::{Error, Result};
use crate::onnx::Compute;
use crate::text::Lang;
use std::path::PathBuf;
use voices::Voices;

/// Turns text into sound; one thread calls it.
pub trait Synthesizer: Send {
    /// Speaks a text, `speed` times as fast as usual (1 to 2), and gives each sentence to `sink` as soon as it is made.
    ///
    /// # Errors
    /// When the voice fails; what went to `sink` before is good.
    fn speak(&mut self, text: &str, lang: &Lang, speed: f32, sink: &mut dyn FnMut(Voice)) -> Result<()>;
}

/// How to run a voice.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What it may compute with.
    pub compute: Compute,
    /// Each model's folder, and the languages it speaks; empty for voices that need no model.
    pub models: Vec<(PathBuf, Vec<Lang>)>,
    /// The speaker of a model that has several: a name or a number.
    pub speaker: Option<String>,
}

/// Builds a backend.
pub type Build = fn(&Options) -> Result<Box<dyn Synthesizer>>;

/// The backends by name.
pub const BACKENDS: &[(&str, Build)] = &[
    ("auto", |options| match options.models.is_empty() {
        true => Ok(Box::new(espeak::Espeak::find()?)),
        false => Ok(Box::new(Voices::load(options, None)?)),
    }),
    ("espeak", |options| match options.models.is_empty() {
        true => Ok(Box::new(espeak::Espeak::find()?)),
        false => Err(Error::config("speak.models names voices, but speak.backend = \"espeak\" takes none")
            .hint("leave speak.backend out, and the voices are used")),
    }),
    ("piper", |options| Ok(Box::new(Voices::load(options, Some(piper::load))?))),
    ("kokoro", |options| Ok(Box::new(Voices::load(options, Some(kokoro::load))?))),
];

/// Builds a backend by name.
///
/// # Errors
/// A config error that lists the names, or what the backend misses.
pub fn build(name: &str, options: &Options) -> Result<Box<dyn Synthesizer>> {
    match BACKENDS.iter().find(|b| b.0 == name) {
        Some(backend) => backend.1(options),
        None => Err(Error::config(format!("unknown voice backend `{name}`"))
            .hint(format!("there is: {}", BACKENDS.iter().map(|b| b.0).collect::<Vec<_>>().join(", ")))),
    }
}
