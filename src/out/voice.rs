//! Turns spoken clauses into one WAV: each begins when its words were said, or when the one before has ended.

use crate::error::{Error, Result};
use std::io::{Seek, Write};

/// The growing recording.
#[derive(Debug, Default)]
pub struct Recording {
    rate: u32,
    samples: Vec<i16>,
}

impl Recording {
    /// Adds a clause that translates what was said from `start` (seconds) on. A clause of another rate than the first
    /// is left out and reported.
    ///
    /// # Errors
    /// When the rate differs.
    pub fn add(&mut self, start: f64, rate: u32, samples: &[i16]) -> Result<()> {
        if self.samples.is_empty() {
            self.rate = rate;
        } else if self.rate != rate {
            return Err(Error::failed(format!("the voice changed from {} to {rate} Hz", self.rate)));
        }
        let at = (start * f64::from(rate)) as usize;
        let silence = at.saturating_sub(self.samples.len());
        self.samples.extend(std::iter::repeat_n(0, silence));
        self.samples.extend_from_slice(samples);
        Ok(())
    }

    /// Writes it as 16-bit mono WAV (at 22.05 kHz if nothing was said).
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, to: impl Write + Seek) -> Result<()> {
        let failed = |e: hound::Error| Error::failed(format!("the WAV can't be written: {e}"));
        let sample_rate = if self.rate == 0 { 22_050 } else { self.rate };
        let spec =
            hound::WavSpec { channels: 1, sample_rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        let mut writer = hound::WavWriter::new(to, spec).map_err(failed)?;
        self.samples.iter().try_for_each(|s| writer.write_sample(*s)).map_err(failed)?;
        writer.finalize().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_keep_their_time_and_never_overlap() {
        let mut recording = Recording::default();
        recording.add(1.0, 10, &[1; 20]).expect("same rate");
        recording.add(2.0, 10, &[2; 5]).expect("same rate");
        let expected = [vec![0; 10], vec![1; 20], vec![2; 5]].concat();
        assert_eq!(recording.samples, expected);
        assert!(recording.add(9.0, 11, &[3]).is_err());
    }
}
