//! NeMo's filterbank (`AudioToMelSpectrogramPreprocessor`), and what it does with a whole utterance's features.
//!
//! Hann window in the middle of the 512 points, pre-emphasis 0.97 over the whole sound, silence before and behind it,
//! Slaney's mel scale and norm from 0 to 8000 Hz (librosa's default, which NeMo calls), `ln(x + 2^-24)`, no dither.
//! Models for whole utterances normalise each bin over time (`normalize: per_feature`), streaming ones don't (`NA`).
//! Tests compare with NeMo's and onnx-asr's recorded output.

use super::{FFT, Filter, Log, Recipe, WINDOW, hann};

/// NeMo's `CONSTANT` in `normalize_batch`: keeps the division finite.
const LEAST_DEVIATION: f32 = 1e-5;

/// The settings above, with 80 or 128 bins.
pub fn recipe(bins: usize) -> Recipe {
    let (first, last) = (mel(0.0), mel(8_000.0));
    let edges: Vec<f64> = (0..bins + 2).map(|i| hz(first + (last - first) * i as f64 / (bins + 1) as f64)).collect();
    Recipe {
        // A frame lies around its first sample; the FFT's own zeros beside the window don't change the power.
        before: WINDOW / 2,
        mirrors: false,
        removes_dc: false,
        emphasises_stream: true,
        window: (0..WINDOW).map(|i| hann(i) as f32).collect(),
        filters: edges.windows(3).map(|e| filter(e[0], e[1], e[2])).collect(),
        log: Log::Add(2f32.powi(-24)),
    }
}

/// Slaney's mel scale (Auditory Toolbox, 1998): straight up to 1 kHz, then logarithmic, 27 steps for a factor of 6.4.
fn mel(hz: f64) -> f64 {
    if hz < 1_000.0 { hz * 3.0 / 200.0 } else { 15.0 + 27.0 * (hz / 1_000.0).ln() / 6.4f64.ln() }
}

fn hz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

/// A triangle between frequencies, of area 1.
fn filter(left: f64, center: f64, right: f64) -> Filter {
    let line = |i: usize| i as f64 * 16_000.0 / FFT as f64;
    let inside = |i: &usize| line(*i) > left && line(*i) < right;
    let first = (0..=FFT / 2).find(inside).unwrap_or(0);
    let weights = (first..=FFT / 2).take_while(inside).map(|i| {
        let slope = ((line(i) - left) / (center - left)).min((right - line(i)) / (right - center));
        (slope * 2.0 / (right - left)) as f32
    });
    (first, weights.collect())
}

/// Gives each bin mean 0 and deviation 1 over the frames, as `normalize: per_feature` does.
pub fn normalise(frames: &mut [f32], bins: usize) {
    let n = frames.len() / bins;
    for bin in 0..bins {
        let values = || frames[bin..].iter().step_by(bins);
        let mean = values().map(|&v| f64::from(v)).sum::<f64>() / n as f64;
        // Over n - 1, as torch's `std` does.
        let variance = values().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / (n.max(2) - 1) as f64;
        let deviation = variance.sqrt() as f32 + LEAST_DEVIATION;
        frames[bin..].iter_mut().step_by(bins).for_each(|v| *v = (*v - mean as f32) / deviation);
    }
}
