//! Turns blocks of any rate and channel count into 16 kHz mono, keeping time exactly.
//!
//! Conversion is rubato's. Its start-up delay is cut off and its tail flushed, so that sample n of the output is the
//! sound at n/16000 s of the input.

use crate::audio::{AudioFormat, SAMPLE_RATE};
use crate::capture::Block;
use crate::error::{Error, Result};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, Fft, FixedAsync, FixedSync, Indexing, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// Output samples per conversion step: 10 ms.
const STEP: usize = 160;

/// One session's converter.
pub struct Converter {
    format: AudioFormat,
    engine: Option<Box<dyn Resampler<f32>>>,
    waiting: Vec<f32>,
    out: Vec<f32>,
    to_skip: usize,
    frames_in: u64,
    samples_out: u64,
}

impl Converter {
    /// A converter from this format.
    ///
    /// # Errors
    /// An input error when the format can't be converted.
    pub fn new(format: AudioFormat) -> Result<Self> {
        if !format.is_usable() {
            return Err(Error::input(format!("{} Hz with {} channels can't be used", format.rate, format.channels))
                .hint("4000 to 384000 Hz and 1 to 64 channels are understood"));
        }
        let engine = (format.rate != SAMPLE_RATE).then(|| engine(format.rate)).transpose()?;
        let to_skip = engine.as_ref().map_or(0, |e| e.output_delay());
        let out = vec![0.0; engine.as_ref().map_or(0, |e| e.output_frames_max())];
        Ok(Self { format, engine, waiting: Vec::new(), out, to_skip, frames_in: 0, samples_out: 0 })
    }

    /// The format it converts from.
    pub fn format(&self) -> AudioFormat {
        self.format
    }

    /// Converts a block; returns what is ready.
    ///
    /// # Errors
    /// A failure of the resampler.
    pub fn push(&mut self, block: &Block) -> Result<Vec<f32>> {
        self.frames_in += block.frames() as u64;
        mix_down(&block.samples, self.format.channels, &mut self.waiting);
        if self.engine.is_none() {
            self.samples_out += self.waiting.len() as u64;
            return Ok(std::mem::take(&mut self.waiting));
        }
        let mut ready =
            Vec::with_capacity(self.waiting.len() * SAMPLE_RATE as usize / self.format.rate as usize + STEP);
        while self.engine.as_ref().is_some_and(|e| self.waiting.len() >= e.input_frames_next()) {
            self.step(None, &mut ready)?;
        }
        Ok(ready)
    }

    /// The rest: what the resampler still holds.
    ///
    /// # Errors
    /// A failure of the resampler.
    pub fn finish(&mut self) -> Result<Vec<f32>> {
        let mut ready = Vec::new();
        let wanted = self.frames_in * u64::from(SAMPLE_RATE) / u64::from(self.format.rate);
        while self.engine.is_some() && self.samples_out < wanted {
            let partial = self.waiting.len();
            self.step(Some(partial), &mut ready)?;
        }
        let excess = self.samples_out.saturating_sub(wanted) as usize;
        ready.truncate(ready.len().saturating_sub(excess));
        self.samples_out -= excess as u64;
        Ok(ready)
    }

    fn step(&mut self, partial: Option<usize>, ready: &mut Vec<f32>) -> Result<()> {
        let Some(engine) = self.engine.as_mut() else { return Ok(()) };
        let failed = |e: &dyn std::fmt::Display| Error::failed(format!("resampling: {e}"));
        if let Some(n) = partial {
            self.waiting.resize(engine.input_frames_next().max(n), 0.0);
        }
        let input = InterleavedSlice::new(&self.waiting, 1, self.waiting.len()).map_err(|e| failed(&e))?;
        let frames = self.out.len();
        let mut output = InterleavedSlice::new_mut(&mut self.out, 1, frames).map_err(|e| failed(&e))?;
        let indexing = partial.map(|n| Indexing { partial_len: Some(n), ..Indexing::default() });
        let (used, made) =
            engine.process_into_buffer(&input, &mut output, indexing.as_ref()).map_err(|e| failed(&e))?;
        self.waiting.drain(..used.min(self.waiting.len()));
        let skip = self.to_skip.min(made);
        self.to_skip -= skip;
        ready.extend_from_slice(&self.out[skip..made]);
        self.samples_out += (made - skip) as u64;
        Ok(())
    }
}

/// The FFT resampler wants block sizes that divide both rates; a rate with a tiny common divisor would need blocks of
/// a second, so those few take the sinc interpolator.
fn engine(rate: u32) -> Result<Box<dyn Resampler<f32>>> {
    let failed = |e: rubato::ResamplerConstructionError| Error::failed(format!("resampler for {rate} Hz: {e}"));
    let (rate_in, rate_out) = (rate as usize, SAMPLE_RATE as usize);
    if rate_out / gcd(rate_in, rate_out) <= 4 * STEP {
        let engine = Fft::<f32>::new(rate_in, rate_out, STEP, 1, FixedSync::Output).map_err(failed)?;
        return Ok(Box::new(engine));
    }
    let parameters = SincInterpolationParameters {
        sinc_len: 128,
        f_cutoff: Some(0.92),
        interpolation: SincInterpolationType::Linear,
        oversampling_factor: 128,
        window: WindowFunction::BlackmanHarris2,
    };
    let ratio = rate_out as f64 / rate_in as f64;
    let engine = Async::<f32>::new_sinc(ratio, 1.0, &parameters, STEP, 1, FixedAsync::Output).map_err(failed)?;
    Ok(Box::new(engine))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn mix_down(interleaved: &[f32], channels: u16, out: &mut Vec<f32>) {
    let n = usize::from(channels.max(1));
    out.extend(interleaved.chunks_exact(n).map(|frame| {
        let sum: f32 = frame.iter().sum();
        // A client may send anything; not-a-number would poison every later state.
        if sum.is_finite() { (sum / n as f32).clamp(-1.0, 1.0) } else { 0.0 }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn convert(rate: u32, channels: u16, seconds: f64, block: usize) -> Vec<f32> {
        let format = AudioFormat { rate, channels };
        let mut converter = Converter::new(format).expect("usable");
        let frames = (f64::from(rate) * seconds) as usize;
        let mono = (0..frames).map(|i| (i as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin() * 0.5);
        let all: Vec<f32> = mono.flat_map(|s| vec![s; channels.into()]).collect();
        let mut out = Vec::new();
        for samples in all.chunks(block * usize::from(channels)) {
            out.extend(converter.push(&Block { format, samples: samples.to_vec() }).expect("converts"));
        }
        out.extend(converter.finish().expect("flushes"));
        out
    }

    #[test]
    fn a_tone_keeps_its_time_and_level() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 47_999] {
            let out = convert(rate, 2, 1.0, 441);
            assert!(out.len().abs_diff(16_000) <= 1, "{rate}: {}", out.len());
            let worst = (2_000..14_000)
                .map(|i| (out[i] - (i as f32 / 16_000.0 * 440.0 * std::f32::consts::TAU).sin() * 0.5).abs())
                .fold(0.0, f32::max);
            // A delay of half an odd block is rounded to a sample, which moves this tone by 0.086 at its steepest.
            assert!(worst < 0.09, "{rate} Hz: off by {worst}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn length_never_depends_on_block_size(rate in 4_000u32..100_000, channels in 1u16..4, block in 1usize..5_000) {
            let expected = (f64::from(rate) * 0.3) as u64 * 16_000 / u64::from(rate);
            prop_assert!((convert(rate, channels, 0.3, block).len() as u64).abs_diff(expected) <= 1);
        }
    }
}
