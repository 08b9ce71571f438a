//! The words for sound that every stage shares: rates, time, and blocks of samples.
//!
//! Inside the pipeline there is one clock: [`StreamTime`], integer samples at 16 kHz since the session began.
//! Seconds appear only in events.

/// The rate of everything between `listen` and `recognise`, in Hz.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples at [`SAMPLE_RATE`] since the session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct StreamTime(pub u64);

impl StreamTime {
    /// The time this many seconds after the start (rounded to a sample; negative counts as zero).
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * f64::from(SAMPLE_RATE)).round().max(0.0) as u64)
    }
    /// Seconds since the session began.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / f64::from(SAMPLE_RATE)
    }
    /// This time moved on by `samples`.
    #[must_use]
    pub fn plus(self, samples: u64) -> Self {
        Self(self.0 + samples)
    }
    /// This time moved back by `samples`, at most to the start.
    #[must_use]
    pub fn minus(self, samples: u64) -> Self {
        Self(self.0.saturating_sub(samples))
    }
}

/// Samples at 16 kHz in this many milliseconds.
pub const fn samples_in_ms(ms: u32) -> u64 {
    ms as u64 * SAMPLE_RATE as u64 / 1000
}

/// How a block of interleaved samples is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AudioFormat {
    /// Frames per second, in Hz.
    pub rate: u32,
    /// Samples per frame.
    pub channels: u16,
}

impl AudioFormat {
    /// What the pipeline uses inside: 16 kHz, one channel.
    pub const PIPELINE: Self = Self { rate: SAMPLE_RATE, channels: 1 };

    /// Whether we can convert it: 4 to 384 kHz, 1 to 64 channels.
    pub fn is_usable(self) -> bool {
        (4_000..=384_000).contains(&self.rate) && (1..=64).contains(&self.channels)
    }
}

/// A voice's output: one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// Hz.
    pub rate: u32,
    /// Full scale is i16's range.
    pub samples: Vec<i16>,
}

/// Full-scale 16-bit integers, little-endian, as samples in [-1, 1). A trailing odd byte is ignored.
pub fn s16le_to_f32(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0).collect()
}

/// Samples as 16-bit little-endian bytes.
pub fn s16le_bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_samples_agree() {
        assert_eq!(StreamTime(24_000).seconds(), 1.5);
        assert_eq!(StreamTime::from_seconds(1.5), StreamTime(24_000));
        assert_eq!(samples_in_ms(300), 4_800);
        assert_eq!(s16le_to_f32(&[0, 0x80, 0xff, 0x7f, 1]), vec![-1.0, 32767.0 / 32768.0]);
    }
}
