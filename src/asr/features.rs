//! Turns 16 kHz samples into Kaldi log-mel filterbank features, 80 values every 10 ms, as streams arrive.
//!
//! The settings are those of sherpa-onnx and icefall (`shared/reference/models.md` §4.1): 25 ms Povey window, pre-emphasis
//! 0.97, DC removed, no dither, `snip_edges=false`, 20 to 7600 Hz, natural log floored at the smallest f32 step,
//! samples in [-1, 1]. A test compares them with kaldi-native-fbank's recorded output.

use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Values per frame.
pub const BINS: usize = 80;
/// Samples from one frame to the next (10 ms).
pub const HOP: usize = 160;
/// Samples in a frame (25 ms).
const WINDOW: usize = 400;
/// The window, filled with zeros to a power of two.
const FFT: usize = 512;
const LOW_HZ: f32 = 20.0;
const HIGH_HZ: f32 = 7_600.0;
const PREEMPHASIS: f32 = 0.97;

/// The constant part: window, filters and FFT plan. Shared by all streams.
pub struct Filterbank {
    window: Vec<f32>,
    /// For each bin the first FFT line and the weights from there on.
    filters: Vec<(usize, Vec<f32>)>,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Default for Filterbank {
    fn default() -> Self {
        Self::new()
    }
}

impl Filterbank {
    /// The settings above.
    pub fn new() -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / (WINDOW - 1) as f64).cos();
        let window = (0..WINDOW).map(|i| hann(i).powf(0.85) as f32).collect();
        let (low, high) = (mel(LOW_HZ), mel(HIGH_HZ));
        let step = (high - low) / (BINS + 1) as f32;
        let filters = (0..BINS).map(|bin| filter(low + bin as f32 * step, step)).collect();
        Self { window, filters, fft: RealFftPlanner::new().plan_fft_forward(FFT) }
    }

    fn frame(&self, samples: &[f32], out: &mut Vec<f32>) {
        let mean = samples.iter().sum::<f32>() / WINDOW as f32;
        let mut buffer: Vec<f32> = samples.iter().map(|s| s - mean).collect();
        for i in (1..WINDOW).rev() {
            buffer[i] -= PREEMPHASIS * buffer[i - 1];
        }
        buffer[0] -= PREEMPHASIS * buffer[0];
        buffer.iter_mut().zip(&self.window).for_each(|(s, w)| *s *= w);
        buffer.resize(FFT, 0.0);
        let mut spectrum = self.fft.make_output_vec();
        // The only error is a wrong buffer length, and both lengths are the plan's own.
        if self.fft.process(&mut buffer, &mut spectrum).is_err() {
            spectrum.fill(Default::default());
        }
        out.extend(self.filters.iter().map(|(first, weights)| {
            let energy: f32 = weights.iter().zip(&spectrum[*first..]).map(|(w, c)| w * c.norm_sqr()).sum();
            energy.max(f32::EPSILON).ln()
        }));
    }
}

/// Kaldi's mel scale.
fn mel(hz: f32) -> f32 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

/// A triangle on the mel scale that starts at `left` and is two steps wide.
fn filter(left: f32, step: f32) -> (usize, Vec<f32>) {
    let (center, right) = (left + step, left + 2.0 * step);
    let line = |i: usize| mel(i as f32 * 16_000.0 / FFT as f32);
    // Kaldi looks at the lines below Nyquist only.
    let inside = |i: &usize| line(*i) > left && line(*i) < right;
    let first = (0..FFT / 2).find(inside).unwrap_or(0);
    let weights = (first..FFT / 2).take_while(inside).map(|i| {
        let m = line(i);
        if m <= center { (m - left) / step } else { (right - m) / step }
    });
    (first, weights.collect())
}

/// One stream's features.
pub struct Features {
    bank: Arc<Filterbank>,
    samples: Vec<f32>,
    /// The index in the stream of `samples[0]`; starts before zero, where the sound is mirrored.
    first: i64,
    next_frame: i64,
    started: bool,
}

impl Features {
    /// A new stream.
    pub fn new(bank: Arc<Filterbank>) -> Self {
        Self { bank, samples: Vec::new(), first: 0, next_frame: 0, started: false }
    }

    /// Adds samples and appends every frame that is complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.samples.extend_from_slice(samples);
        if !self.started && !self.mirror_start() {
            return;
        }
        loop {
            let from = (self.next_frame * HOP as i64 + (HOP as i64 - WINDOW as i64) / 2 - self.first) as usize;
            let Some(frame) = self.samples.get(from..from + WINDOW) else { break };
            self.bank.frame(frame, out);
            self.next_frame += 1;
        }
        let keep = (self.next_frame * HOP as i64 + (HOP as i64 - WINDOW as i64) / 2 - self.first) as usize;
        let drop = keep.min(self.samples.len());
        self.samples.drain(..drop);
        self.first += drop as i64;
    }

    /// With `snip_edges=false` the first frames reach before the start; Kaldi mirrors the sound there.
    fn mirror_start(&mut self) -> bool {
        let before = (WINDOW - HOP) / 2;
        if self.samples.len() < WINDOW {
            return false;
        }
        let mirrored: Vec<f32> = self.samples[..before].iter().rev().copied().collect();
        self.samples.splice(..0, mirrored);
        self.first = -(before as i64);
        self.started = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(samples: &[f32], block: usize) -> Vec<f32> {
        let mut stream = Features::new(Arc::new(Filterbank::new()));
        let mut out = Vec::new();
        samples.chunks(block).for_each(|c| stream.push(c, &mut out));
        out
    }

    #[test]
    fn blocks_make_no_difference() {
        let samples: Vec<f32> = (0..16_000).map(|i| ((i * i) as f32 * 1e-5).sin() * 0.3).collect();
        let whole = features(&samples, 16_000);
        assert_eq!(whole.len() / BINS, 99);
        assert_eq!(whole, features(&samples, 37));
    }

    #[test]
    fn silence_is_the_floor() {
        assert!(features(&[0.0; 1_600], 1_600).iter().all(|&f| (f - f32::EPSILON.ln()).abs() < 1e-6));
    }
}
