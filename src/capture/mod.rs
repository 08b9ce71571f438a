//! Where sound comes in: turns devices, files, standard input and the network into blocks of PCM.
//!
//! A source knows the rate and channels it has; conversion is `listen`'s work. Names of the audio system stay in
//! [`device`]; names of file formats in [`mod@file`].

#[cfg(feature = "microphone")]
pub mod device;
pub mod file;
pub mod paced;
pub mod ring;

use crate::audio::AudioFormat;

/// A block of interleaved samples in [-1, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// How to read `samples`.
    pub format: AudioFormat,
    /// Interleaved.
    pub samples: Vec<f32>,
}

impl Block {
    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.format.rate)
    }
    /// Samples per channel.
    pub fn frames(&self) -> usize {
        self.samples.len() / usize::from(self.format.channels.max(1))
    }
}
