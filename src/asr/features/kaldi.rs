//! Kaldi's filterbank as sherpa-onnx and icefall set it.
//!
//! `shared/reference/models.md` §4.1: Povey window, pre-emphasis 0.97 in each frame, DC removed, no dither,
//! `snip_edges=false`, 80 bins from 20 to 7600 Hz, natural log floored at the smallest f32 step, samples in [-1, 1].
//! A test compares it with kaldi-native-fbank's recorded output.

use super::{FFT, Filter, HOP, Log, Recipe, WINDOW, hann};

/// Values per frame.
pub const BINS: usize = 80;
const LOW_HZ: f32 = 20.0;
const HIGH_HZ: f32 = 7_600.0;

/// The settings above.
pub fn recipe() -> Recipe {
    let (low, high) = (mel(LOW_HZ), mel(HIGH_HZ));
    let step = (high - low) / (BINS + 1) as f32;
    Recipe {
        // With `snip_edges=false` a frame lies around the middle of its hop.
        before: (WINDOW - HOP) / 2,
        mirrors: true,
        removes_dc: true,
        emphasises_stream: false,
        window: (0..WINDOW).map(|i| hann(i).powf(0.85) as f32).collect(),
        filters: (0..BINS).map(|bin| filter(low + bin as f32 * step, step)).collect(),
        log: Log::Floor(f32::EPSILON),
    }
}

/// Kaldi's mel scale.
fn mel(hz: f32) -> f32 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

/// A triangle on the mel scale that starts at `left` and is two steps wide.
fn filter(left: f32, step: f32) -> Filter {
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
