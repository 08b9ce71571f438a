//! Turns 16 kHz samples into Whisper's log-mel features, a column every 10 ms, as a stream grows.
//!
//! The front end of OpenAI's `log_mel_spectrogram` and Hugging Face's `WhisperFeatureExtractor`, which are the same
//! (`shared/reference/models.md` §1.3): 400 samples under a periodic Hann window every 160, the start mirrored, silence
//! behind the end, power, Slaney's mel filters from 0 to 8000 Hz, log10 floored at 1e-10, nothing more than 8 below the
//! window's loudest value, `(x + 4) / 4`. Since that clamp looks at the whole window, the values are kept without it.

use ndarray::Array2;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples from one frame to the next (10 ms).
pub const HOP: usize = 160;
/// Samples in a frame (25 ms).
const FFT: usize = 400;
/// What a frame sees on each side of its centre.
const SIDE: usize = FFT / 2;
const NYQUIST: f64 = 8_000.0;
/// The least energy, before the logarithm.
const LEAST: f64 = 1e-10;
/// Silence is so far below the loudest value at most, in powers of ten.
const RANGE: f32 = 8.0;

/// The constant part: window, filters and FFT plan. Shared by all streams.
pub struct MelBank {
    window: Vec<f64>,
    /// For each bin the first FFT line and the weights from there on.
    filters: Vec<(usize, Vec<f64>)>,
    fft: Arc<dyn RealToComplex<f64>>,
}

impl MelBank {
    /// Filters for so many bins: 80, or 128 for large-v3 and what descends from it.
    pub fn new(bins: usize) -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / FFT as f64).cos();
        let top = mel(NYQUIST);
        let edge = |i: usize| hertz(top * i as f64 / (bins + 1) as f64);
        let filters = (0..bins).map(|bin| filter([edge(bin), edge(bin + 1), edge(bin + 2)]));
        Self {
            window: (0..FFT).map(hann).collect(),
            filters: filters.collect(),
            fft: RealFftPlanner::new().plan_fft_forward(FFT),
        }
    }

    /// Values per frame.
    pub fn bins(&self) -> usize {
        self.filters.len()
    }

    /// Appends the values of one frame of 400 samples.
    fn frame(&self, mut samples: Vec<f64>, out: &mut Vec<f32>) {
        samples.iter_mut().zip(&self.window).for_each(|(s, w)| *s *= w);
        let mut spectrum = self.fft.make_output_vec();
        // The only error is a wrong buffer length, and both lengths are the plan's own.
        if self.fft.process(&mut samples, &mut spectrum).is_err() {
            spectrum.fill(Default::default());
        }
        out.extend(self.filters.iter().map(|(first, weights)| {
            let energy: f64 = weights.iter().zip(&spectrum[*first..]).map(|(w, c)| w * c.norm_sqr()).sum();
            energy.max(LEAST).log10() as f32
        }));
    }
}

/// Slaney's mel scale (Auditory Toolbox): linear below 1 kHz, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1_000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4f64.ln() }
}

/// The inverse of [`mel`].
fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

/// A triangle in hertz whose area is one (Slaney's norm).
fn filter([left, center, right]: [f64; 3]) -> (usize, Vec<f64>) {
    let lines = FFT / 2 + 1;
    let weight = |i: usize| {
        let hertz = NYQUIST * i as f64 / (lines - 1) as f64;
        let slope = ((hertz - left) / (center - left)).min((right - hertz) / (right - center));
        slope.max(0.0) * 2.0 / (right - left)
    };
    let first = (0..lines).find(|i| weight(*i) > 0.0).unwrap_or(0);
    (first, (first..lines).map(weight).take_while(|w| *w > 0.0).collect())
}

/// One stream's values before the clamp.
pub struct LogMel {
    bank: Arc<MelBank>,
    /// Complete frames from `first` on, one after the other.
    frames: Vec<f32>,
    first: usize,
    /// Samples from `from` on: all that the next frame looks at.
    samples: Vec<f32>,
    from: usize,
}

impl LogMel {
    /// A new stream.
    pub fn new(bank: Arc<MelBank>) -> Self {
        Self { bank, frames: Vec::new(), first: 0, samples: Vec::new(), from: 0 }
    }

    /// Samples heard.
    pub fn len(&self) -> usize {
        self.from + self.samples.len()
    }

    /// Whether nothing was heard yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds samples and works out every frame that is complete.
    pub fn push(&mut self, samples: &[f32]) {
        self.samples.extend_from_slice(samples);
        let mut next = self.complete();
        // The first frame also needs the sample that mirrors the farthest before the start.
        while next * HOP + SIDE < self.len() {
            self.bank.frame(self.around(next), &mut self.frames);
            next += 1;
        }
        let seen = (next * HOP).saturating_sub(SIDE);
        // While the start is still mirrored, it is needed.
        if seen > self.from && next * HOP > SIDE {
            self.samples.drain(..seen - self.from);
            self.from = seen;
        }
    }

    /// Forgets the frames before this one.
    pub fn forget(&mut self, before: usize) {
        let gone = before.clamp(self.first, self.complete()) - self.first;
        self.frames.drain(..gone * self.bank.bins());
        self.first += gone;
    }

    /// The features `[bins, frames]` of the window that begins with frame `from`; behind the end is silence.
    pub fn window(&self, from: usize, frames: usize) -> Array2<f32> {
        let bins = self.bank.bins();
        let kept = self.frames.get(from.saturating_sub(self.first) * bins..).unwrap_or_default();
        let mut values = kept[..kept.len().min(frames * bins)].to_vec();
        for frame in from + values.len() / bins..from + frames {
            if frame * HOP >= self.len() + SIDE {
                break;
            }
            self.bank.frame(self.around(frame), &mut values);
        }
        values.resize(frames * bins, LEAST.log10() as f32);
        let least = values.iter().copied().fold(f32::MIN, f32::max) - RANGE;
        Array2::from_shape_fn((bins, frames), |(bin, frame)| (values[frame * bins + bin].max(least) + 4.0) / 4.0)
    }

    /// The first frame that is not complete.
    fn complete(&self) -> usize {
        self.first + self.frames.len() / self.bank.bins()
    }

    /// What a frame looks at: mirrored before the start, silent behind the end.
    fn around(&self, frame: usize) -> Vec<f64> {
        let sample = |i: usize| {
            let place = (frame * HOP + i).abs_diff(SIDE);
            self.samples.get(place.wrapping_sub(self.from)).map_or(0.0, |s| f64::from(*s))
        };
        (0..FFT).map(sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * i) as f32 * 1e-5).sin() * 0.3).collect()
    }

    #[test]
    fn blocks_and_forgetting_make_no_difference() {
        let samples = sound(20_000);
        let bank = Arc::new(MelBank::new(80));
        let (mut whole, mut parts) = (LogMel::new(bank.clone()), LogMel::new(bank));
        whole.push(&samples);
        for part in samples.chunks(37) {
            parts.push(part);
        }
        assert_eq!(whole.window(0, 300), parts.window(0, 300));
        parts.forget(40);
        assert_eq!(whole.window(40, 200), parts.window(40, 200));
        assert!(parts.samples.len() < 2 * FFT, "old samples are dropped");
    }

    #[test]
    fn filters_are_slaneys() {
        // The first and the last weight of `transformers.audio_utils.mel_filter_bank` (norm and scale "slaney").
        let bank = MelBank::new(80);
        let weight = |bin: usize, line: usize| bank.filters[bin].1[line - bank.filters[bin].0];
        assert!((weight(0, 1) - 0.024_862_593_984_176).abs() < 1e-12);
        assert!((weight(79, 199) - 0.000_448_759_027_589).abs() < 1e-12);
        assert!(MelBank::new(128).filters.iter().all(|f| !f.1.is_empty()));
    }

    #[test]
    fn nothing_and_little_are_silence() {
        let mut mel = LogMel::new(Arc::new(MelBank::new(80)));
        assert!(mel.window(0, 10).iter().all(|v| (*v + 1.5).abs() < 1e-6));
        mel.push(&[0.0; 7]);
        assert!(mel.window(0, 10).iter().all(|v| (*v + 1.5).abs() < 1e-6));
    }
}
