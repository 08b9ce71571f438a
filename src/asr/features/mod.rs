//! Turns 16 kHz samples into log-mel filterbank features, one frame every 10 ms, as streams arrive.
//!
//! Toolkits agree on the frame (25 ms, every 10 ms, a 512-point FFT) and differ in everything else; what differs is a
//! [`Recipe`]: [`kaldi`] for zipformer and our starter model, [`nemo`] for FastConformer and Parakeet.

pub mod kaldi;
pub mod nemo;

use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples from one frame to the next (10 ms).
pub const HOP: usize = 160;
/// Samples in a frame (25 ms).
const WINDOW: usize = 400;
/// The window, filled with zeros to a power of two.
const FFT: usize = 512;
/// Of both toolkits.
const PREEMPHASIS: f32 = 0.97;

/// One bin's filter: the first FFT line, and the weights from there on.
type Filter = (usize, Vec<f32>);

/// What differs between toolkits.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// How far the first frame reaches before the stream's start, in samples.
    before: usize,
    /// What is there: the sound mirrored, or silence.
    mirrors: bool,
    /// Whether each frame's mean is taken off.
    removes_dc: bool,
    /// Whether pre-emphasis runs over the stream, or in each frame anew.
    emphasises_stream: bool,
    window: Vec<f32>,
    filters: Vec<Filter>,
    /// What keeps the logarithm finite: the least energy, or an energy that is added.
    log: Log,
}

#[derive(Debug, Clone, Copy)]
enum Log {
    Floor(f32),
    Add(f32),
}

/// The constant part: a recipe and the FFT's plan. Shared by all streams.
pub struct Filterbank {
    recipe: Recipe,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Filterbank {
    /// Features of this recipe.
    pub fn new(recipe: Recipe) -> Self {
        Self { recipe, fft: RealFftPlanner::new().plan_fft_forward(FFT) }
    }

    /// Values per frame.
    pub fn bins(&self) -> usize {
        self.recipe.filters.len()
    }

    fn frame(&self, samples: &[f32], out: &mut Vec<f32>) {
        let recipe = &self.recipe;
        let mean = if recipe.removes_dc { samples.iter().sum::<f32>() / WINDOW as f32 } else { 0.0 };
        let mut buffer: Vec<f32> = samples.iter().map(|s| s - mean).collect();
        if !recipe.emphasises_stream {
            for i in (1..WINDOW).rev() {
                buffer[i] -= PREEMPHASIS * buffer[i - 1];
            }
            buffer[0] -= PREEMPHASIS * buffer[0];
        }
        buffer.iter_mut().zip(&recipe.window).for_each(|(s, w)| *s *= w);
        buffer.resize(FFT, 0.0);
        let mut spectrum = self.fft.make_output_vec();
        // The only error is a wrong buffer length, and both lengths are the plan's own.
        if self.fft.process(&mut buffer, &mut spectrum).is_err() {
            spectrum.fill(Default::default());
        }
        out.extend(recipe.filters.iter().map(|(first, weights)| {
            let energy: f32 = weights.iter().zip(&spectrum[*first..]).map(|(w, c)| w * c.norm_sqr()).sum();
            match recipe.log {
                Log::Floor(least) => energy.max(least).ln(),
                Log::Add(little) => (energy + little).ln(),
            }
        }));
    }
}

/// Hann's window as both toolkits have it: symmetric, zero at both ends.
fn hann(i: usize) -> f64 {
    0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / (WINDOW - 1) as f64).cos()
}

/// One stream's features.
pub struct Features {
    bank: Arc<Filterbank>,
    samples: Vec<f32>,
    /// Samples before `samples[0]`, those before the stream's start included.
    dropped: usize,
    /// The stream's length so far.
    length: usize,
    next_frame: usize,
    started: bool,
    /// The last sample, as it came.
    last: f32,
}

impl Features {
    /// A new stream.
    pub fn new(bank: Arc<Filterbank>) -> Self {
        Self { bank, samples: Vec::new(), dropped: 0, length: 0, next_frame: 0, started: false, last: 0.0 }
    }

    /// Adds samples and appends every frame that is complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.length += samples.len();
        if self.bank.recipe.emphasises_stream {
            for &sample in samples {
                self.samples.push(sample - PREEMPHASIS * self.last);
                self.last = sample;
            }
        } else {
            self.samples.extend_from_slice(samples);
        }
        if !self.started && !self.start() {
            return;
        }
        while let Some(frame) = self.samples.get(self.at(self.next_frame)..).and_then(|rest| rest.get(..WINDOW)) {
            self.bank.frame(frame, out);
            self.next_frame += 1;
        }
        let drop = self.at(self.next_frame).min(self.samples.len());
        self.samples.drain(..drop);
        self.dropped += drop;
    }

    /// Appends the frames that a stream which ends here still has, with silence behind it: as many as whole hops.
    pub fn rest(&self, out: &mut Vec<f32>) {
        for frame in self.next_frame..self.length / HOP {
            let rest = self.samples.get(self.at(frame)..).unwrap_or_default();
            let mut padded = rest[..rest.len().min(WINDOW)].to_vec();
            padded.resize(WINDOW, 0.0);
            self.bank.frame(&padded, out);
        }
    }

    /// Where in `samples` a frame starts.
    fn at(&self, frame: usize) -> usize {
        frame * HOP - self.dropped.min(frame * HOP)
    }

    /// The first frames reach before the start.
    fn start(&mut self) -> bool {
        let Recipe { before, mirrors, .. } = self.bank.recipe;
        if mirrors && self.samples.len() < WINDOW {
            return false;
        }
        let silence = std::iter::repeat_n(0.0, before);
        let ahead: Vec<f32> =
            if mirrors { self.samples[..before].iter().rev().copied().collect() } else { silence.collect() };
        self.samples.splice(..0, ahead);
        self.started = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(recipe: Recipe, samples: &[f32], block: usize) -> (Vec<f32>, usize) {
        let bank = Arc::new(Filterbank::new(recipe));
        let mut stream = Features::new(bank.clone());
        let mut out = Vec::new();
        samples.chunks(block).for_each(|c| stream.push(c, &mut out));
        stream.rest(&mut out);
        (out, bank.bins())
    }

    #[test]
    fn blocks_make_no_difference() {
        let samples: Vec<f32> = (0..16_000).map(|i| ((i * i) as f32 * 1e-5).sin() * 0.3).collect();
        for recipe in [kaldi::recipe(), nemo::recipe(80), nemo::recipe(128)] {
            let (whole, bins) = features(recipe.clone(), &samples, 16_000);
            assert_eq!(whole.len() / bins, 100);
            assert_eq!(whole, features(recipe, &samples, 37).0);
        }
    }

    #[test]
    fn silence_is_the_floor() {
        for (recipe, floor) in [(kaldi::recipe(), f32::EPSILON), (nemo::recipe(80), 2f32.powi(-24))] {
            let (out, _) = features(recipe, &[0.0; 1_600], 1_600);
            assert!(out.iter().all(|&f| (f - floor.ln()).abs() < 1e-6));
        }
    }
}
